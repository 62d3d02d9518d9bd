"""Which rule profile a form follows, and in which language it was filled in."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from recommendations.choices import Layout, StatusLevel
from recommendations.profiles import Profile
from responses.matrix.readers.gathering import Gathered
from responses.matrix.readers.labels import folded

# Small words that the two other languages do not have.
_SMALL_WORDS = {
    "en": "the and of to for with is are was be by from this that will on as its at an",
    "fr": "le les des du et est dans pour avec une sur par sont aux ce cette que qui au ont sera",
    "es": "el los las del y en es para con una por son al que se su como esta este mas fue sera",
}
_WORDS = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}
FEWEST = 8  # small words that tell a language


def language_of(texts: Iterable[str], gathered: Gathered, declared: str) -> str:
    """The language of the texts: by their small words, else by the labels, else what the file declares."""
    counts: Counter[str] = Counter()
    for text in texts:
        words = Counter(re.findall(r"[^\W\d_]+", folded(text)))
        for language, small in _WORDS.items():
            counts[language] += sum(count for word, count in words.items() if word in small)
    base = declared.partition("-")[0].lower()
    if counts and counts.total() >= FEWEST:
        [(first, most), *_others] = counts.most_common()
        return first if base not in _WORDS or most > counts.get(base, 0) else base
    labels = Counter(label.language for label in gathered.labels if label.language)
    if base and base not in _WORDS:
        return base
    return labels.most_common(1)[0][0] if labels else base or "en"


def profile_of(gathered: Gathered, profiles: Sequence[Profile]) -> tuple[Profile, bool]:
    """The profile whose form this is most like, and whether no other is as near."""
    ranked = sorted(
        ((_likeness(gathered, profile), profile) for profile in profiles), key=lambda pair: -pair[0]
    )
    (most, best), *others = ranked
    return best, not others or most > others[0][0]


def _likeness(gathered: Gathered, profile: Profile) -> float:
    found = {label.key for label in gathered.labels}
    has_table = bool(gathered.columns & {"key_action", "key_actions"})
    has_list = any(one.listed for one in gathered.recommendations)
    likeness = 0.0
    if found & {"round_status", "round_comment"}:
        likeness += 6 if profile.rounds and profile.status_level == StatusLevel.RECOMMENDATION else -3
    elif profile.status_level == StatusLevel.RECOMMENDATION:
        likeness -= 1
    if gathered.columns & {"status", "comment"}:
        likeness += 3 if profile.status_level == StatusLevel.ACTION else -2
    if has_table != has_list:
        likeness += 3 if (profile.layout == Layout.ACTION_TABLE) == has_table else -2
    if "directed_to" in found:
        likeness += 1 if profile.layout == Layout.ACTION_TABLE else -1
    if "responsible_units" in found:
        likeness += 1 if profile.layout == Layout.ACTION_LIST else 0
    if "priority" in found:
        likeness += 2 if profile.priorities else -2
    return likeness + _own_words(gathered, profile) + _own_statuses(gathered, profile)


def _own_statuses(gathered: Gathered, profile: Profile) -> float:
    """For each status that is written just as the profile has it."""
    written = {
        folded(line.text).strip(" .")
        for one in gathered.recommendations
        for action in one.actions
        for line in action.fields.get("status", [])
    }
    own = {folded(words) for status in profile.statuses for words in status.labels.values()}
    return 0.5 * len(written & own)


def _own_words(gathered: Gathered, profile: Profile) -> float:
    """For each label that is printed just as the profile has it."""
    printed = {folded(label.printed).split("(")[0].strip(" :#") for label in gathered.labels}
    own = 0.0
    for labels in profile.labels.values():
        for words in labels.values():
            plain = folded(words.replace("{number}", "")).split("(")[0].strip(" :#")
            if plain and any(
                one == plain or re.fullmatch(rf"{re.escape(plain)} ?#? ?\d+", one) for one in printed
            ):
                own += 0.25
                break
    return own
