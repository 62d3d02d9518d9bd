"""Vocabularies that are the same for every organisation; what differs is in the rule profiles."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Decision(models.TextChoices):
    """Management's decision on a recommendation, as the matrix document names it."""

    ACCEPTED = "accepted", _("Accepted")
    PARTIALLY_ACCEPTED = "partially_accepted", _("Partially accepted")
    REJECTED = "rejected", _("Rejected")


class CommonStatus(models.TextChoices):
    """The one status every profile's own statuses map to, so that figures can be added up."""

    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    DROPPED = "dropped", _("Dropped")


class StatusLevel(models.TextChoices):
    """Where an organisation keeps the implementation status."""

    ACTION = "action", _("Per key action")
    RECOMMENDATION = "recommendation", _("Per recommendation")


class Layout(models.TextChoices):
    """How the matrix is laid out, on screen and in print."""

    ACTION_TABLE = "action-table", _("A table of key actions under each recommendation")
    ACTION_LIST = "action-list", _("Key actions as a list in the response, status per recommendation")


class Timing(models.TextChoices):
    MID_TERM = "mid_term", _("Mid-term")
    FINAL = "final", _("Final")
    EX_POST = "ex_post", _("Ex-post")
    EX_ANTE = "ex_ante", _("Ex-ante")
    REAL_TIME = "real_time", _("Real-time")


class EvaluationType(models.TextChoices):
    PROJECT = "project", _("Project")
    PROGRAMME = "programme", _("Programme")
    COUNTRY = "country", _("Country")
    THEMATIC = "thematic", _("Thematic")
    STRATEGIC = "strategic", _("Strategic")
    JOINT = "joint", _("Joint")
    OTHER = "other", _("Other")


class Level(models.TextChoices):
    """Scale of urgency, difficulty and impact."""

    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")
