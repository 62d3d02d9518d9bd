"""Taking back what was taken over of a file: all as it was, or nothing where somebody went on from it."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models.deletion import Collector, ProtectedError, RestrictedError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack import audit
from evaltrack.deadlines import Deadline, Kind
from evaltrack.errors import Refused
from evaltrack.models import User
from recommendations import evaluations, results
from recommendations.models import Evaluation, Recommendation, RecommendationParty, SubPoint
from responses import actions, answers, cells, progress
from responses.cells import Address
from responses.choices import ImportState
from responses.importing.bringing import may_bring_into
from responses.importing.committing import digest
from responses.importing.taking import DEADLINES, RESPONSIBLE, state_of
from responses.matrix.build import build
from responses.models import (
    ActionParty,
    Footnote,
    Handout,
    KeyAction,
    ManagementResponse,
    MatrixImport,
    Presence,
    ProgressUpdate,
    RecommendationResponse,
    Reminder,
)
from responses.permissions import access
from responses.wording import lock

# What may hang on rows that an import made without anybody having worked on them.
MADE_WITH_IT: tuple[type[models.Model], ...] = (
    Evaluation, ManagementResponse, Recommendation, RecommendationParty, SubPoint, RecommendationResponse,
    KeyAction, ActionParty, ProgressUpdate, Footnote, Presence, Reminder, MatrixImport, Handout,
    Evaluation.offices.through, Evaluation.evaluators.through,
)  # fmt: skip


def may_undo(user: User, one: MatrixImport) -> bool:
    """Who brought it in, or oversees the response; what is written back goes by the rules of each cell."""
    if one.state != ImportState.COMMITTED or one.response is None:
        return False
    if one.by_id == user.pk:
        return may_bring_into(user, one.response.evaluation, one.response)
    return access(user, one.response).oversee


@transaction.atomic
def undo(one: MatrixImport, *, by: User, now: datetime) -> None:
    """Take back what was taken over. Raises PermissionDenied; Refused where it was changed since."""
    rows = MatrixImport.objects.select_for_update(of=("self",))
    one = rows.select_related("response__evaluation__profile").get(pk=one.pk)
    if one.state != ImportState.COMMITTED:
        raise Refused(_("“%(name)s” was taken back already, or never taken over.") % {"name": one})
    if not may_undo(by, one):
        raise PermissionDenied
    response = one.response
    assert response  # noqa: S101 - for mypy; see may_undo
    lock(response)
    evaluation = response.evaluation
    said = {"document": ("", one.name)}
    if one.done["kind"] == "merged":
        _Merged(response, one.done, by=by, now=now).undo()
        audit.record("import_undone", response, by=by, parent=evaluation, changes=said)
    else:
        _check_as_made(one, response)
        audit.record("import_undone", response, by=by, parent=evaluation, changes=said)
        _unmake(one, response, by)
    MatrixImport.objects.filter(pk=one.pk).update(
        state=ImportState.UNDONE, undone_at=now, undone_by=by, done=None
    )


# A matrix that the file made -------------------------------------------------------------------------------


def _check_as_made(one: MatrixImport, response: ManagementResponse) -> None:
    """Raises Refused where anybody worked on it since."""
    changed = _(
        "“%(name)s” cannot be taken back: somebody went on working on what came out of it. Remove what is too"
        " much by hand; the history shows what was done."
    ) % {"name": one.name}
    if digest(build(response)) != one.done["matrix"]:
        raise Refused(changed)
    evaluation = response.evaluation
    own = MatrixImport.objects.filter(evaluation=evaluation).exclude(pk=one.pk)
    others = evaluation.responses.exclude(pk=response.pk)
    removed = evaluation.recommendations.exclude(removed_at=None)
    if own.filter(state=ImportState.COMMITTED).exists() or others.exists() or removed.exists():
        raise Refused(changed)
    if _hanging(evaluation if one.done["kind"] == "made" else response) - set(MADE_WITH_IT):
        raise Refused(changed)


def _hanging(row: models.Model) -> set[type[models.Model]]:
    """What sorts of rows would go with this one."""
    collector = Collector(using=row._state.db or "default", origin=row)
    try:
        collector.collect([row])
    except ProtectedError as error:
        return {type(one) for one in error.protected_objects}
    except RestrictedError as error:
        return {type(one) for one in error.restricted_objects}
    there = {model for model, rows in collector.data.items() if rows}
    there |= {rows.model for rows in collector.fast_deletes if rows.exists()}
    return {model for model in there if not model._meta.proxy}


def _unmake(one: MatrixImport, response: ManagementResponse, by: User) -> None:
    evaluation = response.evaluation
    if one.done["kind"] == "made":
        evaluation.delete()
        return
    evaluation.recommendations.all().delete()
    if one.done["opened"]:
        response.delete()
    else:
        Footnote.objects.filter(response=response).delete()
        response.coordinator_text = response.overall_comment = ""
        response.responded_on = None
        response.save()
    evaluations.amend(evaluation, by=by, **one.done["before"])


# What was taken of a file into a matrix ------------------------------------------------------------------


class _Merged:
    def __init__(
        self, response: ManagementResponse, done: dict[str, Any], *, by: User, now: datetime
    ) -> None:
        self.response, self.done, self.by, self.now = response, done, by, now
        self.access = access(by, response)

    def undo(self) -> None:
        clashes = [*self._changed_cells(), *self._changed_rows(), *self._later_reports()]
        if clashes:
            shown = ", ".join(dict.fromkeys(clashes))
            raise Refused(
                ngettext(
                    "It cannot be taken back: %(count)d cell was changed since (%(where)s). Nothing was"
                    " done.",
                    "It cannot be taken back: %(count)d cells were changed since (%(where)s). Nothing was"
                    " done.",
                    len(clashes),
                )
                % {"count": len(clashes), "where": shown[:300]}
            )
        self._take_reports_back()
        for one in reversed(self.done["added"]):
            self._remove(one)
        decisions_last = sorted(self.done["cells"], key=lambda one: one["key"].endswith(".decision"))
        for one in decisions_last:
            self._restore_cell(one)
        for kind, pk in reversed(self.done["removed"]):
            self._bring_back(kind, pk)

    # Is it still as it was taken over? ------------------------------------------------------------------

    def _changed_cells(self) -> list[str]:
        return [
            self._where(one["key"])
            for one in self.done["cells"]
            if cells.tidy(self._read(one["key"])) != cells.tidy(one["after"])
        ]

    def _read(self, key: str) -> str:
        address = Address.parse(key)
        field = cells.field_of(address, self.response)
        return field.read(cells.subject_of(address, self.response))

    def _changed_rows(self) -> list[str]:
        changed = []
        for one in self.done["added"]:
            row = self._row(one)
            if row is not None and state_of(row) != one["is"]:
                changed.append(self._where(f"{one['kind']}.{one['pk']}.text"))
        return changed

    def _row(self, one: dict[str, Any]) -> Recommendation | KeyAction | None:
        """An added row, where it is still there."""
        if one["kind"] == "action":
            return KeyAction.objects.filter(pk=one["pk"], removed_at=None).first()
        return Recommendation.objects.filter(pk=one["pk"], removed_at=None).first()

    def _later_reports(self) -> list[str]:
        """Reports made since on what the file reported, and what hangs on the file's own."""
        clashes = []
        for update in self._updates():
            subject = update.action or update.answer
            assert subject  # noqa: S101 - for mypy; the database holds it so
            newer = subject.updates.filter(pk__gt=update.pk).exclude(pk__in=self.done["updates"])
            if newer.exists() or _hanging(update) != {ProgressUpdate}:
                clashes.append(self._named(subject))
        return clashes

    def _updates(self) -> list[ProgressUpdate]:
        rows = ProgressUpdate.objects.filter(pk__in=self.done["updates"])
        return list(rows.select_related("action__answer__recommendation", "answer__recommendation"))

    def _where(self, key: str) -> str:
        address = Address.parse(key)
        if address.kind == "action":
            action = KeyAction.objects.select_related("answer__recommendation").get(pk=address.pk)
            return self._named(action)
        if address.kind in ("recommendation", "answer", "round"):
            number = Recommendation.objects.values_list("number", flat=True).get(pk=address.pk)
            return _("Recommendation %(number)s") % {"number": number}
        return _("Front block")

    def _named(self, subject: KeyAction | RecommendationResponse) -> str:
        one = subject.answer if isinstance(subject, KeyAction) else subject
        return _("Recommendation %(number)s") % {"number": one.recommendation.number}

    # As it was ------------------------------------------------------------------------------------------

    def _take_reports_back(self) -> None:
        for update in reversed(self._updates()):
            subject = update.action or update.answer
            assert subject  # noqa: S101 - for mypy; the database holds it so
            said = {"status": (update.status, ""), "comment": (update.comment, "")}
            audit.record("report_undone", subject, by=self.by, parent=self.response.evaluation, changes=said)
            update.delete()
            progress.settle(subject)

    def _remove(self, one: dict[str, Any]) -> None:
        row = self._row(one)
        if isinstance(row, KeyAction):
            actions.remove(row, by=self.by, now=self.now)
        elif row is not None:
            results.remove(row, by=self.by, now=self.now)

    def _restore_cell(self, one: dict[str, Any]) -> None:
        address = Address.parse(one["key"])
        cells.save(
            self.response,
            address,
            one["before"],
            seen=cells.digest(one["after"]),
            by=self.by,
            access=self.access,
        )
        subject: Any = cells.subject_of(address, self.response)
        if address.name in DEADLINES:
            self._restore_deadline(subject, address.name, one["exact"])
        elif address.name in RESPONSIBLE:
            subject.parties.all().delete()
            for columns in one["exact"]:
                subject.parties.create(**columns)

    def _restore_deadline(self, subject: Any, name: str, exact: list[Any] | None) -> None:
        value = None
        if exact:
            text, kind, *days = exact
            start, due = (date.fromisoformat(day) if day else None for day in days)
            value = Deadline(text, Kind(kind), start, due)
        if name == "deadline":
            actions.put_deadline(subject, value, by=self.by)
        elif name == "timeline":
            results.amend(subject, by=self.by, timeline=value)
        else:
            answers.amend(self.response, by=self.by, responded_on=value)

    def _bring_back(self, kind: str, pk: int) -> None:
        if kind == "action":
            action = KeyAction.objects.select_related("answer__response").get(pk=pk)
            if action.removed_at:
                actions.restore(action, by=self.by)
        else:
            recommendation = Recommendation.objects.select_related("evaluation").get(pk=pk)
            if recommendation.removed_at:
                results.restore(recommendation, by=self.by)
