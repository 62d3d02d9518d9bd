"""The address that answers to a mail go to: it says which mail it was, signed, so that nobody makes one up.

``reply+MAIL-SIGNATURE@example.org``, all in letters that every mail server passes on as they are (local parts
may be put into small letters, and have 64 characters at most).
"""

import re
from collections.abc import Iterable
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "evaltrack.inbound.addresses"
OWN_ID = re.compile(r"<?[0-9a-f]{32}@([^>]+)>?")


def answer_address(mail: int) -> str:
    """Where answers to the mail (its id) go; "" where no mail comes in."""
    if not settings.INBOUND_ADDRESS:
        return ""
    local, _at, domain = settings.INBOUND_ADDRESS.rpartition("@")
    return f"{local}+{mail:x}-{_signature(mail)}@{domain}"


def answered(addresses: Iterable[str]) -> int | None:
    """The mail (its id) that one of the addresses was made for."""
    local, _at, domain = settings.INBOUND_ADDRESS.lower().rpartition("@")
    made = re.compile(rf"{re.escape(local)}\+([0-9a-f]{{1,15}})-([0-9a-f]{{20}})@{re.escape(domain)}")
    for address in addresses if local else ():
        if found := made.fullmatch(address.lower()):
            mail = int(found[1], 16)
            if constant_time_compare(found[2], _signature(mail)):
                return mail
    return None


def _signature(mail: int) -> str:
    return salted_hmac(SALT, str(mail), algorithm="sha256").hexdigest()[:20]


def is_for_us(address: str) -> bool:
    """Whether a mail to the address is meant to come in here: to ours, with something behind a + or not."""
    local, _at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" == settings.INBOUND_ADDRESS.lower()


def is_own(address: str) -> bool:
    """Whether we ourselves write under the address."""
    sending = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return address.lower() == sending.lower() or is_for_us(address)


def is_own_id(message_id: str) -> bool:
    """Whether a Message-ID is of the form we give to ours."""
    found = OWN_ID.fullmatch(message_id.strip())
    return found is not None and found[1] == own_host()


def own_host() -> str:
    """The part behind the @ in our Message-IDs."""
    return (urlsplit(settings.BASE_URL).hostname or "localhost").replace(":", "-")
