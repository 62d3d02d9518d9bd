from evaltrack.models.audit import AuditEntry
from evaltrack.models.outbox import Mail
from evaltrack.models.parties import Part, PartyBase
from evaltrack.models.people import Membership, Office, OfficeAlias, User
from evaltrack.models.token import Token

__all__ = [
    "AuditEntry",
    "Mail",
    "Membership",
    "Office",
    "OfficeAlias",
    "Part",
    "PartyBase",
    "Token",
    "User",
]
