"""Narrative texts in templates: as read, and without markup."""

from django import template
from django.utils.safestring import SafeString

from evaltrack import text

register = template.Library()


@register.filter
def narrative(source: str) -> SafeString:
    """The text as HTML blocks."""
    return text.to_html(source or "")


@register.filter
def plain(source: str) -> str:
    """The text without markup."""
    return text.to_plain(source or "")
