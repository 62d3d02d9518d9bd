"""My actions: what one person leads or supports, told one after another on one light page.

Telling is reporting progress. What this page adds: the same report sent twice is one, and whoever was
overtaken by another's report learns of it before theirs is added.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from evaltrack import files, text
from evaltrack.errors import Refused
from evaltrack.models import Part, StoredFile, User
from recommendations.choices import OVER, CommonStatus, Decision
from recommendations.profiles import Profile, in_language
from responses import badges, evidence, progress, standing, subjects, work
from responses.badges import Badge
from responses.choices import Channel
from responses.models import ActionParty, Evidence, KeyAction, ProgressUpdate
from responses.models.action import KeyActionQuerySet
from responses.permissions import party_of

AT_ONCE = 20  # lines fetched at a time
TOLD_SHOWN = 10  # of those told today, the latest


class Meanwhile(Refused):
    """Somebody else reported after the page was read; ``updates`` are theirs, the newest first."""

    def __init__(self, updates: list[ProgressUpdate]) -> None:
        super().__init__(_("Somebody else has reported on this since you opened the page."))
        self.updates = updates


# Which ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mine:
    """The key actions (ids) a person reports on here, in order, and what they said about them today."""

    order: list[int]
    leading: frozenset[int]
    told: dict[int, ProgressUpdate]

    @property
    def waiting(self) -> list[int]:
        return [pk for pk in self.order if pk not in self.told]

    @property
    def latest_told(self) -> list[int]:
        return sorted(self.told, key=lambda pk: self.told[pk].pk, reverse=True)

    def after(self, action: int) -> int | None:
        """The next that waits after this one, going round; None where none does."""
        place = self.order.index(action) if action in self.order else 0
        around = self.order[place + 1 :] + self.order[:place]
        return next((pk for pk in around if pk not in self.told), None)


def mine(person: User, *, since: datetime, only_led: bool) -> Mine:
    """What is open and the person's to report on, and what they reported ``since``: two queries.

    Those they lead first, the longest overdue first; with ``only_led`` no others.
    """
    said = ProgressUpdate.objects.filter(reported_by=person, reported_at__gte=since, answer=None)
    told = {update.action_id: update for update in said.order_by("pk")}
    parties = ActionParty.objects.filter(party_of(person), action=OuterRef("pk"))
    leads = Exists(parties.filter(part=Part.LEAD))
    open_or_told = Q(closed_as="", answer__closed_as="") | Q(pk__in=list(told))
    found = KeyAction.objects.present().filter(open_or_told).exclude(answer__decision=Decision.REJECTED)
    found = found.exclude(answer__response__evaluation__state__in=OVER)
    found = work.by_urgency(found.filter(leads if only_led else Exists(parties)))
    rows: list[tuple[int, bool]] = list(found.values_list("pk", leads))
    led = [pk for pk, leading in rows if leading]
    order = led + [pk for pk, leading in rows if not leading]
    return Mine(order, frozenset(led), {pk: told[pk] for pk in order if pk in told})


# Shown ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Line:
    """One key action on the page, with its form as it is filled."""

    action: KeyAction
    number: str
    text: str
    evaluation: str
    leads: bool
    status: Badge
    distance: str
    late: bool
    statuses: list[tuple[str, str, bool]]  # code, word, and whether it says that it is dropped
    reasons: list[tuple[str, str]]  # why something is dropped
    needing: frozenset[str]  # the statuses (codes) that must be shown to be true, and are not yet
    seen: int  # the newest update the page knows of; 0 for none
    key: str  # what a report from this form is called
    told: ProgressUpdate | None = None
    said: Badge | None = None  # the status told
    chosen: str = ""
    reason: str = ""
    url: str = ""
    comment: str = ""
    errors: list[str] = field(default_factory=list)
    meanwhile: list[tuple[ProgressUpdate, Badge]] = field(default_factory=list)
    open: bool = False


def lines(mine: Mine, shown: Iterable[int], *, today: date, keys: Iterable[str]) -> list[Line]:
    """These of the actions as lines, in that order: three queries. Each takes one of the new ``keys``."""
    wanted = list(shown)
    newest = ProgressUpdate.objects.filter(action=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    infected = Q(file__scan=StoredFile.Scan.INFECTED)
    proof = Evidence.objects.present().filter(update__action=OuterRef("pk")).exclude(infected)
    actions: KeyActionQuerySet = KeyAction.objects.filter(pk__in=wanted)
    actions = actions.annotate(newest=Subquery(newest), proved=Exists(proof))
    rows: dict[int, Any] = {
        row.pk: row
        for row in actions.select_related("answer__recommendation", "answer__response__evaluation")
        .defer("answer__narrative", "answer__recommendation__text", "answer__recommendation__rationale")
        .defer("answer__response__overall_comment")
    }
    rules = standing.rules_of(row.answer.response.evaluation.profile_id for row in rows.values())
    places = _places(row.answer_id for row in rows.values())
    return [
        _line(rows[pk], rules[rows[pk].answer.response.evaluation.profile_id], mine, places[pk], today, key)
        for pk, key in zip(wanted, keys, strict=False)
        if pk in rows
    ]


def _places(answers: Iterable[int]) -> Mapping[int, int]:
    """The positions of all key actions under these answers (ids), each from 1."""
    rows = KeyAction.objects.filter(removed_at=None, answer__in=set(answers)).order_by(
        "answer", "order", "pk"
    )
    places: dict[int, int] = {}
    counted: dict[int, int] = {}
    for pk, answer in rows.values_list("pk", "answer"):
        counted[answer] = places[pk] = counted.get(answer, 0) + 1
    return places


def _line(action: Any, rules: Profile, mine: Mine, place: int, today: date, key: str) -> Line:
    language = get_language() or "en"
    told = mine.told.get(action.pk)
    due = None if action.is_closed else action.deadline_due
    return Line(
        action=action,
        number=subjects.number(action, place),
        text=text.to_plain(action.text),
        evaluation=action.answer.response.evaluation.name,
        leads=action.pk in mine.leading,
        status=work.status_of(action, rules),
        distance=work.distance(due, today) if due else "",
        late=bool(due and due < today),
        statuses=[
            (one.code, in_language(one.labels, language), one.common == CommonStatus.DROPPED)
            for one in rules.statuses
        ],
        reasons=[(one.code, in_language(one.labels, language)) for one in rules.drop_reasons],
        needing=frozenset(
            one.code
            for one in rules.statuses
            if not action.proved and evidence.is_required(action, rules, one.code)
        ),
        seen=action.newest or 0,
        key=key,
        told=told,
        said=badges.of_status(rules, told.status) if told and told.status else None,
        chosen=told.status if told else action.status,
        comment=told.comment if told else "",
    )


def meet(line: Line, updates: Iterable[ProgressUpdate]) -> None:
    """Put what others reported meanwhile beside what was typed; saving once more adds it."""
    rules = line.action.answer.response.evaluation.profile.rules
    line.meanwhile = [(update, badges.of_status(rules, update.status)) for update in updates]


# Told ----------------------------------------------------------------------------------------------------


def tell(
    action: KeyAction,
    *,
    by: User,
    now: datetime,
    since: datetime,
    today: date,
    status: str,
    comment: str,
    reason_code: str = "",
    url: str = "",
    upload: files.Upload | None = None,
    key: str,
    seen: int,
    channel: Channel,
) -> ProgressUpdate:
    """Report on the action; or correct what the person told ``since`` with the same ``key``.

    ``seen`` is the newest update (id) they had before them, ``url`` and ``upload`` what shows it.
    Raises Meanwhile where others reported after it, and Refused and PermissionDenied like
    ``progress.report``.
    """
    said = _said(action, by, key)
    if said is None:
        _check_reason(action, status, reason_code, comment)
        shown = [evidence.linked(url)] if url else []
        shown += [evidence.uploaded(upload, now=now)] if upload else []
        try:
            return _report(
                action, by=by, now=now, as_of=today, status=status, comment=comment,
                reason_code=reason_code, attachments=shown, key=key, seen=seen, channel=channel,
            )  # fmt: skip
        except IntegrityError:
            # The same was sent twice at the same moment, and the other one was first.
            said = _said(action, by, key)
            if said is None:
                raise Refused(_("This could not be saved. Reload the page and try again.")) from None
    # A report that names no status has kept the one before.
    if (status or said.status, comment) != (said.status, said.comment):
        change(said, by=by, since=since, status=status, comment=comment)
    return said


def _check_reason(action: KeyAction, status: str, reason_code: str, comment: str) -> None:
    """Here the reason stands beside the status, and need not be given on another page."""
    rules = action.answer.response.evaluation.profile.rules
    if rules.common(status) == CommonStatus.DROPPED and not (reason_code and comment):
        raise Refused(_("Choose why it is no longer done, and say so in a sentence."))


@transaction.atomic
def _report(action: KeyAction, *, by: User, seen: int, key: str, **report: Any) -> ProgressUpdate:
    # The report holds the lock on the action, so that only after it nobody can come in between.
    update = progress.report(action, by=by, **report)
    others = _reported_after(action, seen, by)
    if others:
        raise Meanwhile(list(others))
    if key:
        update.client_key = key
        update.save(update_fields=["client_key"])
    return update


def _said(action: KeyAction, by: User, key: str) -> ProgressUpdate | None:
    return action.updates.filter(client_key=key, reported_by=by).first() if key else None


def _reported_after(action: KeyAction, seen: int, by: User) -> "QuerySet[ProgressUpdate]":
    others = action.updates.filter(pk__gt=seen).exclude(reported_by=by)
    return others.select_related("reported_by").order_by("-pk")


def change(update: ProgressUpdate, *, by: User, since: datetime, status: str, comment: str) -> None:
    """Correct what the person told ``since``, which is this day; what it said before stays in the history."""
    if update.reported_at < since:
        raise Refused(_("What you told on an earlier day stays. Report anew how it stands now."))
    if not (status or comment):
        raise Refused(_("Choose a status or say in a sentence how it stands."))
    progress.correct(update, by=by, status=status, comment=comment)
