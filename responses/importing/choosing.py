"""What is taken of a file that differs from the matrix it goes into: proposed, chosen, or not to be taken."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from evaltrack.errors import Refused
from evaltrack.models import User
from responses import handouts, wording
from responses.cells import Address, field_of, may_write
from responses.choices import ImportState
from responses.importing.bringing import locked
from responses.importing.comparing import Block, Comparison, Line, RowLine, compare
from responses.importing.values import Verdict
from responses.matrix import carried
from responses.matrix.document import Matrix, Recommendation
from responses.models import KeyAction, ManagementResponse, MatrixImport
from responses.permissions import Access, access

THEIRS, OURS = Verdict.TAKE.value, Verdict.KEEP.value


@dataclass(frozen=True, slots=True)
class Choice:
    """``taken`` is "theirs", "ours", or "" where it is still to be decided; ``barred`` says why not."""

    line: Line | RowLine
    taken: str
    barred: str = ""

    @property
    def is_open(self) -> bool:
        return not self.taken


@dataclass
class Choices:
    """All that differs, each with what becomes of it."""

    comparison: Comparison
    of: dict[str, Choice] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Choice]:
        return iter(self.of.values())

    @property
    def open(self) -> list[Choice]:
        return [one for one in self if one.is_open]

    @property
    def taken(self) -> list[Choice]:
        return [one for one in self if one.taken == THEIRS]

    @property
    def conflicts(self) -> int:
        return sum(1 for one in self if one.line.is_conflict and not one.barred)


def matrix_of(one: MatrixImport) -> Matrix:
    """The matrix as the person mended it."""
    return carried.restored(one.draft).matrix


def base_of(one: MatrixImport, user: User) -> Matrix | None:
    """What the file said when we gave it out; None where it was not, or of another response."""
    token = one.draft["handout"]
    given = handouts.found(token, user) if token else None
    return handouts.matrix_of(given) if given and given.response_id == one.response_id else None


def choices_of(one: MatrixImport, by: User) -> Choices:
    """All that differs now, with what was chosen as far as it was chosen on these texts."""
    assert one.response  # noqa: S101 - for mypy; only such imports are compared
    comparison = compare(one.response, matrix_of(one), base_of(one, by))
    rights = _Rights(one.response, by)
    found = Choices(comparison)
    for line in comparison.front:
        found.of[line.key] = _choice(line, rights.bar(line, None), one.choices)
    for block in comparison.blocks:
        for each in block.everything:
            found.of[each.key] = _choice(each, rights.bar(each, block), one.choices)
    return found


def _choice(line: Line | RowLine, barred: str, chosen: Mapping[str, list[str]]) -> Choice:
    if barred:
        return Choice(line, OURS, barred)
    said, seen = chosen.get(line.key, ("", ""))
    return Choice(line, said if seen == line.seen else line.verdict.value)


class _Rights:
    """What of a file the person may have written: the same rules as in the cells of the matrix."""

    def __init__(self, response: ManagementResponse, by: User) -> None:
        self.response = response
        self.access: Access = access(by, response)
        self.fixed = wording.fixed(response)

    def bar(self, line: Line | RowLine, block: Block | None) -> str:
        """Why it cannot be taken; "" where it can."""
        recommendation = block.pk if block else None
        if isinstance(line, RowLine):
            whole = isinstance(line.theirs or line.ours, Recommendation)
            return self._of("edit_recommendations" if whole else "respond", None, recommendation)
        address = Address.parse(line.key)
        subject = KeyAction(pk=address.pk) if address.kind == "action" else None
        return self._of(field_of(address, self.response).needs, subject, recommendation, address)

    def _of(
        self,
        needs: str,
        subject: KeyAction | None,
        recommendation: int | None,
        address: Address | None = None,
    ) -> str:
        if needs in self.fixed:
            return wording.reason(self.response) or _(
                "The recommendations cannot be changed now: a response is in clearance or cleared."
            )
        if needs == "edit_recommendations":
            allowed = self.access.edit_recommendations
        elif needs == "edit_evaluation":
            allowed = self.access.edit_evaluation
        elif address is None:
            allowed = self.access.may_respond(recommendation)
        else:
            allowed = may_write(field_of(address, self.response), subject, self.access, recommendation)
        return "" if allowed else str(NOT_YOURS[needs]())


NOT_YOURS = {
    "edit_recommendations": lambda: _(
        "The evaluator’s words: only who enters the recommendations changes them."
    ),
    "edit_evaluation": lambda: _("Only who keeps the evaluation’s record changes this."),
    "respond": lambda: _("Only who answers this recommendation changes this."),
    "report": lambda: _("Only who reports on it changes this."),
}


@transaction.atomic
def choose(one: MatrixImport, wanted: Mapping[str, str], *, by: User) -> int:
    """Choose "theirs" or "ours" for some of what differs; how many choices that were.

    ``wanted`` goes by "KEY SEEN", what was to be seen when it was chosen: one that differs otherwise by now
    is left open. Raises PermissionDenied, Refused.
    """
    one = _compared(one, by)
    there = choices_of(one, by)
    made = 0
    for name, said in wanted.items():
        key, _space, seen = name.rpartition(" ")
        choice = there.of.get(key)
        if choice and not choice.barred and choice.line.seen == seen and said in (THEIRS, OURS):
            one.choices[key] = [said, seen]
            made += 1
    one.save(update_fields=["choices"])
    return made


@transaction.atomic
def choose_all(one: MatrixImport, said: str, *, by: User, seen: str, conflicts: bool = True) -> int:
    """Choose "theirs" or "ours" for all that differs, or all but conflicts. Raises Refused where stale."""
    one = _compared(one, by)
    there = choices_of(one, by)
    if there.comparison.seen != seen:
        raise Refused(STALE())
    if said not in (THEIRS, OURS):
        raise Refused(_("Choose what is in the file, or what is here."))
    keys = [each for each in there if not each.barred and (conflicts or not each.line.is_conflict)]
    one.choices |= {each.line.key: [said, each.line.seen] for each in keys}
    one.save(update_fields=["choices"])
    return len(keys)


def STALE() -> str:  # noqa: N802 - a sentence, in the language of its reader
    return _(
        "The matrix was changed while you looked at this. What differs now is below; what you chose is kept"
        " where the texts are the same. Look again, then take it over."
    )


def _compared(one: MatrixImport, by: User) -> MatrixImport:
    one = locked(one, by)
    if one.state != ImportState.READ or not goes_into_a_matrix(one):
        raise Refused(_("The file has not been read yet."))
    return one


def goes_into_a_matrix(one: MatrixImport) -> bool:
    """Whether it is compared with what is there, rather than making the matrix."""
    if one.response is None:
        return False
    return one.response.evaluation.recommendations.present().exists()
