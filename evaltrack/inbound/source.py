"""Where mail comes in, as ``INBOUND_URL`` says it."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

POLLED = {"imap": 143, "imap+tls": 143, "imap+ssl": 993}
LISTENING = {"lmtp": 8024, "smtp": 2525}


@dataclass(frozen=True, slots=True)
class Source:
    """A mailbox that is polled, or an address that is listened on."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""
    folder: str = "INBOX"

    @property
    def is_polled(self) -> bool:
        return self.scheme in POLLED

    @property
    def listens(self) -> bool:
        return self.scheme in LISTENING

    def __str__(self) -> str:
        """Without the password, for messages."""
        return f"{self.scheme}://{self.host}:{self.port}" + (f"/{self.folder}" if self.is_polled else "")


def read(url: str) -> Source | None:
    """What the address says; None for "". ValueError, with a sentence that does not repeat the password."""
    if not url:
        return None
    parts = urlsplit(url)
    default = (POLLED | LISTENING).get(parts.scheme)
    if default is None:
        known = ", ".join(f"{scheme}://" for scheme in (*POLLED, *LISTENING))
        raise ValueError(f"INBOUND_URL begins with “{parts.scheme}://”; it can begin with {known}.")
    if not parts.hostname:
        raise ValueError("INBOUND_URL names no host.")
    source = Source(
        parts.scheme, parts.hostname, parts.port or default,
        unquote(parts.username or ""), unquote(parts.password or ""),
        unquote(parts.path.strip("/")) or "INBOX",
    )  # fmt: skip
    if source.is_polled and not (source.user and source.password):
        raise ValueError(
            "INBOUND_URL names no user and password of the mailbox: imap+ssl://USER:PASSWORD@HOST"
        )
    return source
