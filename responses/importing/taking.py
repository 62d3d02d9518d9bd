"""Writing what was chosen of a file into the matrix that is there: by the rules of its cells, nothing else.

The caller holds the transaction. What is written is remembered as far as taking it back needs it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from evaltrack.deadlines import Deadline
from evaltrack.errors import Refused
from evaltrack.models import User
from recommendations import results
from recommendations.models import Recommendation
from responses import actions, answers, cells, progress
from responses.cells import Address
from responses.choices import Channel
from responses.importing.choosing import STALE, Choices
from responses.importing.comparing import Block, Line, RowLine
from responses.importing.values import outlined
from responses.matrix import document
from responses.models import KeyAction, ManagementResponse, RecommendationResponse
from responses.permissions import access
from responses.subjects import Subject

DEADLINES = ("deadline", "timeline", "responded_on")
RESPONSIBLE = ("responsible", "responsible_text")


@dataclass
class Done:
    """What was written: ``cells`` with both their texts, rows added and removed, reports (ids)."""

    cells: list[dict[str, Any]] = field(default_factory=list)
    added: list[dict[str, Any]] = field(default_factory=list)
    removed: list[list[Any]] = field(default_factory=list)
    updates: list[int] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        return {
            "kind": "merged", "cells": self.cells, "added": self.added, "removed": self.removed,
            "updates": self.updates,
        }  # fmt: skip

    @property
    def count(self) -> int:
        return len(self.cells) + len(self.added) + len(self.removed) + len(self.updates)


class Taking:
    """One file into one response: ``choices`` is what differs at this moment, under the lock."""

    def __init__(self, response: ManagementResponse, choices: Choices, *, by: User, now: datetime) -> None:
        self.response, self.choices, self.by, self.now = response, choices, by, now
        self.access = access(by, response)
        self.done = Done()

    def take(self) -> Done:
        """Rows go before decisions that forbid them, and come after those that allow them.

        Raises PermissionDenied, and Refused with the rule's sentence and where in the matrix it spoke.
        """
        for choice, block in self._chosen(RowLine, theirs=False):
            self._at(block, self._remove, choice.line)
        lines = [(choice.line, block) for choice, block in self._chosen(Line)]
        for line, block in sorted(lines, key=lambda pair: not pair[0].key.endswith(".decision")):
            if not line.is_progress:
                self._at(block, self._write, line)
        reports: dict[str, list[Line]] = {}
        blocks: dict[str, Block | None] = {}
        for line, block in lines:
            if line.is_progress:
                where = line.key.rpartition(".")[0]
                reports.setdefault(where, []).append(line)
                blocks[where] = block
        for where, told in reports.items():
            self._at(blocks[where], self._report, told)
        for choice, block in self._chosen(RowLine, theirs=True):
            self._at(block, self._add, choice.line, block)
        return self.done

    def _chosen(
        self, kind: type[Line | RowLine], *, theirs: bool | None = None
    ) -> Iterator[tuple[Any, Block | None]]:
        taken = {choice.line.key: choice for choice in self.choices.taken}
        comparison = self.choices.comparison
        everything = [(line, None) for line in comparison.front] + [
            (line, block) for block in comparison.blocks for line in block.everything
        ]
        for line, block in everything:
            if line.key not in taken or not isinstance(line, kind):
                continue
            if isinstance(line, RowLine) and theirs != (line.theirs is not None):
                continue
            yield taken[line.key], block

    def _at(self, block: Block | None, what: Any, *arguments: Any) -> None:
        try:
            what(*arguments)
        except Refused as refusal:
            said = {"where": _where(block, arguments[0]), "refusal": refusal}
            raise Refused(
                _("%(where)s: %(refusal)s Or keep what is here for it, and take over the rest.") % said
            ) from refusal

    # Cells ----------------------------------------------------------------------------------------------

    def _write(self, line: Line) -> None:
        address = Address.parse(line.key)
        subject = cells.subject_of(address, self.response)
        exact = remembered(subject, address.name)
        saved = cells.save(
            self.response,
            address,
            line.theirs,
            seen=cells.digest(line.ours),
            by=self.by,
            access=self.access,
        )
        if isinstance(saved, cells.Conflict):
            raise Refused(STALE())
        self.done.cells.append({"key": line.key, "before": line.ours, "after": saved.text, "exact": exact})

    def _report(self, told: list[Line]) -> None:
        """Status and comment of one report, with what the file leaves as it was."""
        address = Address.parse(told[0].key)
        subject, round_ = self._subject(address)
        said = {line.field: line.theirs for line in told}
        latest = progress.latest(subject, round_)
        rules = self.response.evaluation.profile.rules
        status = said.get("status", latest.status if latest else "")
        known = bool(status and rules.status(status))
        update = progress.report(
            subject,
            by=self.by,
            now=self.now,
            as_of=timezone.localdate(self.now),
            round=round_,
            status=status if known else "",
            status_text="" if known else status,
            comment=said.get("comment", latest.comment if latest else ""),
            channel=Channel.IMPORT,
        )
        self.done.updates.append(update.pk)

    def _subject(self, address: Address) -> tuple[Subject, str]:
        subject = cells.subject_of(address, self.response)
        assert isinstance(subject, KeyAction | RecommendationResponse)  # noqa: S101 - for mypy
        if isinstance(subject, KeyAction):
            return subject, ""
        place = int(address.name.partition(".")[0])
        return subject, self.response.evaluation.profile.rules.rounds[place].name

    # Rows -----------------------------------------------------------------------------------------------

    def _remove(self, line: RowLine) -> None:
        kind = "recommendation" if isinstance(line.ours, document.Recommendation) else "action"
        if kind == "recommendation":
            results.remove(self._recommendation(line.pk or 0), by=self.by, now=self.now)
        else:
            action = cells.subject_of(Address("action", line.pk or 0, "text"), self.response)
            assert isinstance(action, KeyAction)  # noqa: S101 - for mypy
            actions.remove(action, by=self.by, now=self.now)
        self.done.removed.append([kind, line.pk])

    def _add(self, line: RowLine, block: Block) -> None:
        if isinstance(line.theirs, document.Action):
            recommendation = self._recommendation(block.pk or 0)
            self._add_action(answers.answer_to(recommendation, self.response), line.theirs)
        elif isinstance(line.theirs, document.Recommendation):
            self._add_recommendation(line.theirs)

    def _recommendation(self, pk: int) -> Recommendation:
        found = cells.subject_of(Address("recommendation", pk, "text"), self.response)
        assert isinstance(found, Recommendation)  # noqa: S101 - for mypy
        found.evaluation = self.response.evaluation
        return found

    def _add_recommendation(self, one: document.Recommendation) -> None:
        added = results.add(
            self.response.evaluation,
            by=self.by,
            text=one.text,
            number=one.number,
            rationale=one.rationale or "",
            directed_to=one.directed_to or "",
            responsible_text=one.responsible.text if one.responsible else "",
            priority=one.priority,
            priority_note=one.priority_note or "",
        )
        if one.timeline:
            results.amend(added, by=self.by, timeline=one.timeline)
        if one.sub_points:
            results.set_sub_points(added, outlined(one.sub_points), by=self.by)
        said = one.response.decision or one.response.narrative or one.actions
        if said and self.access.may_respond(added.pk):
            answer = answers.answer_to(added, self.response)
            if one.response.decision:
                answers.decide(answer, one.response.decision, by=self.by)
            if one.response.narrative:
                answers.narrate(answer, one.response.narrative, by=self.by)
            for action in one.actions:
                self._add_action(answer, action)
        self.done.added.append({"kind": "recommendation", "pk": added.pk, "is": state_of(added)})

    def _add_action(self, answer: RecommendationResponse, one: document.Action) -> None:
        added = actions.add(answer, by=self.by, text=one.text)
        added.answer = answer
        if one.deadline:
            actions.put_deadline(added, one.deadline, by=self.by)
        if one.responsible:
            actions.set_responsible(added, one.responsible.text, by=self.by)
        if (one.status or one.status_text or one.comment) and progress.may_report(self.by, added):
            update = progress.report(
                added,
                by=self.by,
                now=self.now,
                as_of=timezone.localdate(self.now),
                status=one.status or "",
                status_text=one.status_text or "",
                comment=one.comment or "",
                channel=Channel.IMPORT,
            )
            self.done.updates.append(update.pk)
        added.refresh_from_db()
        self.done.added.append({"kind": "action", "pk": added.pk, "is": state_of(added)})


def state_of(row: Recommendation | KeyAction) -> list[str]:
    """What an added row says, to see later whether somebody changed it."""
    if isinstance(row, KeyAction):
        return [row.text, row.deadline_text, row.responsible_text]
    names = ("text", "rationale", "directed_to", "responsible_text", "priority_note", "timeline_text")
    return [*(str(getattr(row, name)) for name in names), results.sub_points_as_text(row)]


def remembered(subject: Any, name: str) -> Any:
    """What a text alone does not bring back: how a deadline was understood, and whom the parties are."""
    if name in DEADLINES:
        value: Deadline | None = getattr(subject, name)
        if value is None:
            return None
        days = [day.isoformat() if day else None for day in (value.start, value.due)]
        return [value.text, value.kind.value, *days]
    if name in RESPONSIBLE:
        columns = ("order", "name", "part", "person_id", "office_id", "role")
        return list(subject.parties.order_by("order", "pk").values(*columns))
    return None


def _where(block: Block | None, told: Line | RowLine | list[Line]) -> str:
    """In words, where in the matrix a line stands; the lines of a list are of one row."""
    if block is None:
        return _("Front block")
    key = (told[0] if isinstance(told, list) else told).key
    for action in block.actions:
        if key in {line.key for line in (*action.lines, action.row) if line}:
            return _("Key action %(number)s") % {"number": action.number}
    return _("Recommendation %(number)s") % {"number": block.number}
