"""Asking for a response: who coordinates it, when it is due, and what an evaluation's way means for it."""

from evaltrack.states import Made
from recommendations.models import Evaluation


def hindrance(evaluation: Evaluation, move: str) -> str:
    """What a response has against a move of its evaluation; "" nothing."""
    return ""


def evaluation_moved(made: Made[Evaluation]) -> None:
    """Pass the news of an evaluation's move on."""
