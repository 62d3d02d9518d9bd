"""The status of an action or a recommendation, from the words that a form was filled in with."""

import re
from dataclasses import dataclass

from recommendations.choices import CommonStatus
from recommendations.profiles import Profile
from responses.matrix.readers.labels import folded

_WORDS = {
    CommonStatus.NOT_STARTED: (
        r"not (?:yet )?(?:started|initiated|begun|implemented)|non (?:commence|initie|engage|entame"
        r"|demarre)\w*"
        r"|pas (?:encore )?(?:commence|initie|engage)\w*|no (?:iniciad|comenzad|empezad)\w*|sin iniciar"
        r"|pending"
        r"|en attente|pendiente|planned"
    ),
    CommonStatus.IN_PROGRESS: (
        r"on-?going|in (?:progress|process)|initiated|started|under ?way|partially (?:completed"
        r"|implemented)|open"
        r"|en cours|engagee?s?|commencee?s?|initiee?s?|ouverte?s?|en curso|en proceso|en marcha"
        r"|iniciad\w+|abiert\w+"
        r"|partiellement (?:acheve|realise|mise)\w*|parcialmente (?:complet|implement)\w*|continu\w+"
    ),
    CommonStatus.COMPLETED: (
        r"(?:fully )?(?:completed?|implemented|done|finali[sz]ed|finished|achieved|closed)|achevee?s?"
        r"|terminee?s?"
        r"|realisee?s?|mise? en œuvre|cloturee?s?|completad\w+|terminad\w+|finalizad\w+|concluid\w+"
        r"|realizad\w+"
        r"|implementad\w+|cumplid\w+|cerrad\w+"
    ),
    CommonStatus.DROPPED: (
        r"discarded|cancell?ed|dropped|no longer (?:applicable|relevant)|not applicable|abandonnee?s?"
        r"|annulee?s?"
        r"|(?:devenue? )?sans objet|plus (?:applicable|pertinente?)|descartad\w+|cancelad\w+|abandonad\w+"
        r"|ya no (?:es )?(?:aplicable|pertinente)|no aplica\w*"
    ),
}

_BEGUN = ("initiated", "started")


@dataclass(frozen=True, slots=True)
class Found:
    """``code`` of the profile or None, ``text`` as printed; ``certain`` where it has just this word."""

    code: str | None
    text: str | None
    certain: bool = True


def read(text: str, profile: Profile) -> Found:
    """The status that the words are, or begin with. Without a status among them there is no code."""
    printed = text.strip()
    if not printed:
        return Found(None, None)
    plain = folded(printed).strip(" .;:*-")
    for status in profile.statuses:
        words = {folded(status.code.replace("_", " ")), *map(folded, status.labels.values())}
        if plain in words:
            return Found(status.code, printed)
    for common, pattern in _WORDS.items():
        if re.fullmatch(pattern, plain):
            code, certain = _of_common(profile, common, plain)
            return Found(code, printed, certain)
    return Found(_beginning(plain, profile), printed, certain=False)


def is_list_of_options(text: str, profile: Profile) -> bool:
    """Whether the options of the form still stand there, none of them chosen."""
    plain = folded(text)
    if len(plain) > 160 or not re.search(r"/|;|,|\bor\b|\bou\b|\bo\b", plain):
        return False
    parts = [
        part.strip(" .:-") for part in re.split(r"[/;,]|\bor\b|\bou\b|\bo\b|:", plain) if part.strip(" .:-")
    ]
    known = [part for part in parts if read(part, profile).code and len(part.split()) <= 4]
    return len(known) >= 2 and len(known) >= len(parts) - 1


def _beginning(plain: str, profile: Profile) -> str | None:
    """The status that the first words are, as in "Completed in March 2025"."""
    for status in profile.statuses:
        for words in (status.code.replace("_", " "), *status.labels.values()):
            if re.match(rf"{re.escape(folded(words))}\b", plain):
                return status.code
    for common, pattern in _WORDS.items():
        if re.match(rf"(?:{pattern})\b", plain):
            return _of_common(profile, common, plain)[0]
    return None


def _of_common(profile: Profile, common: CommonStatus, plain: str) -> tuple[str | None, bool]:
    """The status of the profile that counts as ``common``; of several the one whose name is nearest."""
    codes = [status.code for status in profile.statuses if status.common == common]
    begun = bool(re.match(r"(?:initi|inici|start|commenc|engage|entame)", plain))
    near = [code for code in codes if (code in _BEGUN) == begun]
    chosen = near or codes
    return (chosen[0] if chosen else None), len(chosen) == 1
