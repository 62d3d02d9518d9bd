"""Vocabularies of the response that are the same for every organisation."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ResponseState(models.TextChoices):
    """The way of a management response."""

    PREFILLING = "prefilling", _("Being prepared")
    DRAFTING = "drafting", _("Drafting")
    IN_CLEARANCE = "in_clearance", _("In clearance")
    RETURNED = "returned", _("Returned")
    CLEARED = "cleared", _("Cleared")
    PUBLISHED = "published", _("Published")


# The wording is fixed while someone clears it, and from then on.
FIXED = (ResponseState.IN_CLEARANCE, ResponseState.CLEARED, ResponseState.PUBLISHED)

# Still to be given; a response is once it is cleared for the first time.
OWED = (
    ResponseState.PREFILLING,
    ResponseState.DRAFTING,
    ResponseState.IN_CLEARANCE,
    ResponseState.RETURNED,
)


class StepState(models.TextChoices):
    """One step of a clearance."""

    WAITING = "waiting", _("Waiting")
    CLEARED = "cleared", _("Cleared")
    RETURNED = "returned", _("Returned")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class SnapshotKind(models.TextChoices):
    """Why the matrix was frozen."""

    SUBMITTED = "submitted", _("Submitted for clearance")
    CLEARED = "cleared", _("Cleared")
