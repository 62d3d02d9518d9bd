"""What the matrix page shows: cells, rows and blocks, ready for its templates."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from evaltrack import text
from evaltrack.deadlines import Deadline, Kind, explain, from_date
from evaltrack.models import Part
from recommendations.models import Recommendation
from recommendations.profiles import Profile
from responses import badges, derived
from responses.badges import Badge
from responses.cells import Address, Conflict, digest
from responses.derived import Derived
from responses.models import ActionParty, KeyAction, ProgressUpdate, RecommendationResponse

Option = tuple[str, str]

# Texts that read differently from how they are typed.
FORMATTED = re.compile(r"\[\^|\]\(|://|\*\S|^\s*[-•]\s", re.MULTILINE)


@dataclass(slots=True)
class Cell:
    """One cell as shown: its text, how it is edited, and what is said below it."""

    address: Address
    label: str
    text: str
    widget: str
    editable: bool
    hint: str = ""
    warning: str = ""
    options: tuple[Option, ...] = ()
    blank: str = "—"
    direction: str = "auto"
    known_notes: Collection[str] = ()
    error: str = ""
    conflict: Conflict | None = None
    posted: str | None = None

    @property
    def id(self) -> str:
        return str(self.address).replace(".", "-")

    @property
    def seen(self) -> str:
        """What a save is checked against: after a conflict, the text of the other person."""
        return digest(self.text)

    @property
    def value(self) -> str:
        """What the input holds: what was posted and not saved comes before what is stored."""
        return self.text if self.posted is None else self.posted

    @property
    def is_formatted(self) -> bool:
        """Whether reading it is unlike its text: links, lists, emphasis, note marks."""
        return self.widget == "text" and bool(FORMATTED.search(self.text))

    @property
    def shown(self) -> str:
        """The text as read, for those who do not write it and until it is edited."""
        if self.widget == "choice":
            return dict(self.options).get(self.text, self.text)
        return text.to_html(self.text, note=text.NoteLinks(scope=self.id, known=self.known_notes))


@dataclass(slots=True)
class ActionRow:
    action: KeyAction
    number: str
    cells: dict[str, Cell]
    is_first: bool
    is_last: bool


@dataclass(slots=True)
class RoundBlock:
    label: str
    status: Cell
    comment: Cell


@dataclass(slots=True)
class Block:
    """One recommendation: closed it is a line, open it has its cells."""

    recommendation: Recommendation
    heading: str
    decision: str
    decision_label: str
    start: str
    actions: int
    closed_actions: int
    is_open: bool
    cells: dict[str, Cell] = field(default_factory=dict)
    rows: list[ActionRow] = field(default_factory=list)
    rounds: list[RoundBlock] = field(default_factory=list)
    derived: Badge | None = None  # the status that its key actions amount to
    derived_from: str = ""
    removed: list[KeyAction] = field(default_factory=list)
    allows_actions: bool = True
    responds: bool = False  # this person may write the answer now
    ownerless: int = 0  # key actions that nobody is named for
    undated: int = 0  # key actions without a deadline
    # For those who take part in the discussion: who drafts it, and how much of it is open.
    drafters: list[str] = field(default_factory=list)
    is_mine: bool = False
    comments: int = 0
    suggestions: int = 0

    @property
    def open_count(self) -> int:
        """What waits for someone in its discussion."""
        return self.comments + self.suggestions

    @property
    def weights(self) -> list[Cell]:
        """What some reports add to a recommendation: its timeline, urgency, difficulty and impact."""
        return [self.cells[name] for name in ("timeline", "urgency", "difficulty", "impact")]

    @property
    def is_weighed(self) -> bool:
        return any(cell.text for cell in self.weights)


class Labels:
    """The profile's printed words in the reader's language, by key, for templates."""

    def __init__(self, rules: Profile, language: str) -> None:
        self.rules, self.language = rules, language

    def __getitem__(self, key: str) -> str:
        return self.rules.label(key, self.language)


def understood(deadline: Deadline | None) -> str:
    """How a time was understood, for the line below the cell; nothing where that would only repeat it."""
    if deadline is None:
        return ""
    language = get_language() or "en"
    if (
        deadline.kind == Kind.DATE
        and deadline.due
        and deadline.text == from_date(deadline.due, language).text
    ):
        return ""
    return explain(deadline, language=language)


def overdue(action: KeyAction, today: date) -> str:
    """How late an open action is; a matrix in which nothing says so is read as if all were well."""
    if action.deadline_due is None or action.closed_as or action.deadline_due >= today:
        return ""
    days = (today - action.deadline_due).days
    return ngettext("%(days)d day late", "%(days)d days late", days) % {"days": days}


def undone(subject: KeyAction | RecommendationResponse, rules: Profile) -> str:
    """What the status alone does not say: closed without being done, or asked to be and not approved."""
    found = badges.of_subject(rules, subject)
    return found.words if found.words != badges.of_status(rules, subject.status).words else ""


def timed(action: KeyAction) -> str:
    """How its deadline was understood, and the first one where another holds now."""
    said, first = understood(action.deadline), action.first_deadline_text
    if first in ("", action.deadline_text):
        return said
    return " · ".join(filter(None, (said, _("First: %(deadline)s") % {"deadline": first})))


def reminded(action: KeyAction) -> str:
    """Who of a responsible cell is known: those the reminders go to."""
    if not action.responsible_text:
        return ""
    leads = [party for party in action.parties.all() if party.part == Part.LEAD]
    names = [name for party in leads if (name := _reached(party))]
    if names:
        return _("Reminders go to: %(names)s") % {"names": ", ".join(names)}
    return _("Nobody named here has an account; reminders go to the coordinator.")


def _reached(party: ActionParty) -> str:
    if party.person:
        return str(party.person) if party.person.is_active else ""
    if party.office and party.role:
        return f"{party.get_role_display()} ({party.office})"
    if party.office and party.office.focal_point:
        return f"{party.office.focal_point} ({party.office})"
    return ""


def dated(update: ProgressUpdate | None) -> str:
    return _("As of %(day)s") % {"day": date_format(update.as_of)} if update else ""


def derive(line: Block) -> None:
    """Say what the statuses of its key actions amount to."""
    found = derived.of_actions(row.action.common_status for row in line.rows)
    if found:
        line.derived, line.derived_from = badges.of_common(found.common_status), derived_words(found)


def derived_words(found: Derived) -> str:
    """On what it rests, such as "derived from 3 of 5 key actions"."""
    return ngettext(
        "derived from %(reported)d of %(total)d key action",
        "derived from %(reported)d of %(total)d key actions",
        found.total,
    ) % {"reported": found.reported, "total": found.total}


def grouped(rows: Iterable[Any], key: str) -> dict[int, list[Any]]:
    """The rows by an attribute, in their order."""
    groups: dict[int, list[Any]] = {}
    for row in rows:
        groups.setdefault(getattr(row, key), []).append(row)
    return groups
