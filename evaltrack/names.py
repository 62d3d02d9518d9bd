"""Names compared as people compare them: without case, accents or punctuation."""

import re
import unicodedata


def folded(name: str) -> str:
    """A key that ignores case, accents and punctuation: ``Bureau régional`` becomes ``bureau regional``."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return re.sub(r"[\W_]+", " ", plain).strip()
