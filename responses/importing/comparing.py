"""How a file differs from a matrix that is there: row by row and cell by cell (see ``values`` for a cell)."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from responses.importing.matching import Triple, together
from responses.importing.values import (
    ACTION,
    FRONT,
    RECOMMENDATION,
    Verdict,
    decide,
    front_values,
    plain,
    plain_row,
    stand_alike,
    standing,
    value,
)
from responses.matrix.build import build
from responses.matrix.differences import ACTIONS, RECOMMENDATIONS
from responses.matrix.document import Action, Matrix, Monitoring, Recommendation
from responses.models import KeyAction, ManagementResponse


@dataclass(frozen=True, slots=True)
class Line:
    """One cell that differs: ``key`` is its address in the matrix, ``path`` its place in the file."""

    key: str
    field: str  # as ``matrix.differences`` names it
    path: str
    ours: str
    theirs: str
    base: str | None
    verdict: Verdict
    round: str = ""

    @property
    def is_conflict(self) -> bool:
        return self.verdict == Verdict.OPEN

    @property
    def is_progress(self) -> bool:
        return self.field in ("status", "comment")

    @property
    def seen(self) -> str:
        """What a choice was made on: it counts for these texts only."""
        texts = "\0".join((self.ours, self.theirs, "-" if self.base is None else f"+{self.base}"))
        return sha256(texts.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class RowLine:
    """A row that only one side has. ``theirs`` is that of the file to be added, ``pk`` ours to be removed."""

    key: str
    path: str
    verdict: Verdict
    theirs: Recommendation | Action | None = None
    ours: Recommendation | Action | None = None
    pk: int | None = None

    @property
    def is_conflict(self) -> bool:
        return self.verdict == Verdict.OPEN

    @property
    def seen(self) -> str:
        return sha256(repr((self.theirs, self.ours)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class ActionBlock:
    """A key action that differs; ``row`` where only one side has it."""

    pk: int | None
    number: str
    lines: tuple[Line, ...] = ()
    row: RowLine | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A recommendation that differs, itself or in its key actions."""

    pk: int | None
    number: str
    text: str
    lines: tuple[Line, ...] = ()
    row: RowLine | None = None
    actions: tuple[ActionBlock, ...] = ()

    @property
    def everything(self) -> Iterator[Line | RowLine]:
        yield from self.lines
        if self.row:
            yield self.row
        for action in self.actions:
            yield from action.lines
            if action.row:
                yield action.row


@dataclass(frozen=True, slots=True)
class Comparison:
    """``blank`` is how many cells the file leaves blank that are filled here, and that stay."""

    front: tuple[Line, ...]
    blocks: tuple[Block, ...]
    blank: int
    has_base: bool

    @property
    def everything(self) -> Iterator[Line | RowLine]:
        yield from self.front
        for block in self.blocks:
            yield from block.everything

    @property
    def seen(self) -> str:
        """The digest of all that differs: what a page showed."""
        return sha256("".join(f"{one.key}{one.seen}" for one in self.everything).encode()).hexdigest()[:16]


def compare(response: ManagementResponse, theirs: Matrix, base: Matrix | None) -> Comparison:
    """All that differs, in the order of the file; the number of queries does not grow."""
    return _Comparing(response, theirs, base).whole()


class _Comparing:
    def __init__(self, response: ManagementResponse, theirs: Matrix, base: Matrix | None) -> None:
        self.response, self.theirs, self.base = response, theirs, base
        self.ours = build(response)
        self.keys = _keys(response)
        self.rounds = [one.name for one in response.evaluation.profile.rules.rounds]
        self.blank = 0

    def whole(self) -> Comparison:
        front = tuple(self._front())
        triples = together(
            self.ours.recommendations,
            self.theirs.recommendations,
            self.base.recommendations if self.base else None,
            RECOMMENDATIONS,
        )
        blocks = [block for block in map(self._block, triples) if block]
        return Comparison(front, tuple(blocks), self.blank, self.base is not None)

    def _front(self) -> Iterator[Line]:
        evaluation, response = self.response.evaluation_id, self.response.pk
        fields = [front_values(matrix) for matrix in (self.ours, self.theirs)]
        before = front_values(self.base) if self.base else None
        for name, (key, field) in FRONT.items():
            kind, _dot, column = key.partition(".")
            at = f"{kind}.{evaluation if kind == 'evaluation' else response}.{column}"
            texts = (fields[0][name], fields[1][name], before[name] if before else None)
            yield from self._line(at, field, name, *texts)
        notes = [{note.mark: note.text for note in matrix.footnotes} for matrix in (self.ours, self.theirs)]
        went_out = {note.mark: note.text for note in self.base.footnotes} if self.base else None
        for mark in dict.fromkeys((*notes[1], *notes[0])):
            texts = (notes[0].get(mark, ""), notes[1].get(mark, ""), (went_out or {}).get(mark, ""))
            base = texts[2] if went_out is not None else None
            yield from self._line(f"note.{response}.{mark}", f"note {mark}", "footnotes", *texts[:2], base)

    def _block(self, triple: Triple) -> Block | None:
        i, j, k = triple
        ours = None if i is None else self.ours.recommendations[i]
        theirs = None if j is None else self.theirs.recommendations[j]
        base = None if k is None or self.base is None else self.base.recommendations[k]
        path = f"recommendations[{j}]"
        pk = None if i is None else self.keys[i][0]
        present = theirs or ours
        assert present  # noqa: S101 - for mypy; it stands in one of them
        if ours is None or theirs is None:
            row = self._row(f"recommendation.{pk}", path, ours, theirs, base, pk)
            return Block(pk, present.number, present.text, row=row) if row else None
        assert i is not None and j is not None and pk is not None  # noqa: S101, PT018 - for mypy
        lines = tuple(self._recommendation(pk, path, ours, theirs, base))
        actions = tuple(self._actions(i, j, path, ours, theirs, base))
        return Block(pk, ours.number, ours.text, lines, None, actions) if lines or actions else None

    def _row(
        self,
        key: str,
        path: str,
        ours: Recommendation | Action | None,
        theirs: Recommendation | Action | None,
        base: Recommendation | Action | None,
        pk: int | None,
    ) -> RowLine | None:
        """A row of one side only; None where nothing is to be done about it."""
        if theirs is not None:
            if base is None:
                return RowLine(f"new.{path}", path, Verdict.TAKE, theirs=theirs)
            # It was removed here since it went out.
            changed = plain_row(theirs) != plain_row(base)
            return RowLine(f"new.{path}", path, Verdict.OPEN, theirs=theirs) if changed else None
        if base is None and self.base is not None:
            return None  # added here since
        verdict = Verdict.KEEP if base is None else Verdict.OPEN
        return RowLine(f"gone.{key}", "", verdict, ours=ours, pk=pk)

    def _recommendation(
        self, pk: int, path: str, ours: Recommendation, theirs: Recommendation, base: Recommendation | None
    ) -> Iterator[Line]:
        for name, (key, field, at) in RECOMMENDATION.items():
            kind, _dot, column = key.partition(".")
            before = value(base, name) if base else None
            mine, file = value(ours, name), value(theirs, name)
            yield from self._line(f"{kind}.{pk}.{column}", field, f"{path}.{at}", mine, file, before)
        if not (ours.number.isdecimal() and theirs.number.isdecimal()):
            before = base.number if base else None
            at = f"recommendation.{pk}.number"
            yield from self._line(at, "number", f"{path}.number", ours.number, theirs.number, before)
        yield from self._monitoring(pk, path, ours, theirs, base)

    def _monitoring(
        self, pk: int, path: str, ours: Recommendation, theirs: Recommendation, base: Recommendation | None
    ) -> Iterator[Line]:
        entries = [{one.round: one for one in side.monitoring} for side in (ours, theirs)]
        before = {one.round: one for one in base.monitoring} if base else None
        for place, entry in enumerate(theirs.monitoring):
            if entry.round not in self.rounds:
                continue
            at = f"round.{pk}.{self.rounds.index(entry.round)}"
            blank = Monitoring(entry.round)
            went_out = None if before is None else before.get(entry.round, blank)
            yield from self._progress(
                at,
                f"{path}.monitoring[{place}]",
                entries[0].get(entry.round, blank),
                entry,
                went_out,
                entry.round,
            )

    def _actions(
        self,
        i: int,
        j: int,
        path: str,
        ours: Recommendation,
        theirs: Recommendation,
        base: Recommendation | None,
    ) -> Iterator[ActionBlock]:
        keys = self.keys[i][1]
        triples = together(ours.actions, theirs.actions, base.actions if base else None, ACTIONS)
        for a, b, c in triples:
            mine = None if a is None else ours.actions[a]
            file = None if b is None else theirs.actions[b]
            went = None if c is None or base is None else base.actions[c]
            pk = None if a is None else keys[a]
            at, present = f"{path}.actions[{b}]", file or mine
            assert present  # noqa: S101 - for mypy
            if mine is None or file is None:
                row = self._row(f"action.{pk}", at, mine, file, went, pk)
                if row:
                    yield ActionBlock(pk, present.number, row=row)
                continue
            lines = [
                line
                for name, field in ACTION.items()
                for line in self._line(
                    f"action.{pk}.{name}",
                    field,
                    f"{at}.{name}",
                    value(mine, name),
                    value(file, name),
                    value(went, name) if went else None,
                )
            ]
            lines += self._progress(f"action.{pk}", at, mine, file, went)
            if lines:
                yield ActionBlock(pk, mine.number, tuple(lines))

    def _progress(
        self,
        at: str,
        path: str,
        ours: Action | Monitoring,
        theirs: Action | Monitoring,
        base: Action | Monitoring | None,
        round_: str = "",
    ) -> Iterator[Line]:
        """A status is its code; where a side prints words of its own, those count as well."""
        mine, file = standing(ours), standing(theirs)
        before = standing(base) if base else None
        alike = stand_alike(ours, theirs) or (base is not None and stand_alike(base, theirs))
        if not alike:
            yield from self._line(f"{at}.status", "status", f"{path}.status", mine, file, before, round_)
        mine, file = ours.comment or "", theirs.comment or ""
        said = (base.comment or "") if base else None
        yield from self._line(f"{at}.comment", "comment", f"{path}.comment", mine, file, said, round_)

    def _line(
        self, key: str, field: str, path: str, ours: str, theirs: str, base: str | None, round_: str = ""
    ) -> Iterator[Line]:
        verdict = decide(ours, theirs, base)
        if verdict is None:
            self.blank += base is None and not plain(theirs) and bool(plain(ours))
        else:
            yield Line(key, field, path, ours, theirs, base, verdict, round_)


def _keys(response: ManagementResponse) -> list[tuple[int, list[int]]]:
    """The rows behind the matrix that ``build`` makes, in its order: two queries."""
    found = response.evaluation.recommendations.present().values_list("pk", flat=True)
    below: dict[int, list[int]] = {pk: [] for pk in found}
    actions = KeyAction.objects.present().filter(answer__response=response)
    for recommendation, pk in actions.values_list("answer__recommendation", "pk"):
        if recommendation in below:
            below[recommendation].append(pk)
    return list(below.items())
