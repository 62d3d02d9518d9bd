"""The independent check: another than who reported says how far a thing is done, beside the self-report.

Nothing is overwritten: a later check stands beside the earlier ones, and the newest of each source counts.
The self-report stays as it is; who disagrees asks the lead a question, which their next report answers.
"""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from evaltrack import audit, notifications
from evaltrack.errors import Refused
from evaltrack.models import User
from recommendations.models import Evaluation
from recommendations.profiles import Choice, Grade, Profile
from responses import audiences, kinds, progress, subjects
from responses.models import KeyAction, ManagementResponse, Reviewer, Verification
from responses.permissions import Access
from responses.subjects import Subject, response_of

LONGEST = 4000  # characters of a reason or a question


def why_not_independent(by: User, subject: Subject) -> str:
    """Why this person's verdict would be no independent one; "" where nothing speaks against it."""
    if subject.updates.filter(reported_by=by).exists():
        return _("You reported on this yourself: someone else has to check it.")
    held = Access(by, response_of(subject))
    if isinstance(subject, KeyAction) and subject.pk in held.own_actions:
        return _("You are responsible for this key action: someone else has to check it.")
    if held.coordinates:
        return _("You coordinate this response: someone else has to check it.")
    return ""


@transaction.atomic
def check(
    subject: Subject,
    *,
    by: User,
    now: datetime,
    implementation: str,
    alignment: str = "",
    timeliness: str = "",
    reason: str,
    question: str = "",
) -> Verification:
    """A reviewer's verdict, as codes of the profile's scales.

    Raises PermissionDenied; Refused for who is not independent, codes the profile does not know, a verdict
    without a reason, and one that differs from the self-report without a question to the lead.
    """
    response = response_of(subject)
    if not Access(by, response).verify:
        raise PermissionDenied
    _lock(subject)
    if sentence := why_not_independent(by, subject):
        raise Refused(sentence)
    rules = response.evaluation.profile.rules
    grade = _graded(rules, implementation, alignment, timeliness)
    reason, question = _worded(reason), _worded(question)
    if not reason:
        raise Refused(_("Say in a sentence what the verdict rests on."))
    if differs(subject, grade) and not question:
        raise Refused(_("This is not what was reported: ask those responsible a question about it."))
    made = Verification.objects.create(
        **_of(subject),
        update=progress.latest(subject),
        reviewer=by,
        at=now,
        implementation=implementation,
        alignment=alignment,
        timeliness=timeliness,
        reason=reason,
        question=question,
    )
    _record("checked", made, subject, by=by)
    _tell(made, subject, grade, by=by, now=now)
    return made


@transaction.atomic
def note_later_verdict(
    subject: Subject,
    *,
    by: User,
    now: datetime,
    evaluation: Evaluation,
    implementation: str,
    alignment: str = "",
    timeliness: str = "",
    reason: str,
    where: str = "",
) -> Verification:
    """What a later evaluation found, entered with the place in its report.

    Raises PermissionDenied; Refused for the evaluation itself, an earlier one, one that the person may not
    see, unknown codes, and words that are missing.
    """
    response = response_of(subject)
    if not Access(by, response).verify:
        raise PermissionDenied
    if sentence := _not_later(evaluation, response.evaluation, by):
        raise Refused(sentence)
    _graded(response.evaluation.profile.rules, implementation, alignment, timeliness)
    reason = _worded(reason)
    if not reason:
        raise Refused(_("Say in a sentence what the later evaluation found."))
    _lock(subject)
    made = Verification.objects.create(
        **_of(subject),
        update=progress.latest(subject),
        evaluation=evaluation,
        where=where.strip()[:200],
        reviewer=by,
        at=now,
        implementation=implementation,
        alignment=alignment,
        timeliness=timeliness,
        reason=reason,
    )
    _record("noted a verdict on", made, subject, by=by)
    return made


def differs(subject: Subject, grade: Grade) -> bool:
    """Whether a verdict is another than the self-report; where nothing was reported, none was claimed."""
    return bool(subject.common_status) and subject.common_status != grade.common


# Second persons ------------------------------------------------------------------------------------------


@transaction.atomic
def name_reviewer(response: ManagementResponse, person: User, *, by: User, now: datetime) -> Reviewer:
    """Let a second person check what is reported under a response; they see its evaluation from then on.

    Raises PermissionDenied; Refused for an account that is closed, and for who coordinates the response.
    """
    if not Access(by, response).oversee:
        raise PermissionDenied
    if not person.is_active:
        raise Refused(_("%(name)s has no active account.") % {"name": person})
    if response.coordinator_id == person.pk:
        raise Refused(_("%(name)s coordinates this response and cannot check it.") % {"name": person})
    reviewer, made = Reviewer.objects.get_or_create(
        response=response, person=person, defaults={"named_by": by, "named_at": now}
    )
    if made:
        _record_reviewer(response, "", str(person), by=by)
        _tell_reviewer(response, person, by=by, now=now)
    return reviewer


@transaction.atomic
def dismiss_reviewer(reviewer: Reviewer, *, by: User) -> None:
    """Take the naming back; their verdicts stay. Raises PermissionDenied."""
    if not Access(by, reviewer.response).oversee:
        raise PermissionDenied
    response, person = reviewer.response, str(reviewer.person)
    reviewer.delete()
    _record_reviewer(response, person, "", by=by)


def _record_reviewer(response: ManagementResponse, before: str, after: str, *, by: User) -> None:
    audit.record(
        "named reviewers of", response, by=by, parent=response.evaluation,
        changes={"reviewer": (before, after)},
    )  # fmt: skip


# Parts ---------------------------------------------------------------------------------------------------


def _of(subject: Subject) -> dict[str, Subject]:
    return {"action" if isinstance(subject, KeyAction) else "answer": subject}


def _lock(subject: Subject) -> None:
    """What is judged stays as it is while it is judged."""
    locked = type(subject)._default_manager.select_for_update(no_key=True).get(pk=subject.pk)
    subject.status, subject.common_status = locked.status, locked.common_status


def _worded(words: str) -> str:
    words = words.strip()
    if len(words) > LONGEST:
        raise Refused(_("At most %(count)d characters, please.") % {"count": LONGEST})
    return words


def _graded(rules: Profile, implementation: str, alignment: str, timeliness: str) -> Grade:
    scales = rules.verification
    for code, scale in ((alignment, scales.alignment), (timeliness, scales.timeliness)):
        if code and code not in {choice.code for choice in scale}:
            raise Refused(_unknown(code, scale))
    for grade in scales.implementation:
        if grade.code == implementation:
            return grade
    raise Refused(_unknown(implementation, scales.implementation))


def _unknown(code: str, scale: tuple[Grade, ...] | tuple[Choice, ...]) -> str:
    known = ", ".join(choice.code for choice in scale)
    return _("“%(code)s” is not on the scale. Choose one of: %(known)s.") % {"code": code, "known": known}


def _not_later(evaluation: Evaluation, earlier: Evaluation, by: User) -> str:
    if not Evaluation.objects.visible_to(by).filter(pk=evaluation.pk).exists():
        return _("There is no such evaluation.")
    if evaluation.pk == earlier.pk:
        return _("An evaluation is no later verdict on its own recommendations.")
    if evaluation.report_date and earlier.report_date and evaluation.report_date < earlier.report_date:
        return _("“%(name)s” is earlier than the evaluation it would judge.") % {"name": evaluation.name}
    return ""


def _record(verb: str, made: Verification, subject: Subject, *, by: User) -> None:
    said = {
        "implementation": made.implementation,
        "alignment": made.alignment,
        "timeliness": made.timeliness,
        "reason": made.reason,
        "question": made.question,
        "later_evaluation": made.evaluation.reference if made.evaluation else "",
    }
    changes = {name: ("", value) for name, value in said.items() if value}
    audit.record(verb, subject, by=by, parent=response_of(subject).evaluation, changes=changes)


def _tell(made: Verification, subject: Subject, grade: Grade, *, by: User, now: datetime) -> None:
    """Those responsible hear of every check, and are asked where it is not what they reported."""
    response = response_of(subject)
    text = to_be_answered if made.question else was_checked
    notifications.tell(
        [
            *audiences.responsible_for(subject),
            *audiences.coordinator(response),
        ],
        kinds.CHECK_QUESTION if made.question else kinds.CHECK_MADE,
        key=f"verification.{made.pk}",
        about=f"{subject._meta.model_name}.{subject.pk}",
        text=lambda: text(subject),
        detail=made.question or made.reason,
        url=subjects.address(subject),
        now=now,
        by=by,
    )


def to_be_answered(subject: Subject) -> str:
    return _("An independent check came to another result than was reported, and asks about: %(what)s") % {
        "what": subjects.named(subject)
    }


def was_checked(subject: Subject) -> str:
    return _("Checked independently: %(what)s") % {"what": subjects.named(subject)}


def _tell_reviewer(response: ManagementResponse, person: User, *, by: User, now: datetime) -> None:
    notifications.tell(
        [person],
        kinds.REVIEWER_NAMED,
        key=f"reviewer.{response.pk}.{now.timestamp():.6f}",
        about=f"response.{response.pk}",
        text=lambda: (
            _("You are asked to check independently what is reported on “%(about)s”.")
            % {"about": response.evaluation.name}
        ),
        url=reverse("verification", args=[response.pk]),
        now=now,
        by=by,
    )
