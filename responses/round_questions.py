"""Which questions of open rounds wait for an answer."""

from django.db.models import Exists, OuterRef, QuerySet

from responses.models import ProgressUpdate, Question


def unanswered() -> QuerySet[Question]:
    """The questions about key actions in open rounds, without an update that carries the round's name."""
    answered = ProgressUpdate.objects.filter(action=OuterRef("action"), round=OuterRef("matrix__name"))
    asked = Question.objects.filter(matrix__closed_at=None).exclude(action=None).exclude(person=None)
    return asked.exclude(Exists(answered))
