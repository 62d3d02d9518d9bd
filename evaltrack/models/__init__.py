from evaltrack.models.audit import AuditEntry, AuditSeal
from evaltrack.models.notification import Delivery, Notification, NotificationChoice
from evaltrack.models.outbox import Mail
from evaltrack.models.parties import Part, PartyBase
from evaltrack.models.people import Deputy, Membership, Office, OfficeAlias, User
from evaltrack.models.token import Token

__all__ = [
    "AuditEntry",
    "AuditSeal",
    "Delivery",
    "Deputy",
    "Mail",
    "Membership",
    "Notification",
    "NotificationChoice",
    "Office",
    "OfficeAlias",
    "Part",
    "PartyBase",
    "Token",
    "User",
]
