"""Vocabularies of the response that are the same for every organisation."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from recommendations.choices import CommonStatus


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
    ROUND = "round", _("Frozen at the end of a round")


class Channel(models.TextChoices):
    """How an update came in."""

    PAGE = "page", _("Page")
    LINK = "link", _("Link in a mail")
    MAIL = "mail", _("Answer to a mail")
    API = "api", _("API")
    IMPORT = "import", _("Imported document")


class ClosedAs(models.TextChoices):
    """Why nobody is asked about it any more."""

    COMPLETED = "completed", _("Completed")
    DROPPED = "dropped", _("No longer applicable")
    NOT_IMPLEMENTED = "not_implemented", _("Closed, not implemented")


# What a report of these common statuses closes it as.
CLOSES: dict[str, str] = {
    CommonStatus.COMPLETED: ClosedAs.COMPLETED,
    CommonStatus.DROPPED: ClosedAs.DROPPED,
}


class RequestState(models.TextChoices):
    """What became of something that was asked for."""

    WAITING = "waiting", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ImportState(models.TextChoices):
    """How far a file has come on its way into an evaluation."""

    WAITING = "waiting", _("Waiting to be read")
    READING = "reading", _("Being read")
    REFUSED = "refused", _("Not read")
    COLUMNS = "columns", _("Waiting for what its columns mean")
    READ = "read", _("To be looked over")
    COMMITTED = "committed", _("Taken over")
    UNDONE = "undone", _("Taken back")
    DISCARDED = "discarded", _("Discarded")


class ProposalState(models.TextChoices):
    """What a person made of their answer by mail."""

    WAITING = "waiting", _("To be confirmed")
    TAKEN = "taken", _("Confirmed")
    DISCARDED = "discarded", _("Discarded")


class LeftOut(models.TextChoices):
    """Why no round can be opened for a response."""

    NOT_CLEARED = "not_cleared", _("Its response is not cleared yet: there is nothing to follow")
    OVER = "over", _("The evaluation is closed or cancelled")
    ENDED = "ended", _("Its tracking has ended")
    HELD = "held", _("A round of this name was held already")
    UNDER_WAY = "under_way", _("Another round is still open: close it first")
    ALL_CLOSED = "all_closed", _("Everything in it is closed: there is nobody to ask")


class BulkForm(models.TextChoices):
    """As what many matrices are handed out."""

    ZIP = "zip", _("A ZIP file with a PDF of each")
    PDF = "pdf", _("One PDF with a list of contents and bookmarks")


class BulkState(models.TextChoices):
    """How far a bulk export is."""

    WAITING = "waiting", _("Waiting")
    PRINTING = "printing", _("Being printed")
    PACKING = "packing", _("Being put together")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be made")
    CANCELLED = "cancelled", _("Cancelled")
    GONE = "gone", _("Deleted")
