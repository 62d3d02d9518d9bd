"""Taking a matrix from a file into the database: all of it, or nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from evaltrack import audit
from evaltrack.errors import Refused
from evaltrack.models import Office, User
from recommendations import evaluations
from recommendations.models import Evaluation, RuleProfile
from recommendations.permissions import may_edit
from responses import answers
from responses.matrix import check, rows
from responses.matrix.document import Matrix
from responses.matrix.storable import obstacles
from responses.models import ManagementResponse


@transaction.atomic
def load(
    matrix: Matrix,
    *,
    evaluation: Evaluation | None = None,
    reference: str | None = None,
    office: Office | None = None,
    by: User | None,
    today: date,
    now: datetime,
    source: Mapping[str, tuple[str, str]] | None = None,
) -> ManagementResponse:
    """Write a matrix into the database, in one transaction.

    It goes into ``evaluation``, else into the one of that ``reference`` (or of the matrix's own), which is
    made (for ``office``) if there is none; what the evaluation's record says already is kept. What the matrix
    says of progress counts as of the day of the response. ``by=None`` is the command line; ``source`` is what
    the history says of the file it came in.

    Raises PermissionDenied, and Refused with all that keeps the matrix out; then nothing is changed.
    """
    if reference:
        matrix = replace(matrix, evaluation=replace(matrix.evaluation, reference=reference.strip()))
    evaluation = evaluation or _existing(matrix.evaluation.reference, by)
    profile = profile_of(matrix, evaluation)
    _refuse(hindrances(matrix, profile))
    if evaluation:
        _fill(evaluation, matrix, by)
    else:
        evaluation = _entered(matrix, profile, office, by=by, today=today)
    response = _opened(evaluation, by, now, office)
    issued = matrix.responded_on.due if matrix.responded_on else None
    as_of = issued if issued and issued <= today else today
    counts = rows.write(matrix, response, rows.Reported(by, as_of, now))
    changes = {what: (0, count) for what, count in counts.items()}
    audit.record("imported", response, by=by, parent=evaluation, changes={**(source or {}), **changes})
    return response


def profile_of(matrix: Matrix, evaluation: Evaluation | None = None) -> RuleProfile:
    """The profile the matrix is read under: the evaluation's, else the latest of its name. Raises Refused."""
    if evaluation and evaluation.profile.slug != matrix.profile:
        raise Refused(
            _(
                "%(evaluation)s follows the rule profile %(own)s, and the matrix %(other)s. Import it under"
                " %(own)s, or into another evaluation."
            )
            % {"evaluation": evaluation, "own": evaluation.profile.slug, "other": matrix.profile}
        )
    return evaluation.profile if evaluation else profile_called(matrix.profile)


def profile_called(slug: str) -> RuleProfile:
    """The latest version of the profile. Raises Refused, and names those there are."""
    found = RuleProfile.objects.latest_of(slug)
    if found is None:
        known = RuleProfile.objects.order_by("slug").values_list("slug", flat=True).distinct()
        raise Refused(
            _("There is no rule profile “%(profile)s”. Choose one of: %(known)s.")
            % {"profile": slug, "known": ", ".join(known)}
        )
    return found


def hindrances(matrix: Matrix, profile: RuleProfile) -> list[str]:
    """Everything that keeps the matrix out of the database: a sentence each, path first."""
    return [*check.faults(matrix), *obstacles(matrix), *check.problems(matrix, profile.rules)]


def _refuse(sentences: Iterable[str]) -> None:
    if found := list(sentences):
        raise Refused(_("The matrix cannot be imported: %(faults)s.") % {"faults": "; ".join(found)})


def is_taken(reference: str | None) -> bool:
    """Whether an evaluation has it, visible or not: there is one of each."""
    return bool(reference) and Evaluation.objects.filter(reference=reference).exists()


def _existing(reference: str | None, by: User | None) -> Evaluation | None:
    visible = Evaluation.objects.visible_to(by) if by else Evaluation.objects.all()
    return visible.filter(reference=reference).first() if reference else None


def _entered(
    matrix: Matrix, profile: RuleProfile, office: Office | None, *, by: User | None, today: date
) -> Evaluation:
    """The person who brings it in looks after it, for perhaps no office is known yet."""
    record = matrix.evaluation
    return evaluations.enter(
        by=by,
        today=today,
        profile=profile,
        offices=[office] if office else (),
        reference=record.reference or "",
        title=record.title,
        short_title=record.short_title or "",
        conducted=record.conducted or "",
        language=matrix.language,
        manager=by,
    )


def _fill(evaluation: Evaluation, matrix: Matrix, by: User | None) -> None:
    """Lock an evaluation that is there, see that it has room for the matrix, and complete its record."""
    if by and not may_edit(by, evaluation):
        raise PermissionDenied
    Evaluation.objects.select_for_update().get(pk=evaluation.pk)
    if any(map(_is_begun, evaluation.responses.all())):
        raise Refused(
            _(
                "%(evaluation)s has a management response already. A second matrix would mix with it:"
                " import it into another evaluation."
            )
            % {"evaluation": evaluation}
        )
    if evaluation.recommendations.present().exists():
        raise Refused(
            _(
                "%(evaluation)s has recommendations already. A matrix brings its own: import it into an"
                " evaluation without any."
            )
            % {"evaluation": evaluation}
        )
    record = matrix.evaluation
    missing: dict[str, Any] = {
        name: value
        for name, value in (("short_title", record.short_title), ("conducted", record.conducted))
        if value and not getattr(evaluation, name)
    }
    evaluations.amend(evaluation, by=by, language=matrix.language, **missing)


def _is_begun(response: ManagementResponse) -> bool:
    """Whether anything was written in it."""
    return bool(
        response.coordinator_text
        or response.overall_comment
        or response.responded_on_text
        or response.footnotes.exists()
        or response.answers.exists()
    )


def _opened(
    evaluation: Evaluation, by: User | None, now: datetime, office: Office | None
) -> ManagementResponse:
    """The response that was opened and left empty, else a new one."""
    there = evaluation.responses.order_by("pk").first()
    return there or answers.open_response(evaluation, by=by, now=now, office=office)
