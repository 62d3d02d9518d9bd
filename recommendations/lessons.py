"""What an evaluation has learned: entering lessons and good practices, mending and removing them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from evaltrack import audit
from evaltrack.changes import change
from evaltrack.errors import Refused
from evaltrack.models import User
from recommendations.choices import LessonKind
from recommendations.models import Evaluation, Lesson
from recommendations.permissions import may_edit_recommendations


@dataclass(frozen=True, slots=True)
class LessonDraft:
    """A lesson or good practice as read or typed; ``source`` says what it is a row of: the position in
    a reading, or the key of the lesson, as digits."""

    kind: str = LessonKind.LESSON
    label: str = ""
    title: str = ""
    text: str = ""
    based_on: str = ""
    doubts: str = ""
    source: str = ""
    left_out: bool = False

    @property
    def is_kept(self) -> bool:
        return not self.left_out and bool(self.text.strip())


def as_drafts(evaluation: Evaluation) -> list[LessonDraft]:
    """What an evaluation has as rows to mend."""
    return [
        LessonDraft(one.kind, one.label, one.title, one.text, one.based_on, source=str(one.pk))
        for one in evaluation.lessons.present()
    ]


@transaction.atomic
def keep(evaluation: Evaluation, rows: Sequence[LessonDraft], *, by: User, now: datetime) -> None:
    """Keep rows as they were mended: what is left out is removed, what is new added.

    Raises PermissionDenied, Refused for a row that lost its text.
    """
    _check(by, evaluation)
    present = {str(one.pk): one for one in evaluation.lessons.present().select_for_update()}
    for row in rows:
        lesson = present.get(row.source)
        if lesson is None:
            if row.is_kept and not row.source:
                add(evaluation, by=by, text=row.text, **_fields(row))
        elif row.left_out:
            remove(lesson, by=by, now=now)
        else:
            amend(lesson, by=by, text=row.text.strip(), **_fields(row))


def _fields(row: LessonDraft) -> dict[str, str]:
    return {
        "kind": row.kind,
        "label": row.label.strip(),
        "title": " ".join(row.title.split()),
        "based_on": row.based_on.strip(),
    }


def _check(by: User, evaluation: Evaluation) -> None:
    if not may_edit_recommendations(by, evaluation):
        raise PermissionDenied


@transaction.atomic
def add(evaluation: Evaluation, *, by: User, kind: str, text: str, **fields: Any) -> Lesson:
    """Add one after those of its kind. Raises PermissionDenied, Refused without a text."""
    _check(by, evaluation)
    if not text.strip():
        raise Refused(_("A lesson or good practice needs a text."))
    Evaluation.objects.select_for_update().get(pk=evaluation.pk)
    last = evaluation.lessons.filter(kind=kind).order_by("-order").values_list("order", flat=True).first()
    added = Lesson.objects.create(
        evaluation=evaluation, kind=kind, text=text.strip(), order=(last or 0) + 1, **fields
    )
    audit.record("added", added, by=by, parent=evaluation, changes={"text": ("", added.text)})
    return added


@transaction.atomic
def amend(lesson: Lesson, *, by: User, **fields: Any) -> None:
    """Change its words. Raises PermissionDenied, Refused for an empty text."""
    _check(by, lesson.evaluation)
    if "text" in fields and not fields["text"].strip():
        raise Refused(_("A lesson or good practice needs a text. To take it out, remove it."))
    change(lesson, by=by, parent=lesson.evaluation, **fields)


@transaction.atomic
def remove(lesson: Lesson, *, by: User, now: datetime) -> None:
    _check(by, lesson.evaluation)
    change(lesson, by=by, verb="removed", parent=lesson.evaluation, removed_at=now)


@transaction.atomic
def restore(lesson: Lesson, *, by: User) -> None:
    _check(by, lesson.evaluation)
    change(lesson, by=by, verb="restored", parent=lesson.evaluation, removed_at=None)
