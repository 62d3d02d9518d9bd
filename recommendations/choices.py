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


class EvaluationState(models.TextChoices):
    """The way of an evaluation."""

    PLANNED = "planned", _("Planned")
    UNDER_WAY = "under_way", _("Under way")
    FINAL = "final", _("Report final")
    PUBLISHED = "published", _("Published")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


# As what an evaluation is entered; later on, moves lead from one state to the next.
ENTERED_AS = (EvaluationState.PLANNED, EvaluationState.UNDER_WAY, EvaluationState.FINAL)
# Management owes its answer to what is final, and nobody is asked for anything any more once it is over.
OWING = (EvaluationState.FINAL, EvaluationState.PUBLISHED)
OVER = (EvaluationState.CLOSED, EvaluationState.CANCELLED)


class ClearingOffice(models.TextChoices):
    """Whose office clears a step: seen from the office that responds."""

    RESPONDING = "responding", _("The responding office")
    ABOVE = "above", _("The office above it")
    TOP = "top", _("Headquarters")


class Check(models.TextChoices):
    """What is looked for in a draft; a profile may make some of it mandatory for clearance."""

    UNANSWERED = "unanswered", _("Recommendation not answered")
    NO_REASON = "no_reason", _("Partly accepted or rejected without a reason")
    NO_ACTION = "no_action", _("Accepted without a key action")
    REJECTED_WITH_ACTIONS = "rejected_with_actions", _("Rejected, with key actions")
    NO_LEAD = "no_lead", _("Key action without a lead")
    LEAD_UNREACHABLE = "lead_unreachable", _("Lead without an active account")
    NO_DEADLINE = "no_deadline", _("Key action without a deadline")
    DEADLINE_PAST = "deadline_past", _("Deadline in the past")
    DEADLINE_BEFORE_REPORT = "deadline_before_report", _("Deadline before the report")
    DEADLINE_UNCLEAR = "deadline_unclear", _("Deadline that is not understood")
    DEADLINE_TOO_LATE = "deadline_too_late", _("Deadline after tracking ends")
    DUPLICATE_ACTION = "duplicate_action", _("Key action that stands there twice")
    PLACEHOLDER = "placeholder", _("Heading, guidance or placeholder left in the text")
    TOO_MANY_ACTIONS = "too_many_actions", _("Many key actions for one recommendation")
    NAMES_A_PERSON = "names_a_person", _("A person named in a public document")
    NUMBERS_DO_NOT_FOLLOW = "numbers_do_not_follow", _("Numbers that do not follow")


class DocumentKind(models.TextChoices):
    """What a document of an evaluation is."""

    REPORT = "report", _("Evaluation report")
    BRIEF = "brief", _("Evaluation brief")
    SUMMARY = "summary", _("Summary")
    RESPONSE = "management_response", _("Management response")
    TERMS = "terms_of_reference", _("Terms of reference")
    INCEPTION = "inception_report", _("Inception report")
    ANNEX = "annex", _("Annex")
    OTHER = "other", _("Other")


class DescriptorKind(models.TextChoices):
    """What a word that describes an evaluation tells of it; in the order in which they are shown."""

    THEME = "theme", _("Themes")
    CROSS_CUTTING = "cross_cutting", _("Cross-cutting themes")
    DONOR = "donor", _("Donors")
    PROJECT = "project", _("Projects")
    PROJECT_CODE = "project_code", _("Project codes")
    AUTHOR = "author", _("Authors")
    LANGUAGE = "language_said", _("Languages")
    SCOPE = "scope", _("Scope")
    COVERAGE = "coverage", _("Coverage")
    REGION = "region", _("Regions")
    COMMISSIONER = "commissioner", _("Commissioned by")
    EVALUATOR = "evaluator", _("Kind of evaluator")
    LEVEL = "level", _("Evaluation function")
    PAGES = "pages", _("Pages")


class ImportState(models.TextChoices):
    """How far the import of a register is."""

    WAITING = "waiting", _("Waiting to be read")
    READ = "read", _("Read, to be looked over")
    REFUSED = "refused", _("Could not be read")
    COMMITTING = "committing", _("Being brought in")
    DONE = "done", _("Brought in")
    DISCARDED = "discarded", _("Discarded")


class Verdict(models.TextChoices):
    """What becomes of a row of a register."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    SAME = "same", _("Unchanged")
    LEFT_OUT = "left_out", _("Left out")


class ReadingState(models.TextChoices):
    """How far the reading of a report is."""

    WAITING = "waiting", _("Being read")
    READ = "read", _("Read, to be looked over")
    REFUSED = "refused", _("Could not be read")
    ENTERED = "entered", _("Entered")


class LessonKind(models.TextChoices):
    """What an evaluation has learned."""

    LESSON = "lesson", _("Lesson learned")
    PRACTICE = "practice", _("Good practice")
