"""What progress is reported on, a key action or the answer to a recommendation: its number, name and page."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from responses.models import KeyAction, ManagementResponse, RecommendationResponse

Subject = KeyAction | RecommendationResponse


def response_of(subject: Subject) -> ManagementResponse:
    return subject.answer.response if isinstance(subject, KeyAction) else subject.response


def place(action: KeyAction) -> int:
    """Its position among the actions of the recommendation, from 1: one query."""
    before = Q(order__lt=action.order) | Q(order=action.order, pk__lt=action.pk)
    return KeyAction.objects.filter(before, removed_at=None, answer=action.answer_id).count() + 1


def number(subject: Subject, at: int = 0) -> str:
    """As the matrix prints it, such as "3" or "3.2"; ``at`` is an action's position, where known."""
    answer = subject.answer if isinstance(subject, KeyAction) else subject
    of_recommendation = answer.recommendation.number or str(answer.recommendation.order)
    if isinstance(subject, KeyAction):
        return subject.own_number or f"{of_recommendation}.{at or place(subject)}"
    return of_recommendation


def named(subject: Subject) -> str:
    """In a sentence, such as "key action 3.2 of “River ports”"."""
    words = (
        _("key action %(number)s of “%(evaluation)s”")
        if isinstance(subject, KeyAction)
        else _("recommendation %(number)s of “%(evaluation)s”")
    )
    return words % {"number": number(subject), "evaluation": response_of(subject).evaluation.name}


def address(subject: Subject) -> str:
    """The path of its page."""
    return reverse("action" if isinstance(subject, KeyAction) else "answer", args=[subject.pk])
