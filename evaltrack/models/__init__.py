from evaltrack.models.audit import AuditEntry, AuditSeal
from evaltrack.models.file import StoredFile
from evaltrack.models.inbound import Bounce, InboundMail
from evaltrack.models.kept_filter import KeptFilter
from evaltrack.models.notification import Delivery, Notification, NotificationChoice
from evaltrack.models.outbox import Mail
from evaltrack.models.parties import Part, PartyBase
from evaltrack.models.people import Deputy, Membership, Office, OfficeAlias, User
from evaltrack.models.quiet import QuietDays
from evaltrack.models.token import Token

__all__ = [
    "AuditEntry",
    "AuditSeal",
    "Bounce",
    "Delivery",
    "Deputy",
    "InboundMail",
    "KeptFilter",
    "Mail",
    "Membership",
    "Notification",
    "NotificationChoice",
    "Office",
    "OfficeAlias",
    "Part",
    "PartyBase",
    "QuietDays",
    "StoredFile",
    "Token",
    "User",
]
