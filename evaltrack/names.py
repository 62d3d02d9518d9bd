"""Names compared as people compare them: without case, accents or punctuation."""

import re
import unicodedata


def folded(name: str) -> str:
    """A key under which "Regional Office for Asia-Pacific" and "regional office asia pacific" differ only by "for"."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return re.sub(r"[\W_]+", " ", plain).strip()
