"""Countries by the names that registers give them."""

import re
from functools import cache

from django.utils import translation
from django_countries import countries
from django_countries.data import COUNTRIES

from evaltrack.names import folded

# No country: the whole, or nothing said.
EVERYWHERE = {
    "worldwide",
    "global",
    "all countries",
    "monde",
    "mundial",
    "not specified",
    "not applicable",
    "n a",
}
# Names of the United Nations and of everyday use that the ISO list does not have.
_OTHER = {
    "bahamas": "BS", "bolivia plurinational state of": "BO", "brunei": "BN", "burma": "MM",
    "cabo verde": "CV", "cape verde": "CV", "congo": "CG", "cote divoire": "CI", "cote d ivoire": "CI",
    "czech republic": "CZ", "czechia": "CZ", "democratic peoples republic of korea": "KP",
    "democratic people s republic of korea": "KP", "democratic republic of the congo": "CD",
    "democratic republic of congo": "CD", "drc": "CD", "east timor": "TL", "eswatini": "SZ", "gambia": "GM",
    "hong kong": "HK", "hong kong sar": "HK", "hong kong sar china": "HK", "iran": "IR",
    "iran islamic republic of": "IR", "islamic republic of iran": "IR", "ivory coast": "CI",
    "kingdom of tonga": "TO", "lao people s democratic republic": "LA", "lao pdr": "LA", "laos": "LA",
    "macau": "MO", "macedonia": "MK", "micronesia": "FM", "micronesia federated states of": "FM",
    "federated states of micronesia": "FM", "moldova": "MD", "north korea": "KP", "north macedonia": "MK",
    "palestine": "PS", "occupied palestinian territory": "PS", "republic of korea": "KR",
    "republic of moldova": "MD", "republic of the congo": "CG", "republic of north macedonia": "MK",
    "russia": "RU", "russian federation": "RU", "south korea": "KR", "state of palestine": "PS",
    "swaziland": "SZ", "syria": "SY", "syrian arab republic": "SY", "taiwan": "TW", "tanzania": "TZ",
    "the former yugoslav republic of macedonia": "MK", "timor leste": "TL", "turkey": "TR", "turkiye": "TR",
    "united kingdom": "GB", "united kingdom of great britain and northern ireland": "GB", "uk": "GB",
    "united republic of tanzania": "TZ", "united states": "US", "united states of america": "US", "usa": "US",
    "uae": "AE", "venezuela": "VE", "venezuela bolivarian republic of": "VE", "viet nam": "VN",
    "vietnam": "VN",
}  # fmt: skip


def code(name: str) -> str:
    """The ISO 3166 code; "" for what is not known for certain."""
    return _names().get(_key(name), "")


def parted(cell: str) -> list[str]:
    """The names in a cell, parted at commas, but not within a name that has one itself."""
    pieces = [piece.strip() for piece in re.split(r"[,;]", cell) if piece.strip()]
    names: list[str] = []
    while pieces:
        taken = next((n for n in (3, 2) if n <= len(pieces) and code(", ".join(pieces[:n]))), 1)
        names.append(", ".join(pieces[:taken]))
        del pieces[:taken]
    return names


def _key(name: str) -> str:
    return " ".join(word for word in folded(name).split() if word != "the")


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in ("en", "fr", "es"):
        with translation.override(language):
            names.update({_key(str(name)): code for code, name in countries})
    names.update({_key(str(name)): code for code, name in COUNTRIES.items()})
    return names | {_key(name): code for name, code in _OTHER.items()}
