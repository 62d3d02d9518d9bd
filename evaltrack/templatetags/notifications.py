"""What templates say of notifications."""

from typing import Any

from django import template

from evaltrack.notifications import kinds

register = template.Library()


@register.filter
def kind_label(code: str) -> Any:
    """The words for a kind of notification; nothing for one that is no more."""
    kind = kinds().get(code)
    return kind.label if kind else ""
