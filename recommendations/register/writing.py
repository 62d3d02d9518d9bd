"""Bringing rows of a register in: new evaluations, and what changed of those that are there."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from evaltrack import audit, deadlines
from evaltrack.models import User
from recommendations.choices import EvaluationState, Verdict
from recommendations.models import Descriptor, Evaluation, EvaluationDocument, RegisterEntry, RegisterImport
from recommendations.register.columns import Column
from recommendations.register.offices import Offices
from recommendations.register.plan import COLUMNS, DATES, DESCRIBED, Planned
from recommendations.register.values import YEARS


@dataclass(frozen=True, slots=True)
class Writer:
    """Who brings in which import, and when; everything within the caller's transaction."""

    of: RegisterImport
    offices: Offices
    by: User | None
    today: date

    def write(self, planned: Sequence[Planned]) -> None:
        """A lot of rows, in a number of statements that does not grow with them."""
        new = [one for one in planned if one.verdict == Verdict.NEW]
        changed = [one for one in planned if one.verdict == Verdict.CHANGED]
        if new:
            self._enter(new)
        if changed:
            self._amend(changed)
        self._replace([one for one in (*new, *changed) if one.takes])
        self._note([*new, *changed])

    def _enter(self, new: Sequence[Planned]) -> None:
        rows = []
        references = self._references([self._year(one) for one in new])
        for one, reference in zip(new, references, strict=True):
            values = {name: one.takes[name] for name in COLUMNS if name in one.takes}
            values |= {name: _day(values[name]) for name in DATES if name in values}
            values.setdefault("language", "en")
            row = Evaluation(
                reference=reference, profile=self.of.profile,
                state=self._state(one, values.get("report_date")),
                countries=one.takes.get("countries", []), **values,
            )  # fmt: skip
            rows.append(row)
        for one, row in zip(new, Evaluation.objects.bulk_create(rows), strict=True):
            one.evaluation = row.pk
        audit.record_many(
            audit.entry(
                "entered", row, by=self.by, parent=row,
                changes={"title": ("", row.title), "register": ("", self._where(one))},
            )
            for one, row in zip(new, rows, strict=True)
        )  # fmt: skip

    def _state(self, one: Planned, report_date: date | None) -> str:
        """Closed once nobody follows it any more; what is younger is published, and owes its response."""
        if one.record.cells.get(Column.IS_PUBLISHED, "").casefold() in ("no", "n", "false", "0"):
            return EvaluationState.FINAL
        months = self.of.profile.rules.tracking_months
        since = report_date or date(self._year(one), 12, 31)
        over = deadlines.months_after(since, months) < self.today
        return EvaluationState.CLOSED if over else EvaluationState.PUBLISHED

    def _year(self, one: Planned) -> int:
        day, year = one.takes.get("report_date"), one.record.cells.get(Column.YEAR, "")
        if day:
            return int(day[:4])
        return int(year) if year.isdecimal() and len(year) == 4 and int(year) in YEARS else self.today.year

    def _references(self, years: Sequence[int]) -> list[str]:
        """For each year the next that nobody uses, such as EV-2019-014: one query."""
        last: dict[int, int] = defaultdict(int)
        taken = Evaluation.objects.filter(reference__startswith="EV-").values_list("reference", flat=True)
        for reference in taken:
            _stem, of_year, number = (*reference.split("-"), "", "")[:3]
            if of_year.isdecimal() and number.isdecimal():
                last[int(of_year)] = max(last[int(of_year)], int(number))
        made = []
        for year in years:
            last[year] += 1
            made.append(f"EV-{year}-{last[year]:03}")
        return made

    def _amend(self, changed: Sequence[Planned]) -> None:
        rows = Evaluation.objects.in_bulk([one.evaluation for one in changed])
        amended, entries = [], []
        for one in changed:
            row, names = rows[one.evaluation or 0], {*COLUMNS, "countries"} & one.takes.keys()
            for name in names:
                setattr(row, name, _day(one.takes[name]) if name in DATES else one.takes[name])
            if names:
                amended.append(row)
            if one.takes or one.entry is None:
                told = {name: (old, new) for name, old, new in one.changes if name in one.takes}
                told["register"] = ("", self._where(one))
                entries.append(audit.entry("updated", row, by=self.by, parent=row, changes=told))
        if amended:
            Evaluation.objects.bulk_update(amended, [*COLUMNS, "countries"])
        audit.record_many(entries)

    def _replace(self, planned: Sequence[Planned]) -> None:
        """Offices, descriptors and documents of new rows, and of changed ones where these changed."""
        through = Evaluation.offices.through
        gone = {
            name: [one.evaluation for one in planned if name in one.takes]
            for name in ("offices", "documents")
        }
        old = [one for one in planned if one.verdict == Verdict.CHANGED]
        if old:
            through.objects.filter(evaluation__in=gone["offices"]).delete()
            EvaluationDocument.objects.filter(evaluation__in=gone["documents"]).delete()
            self._forget_descriptors(old)
        through.objects.bulk_create(
            through(evaluation_id=one.evaluation or 0, office_id=pk)
            for one in planned
            for pk in one.takes.get("offices", [])
        )
        Descriptor.objects.bulk_create(
            Descriptor(evaluation_id=one.evaluation or 0, kind=kind, text=text, order=order)
            for one in planned
            for kind in DESCRIBED
            for order, text in enumerate(one.takes.get(kind, []))
        )
        EvaluationDocument.objects.bulk_create(
            EvaluationDocument(
                evaluation_id=one.evaluation or 0, kind=kind, address=address, description=words,
                language=language, order=order,
            )
            for one in planned
            for order, (kind, address, words, language) in enumerate(one.takes.get("documents", []))
        )  # fmt: skip

    def _forget_descriptors(self, old: Sequence[Planned]) -> None:
        for kind in DESCRIBED:
            keys = [one.evaluation for one in old if kind in one.takes]
            if keys:
                Descriptor.objects.filter(evaluation__in=keys, kind=kind).delete()

    def _note(self, planned: Sequence[Planned]) -> None:
        """What was taken of each row, by which the next file is compared."""
        made: list[RegisterEntry] = []
        noted: list[RegisterEntry] = []
        known = RegisterEntry.objects.in_bulk([one.entry for one in planned if one.entry])
        for one in planned:
            entry = known.get(one.entry or 0) or RegisterEntry(evaluation_id=one.evaluation or 0)
            entry.title_key, entry.added = one.record.title_key, one.record.added[:100]
            entry.addresses = one.record.addresses or entry.addresses
            entry.cells, entry.taken = {**entry.cells, **one.record.cells}, one.taken
            entry.row, entry.of = one.record.row, self.of
            (noted if one.entry else made).append(entry)
        RegisterEntry.objects.bulk_create(made)
        if noted:
            names = ["title_key", "added", "addresses", "cells", "taken", "row", "of"]
            RegisterEntry.objects.bulk_update(noted, names)

    def _where(self, one: Planned) -> str:
        return f"{self.of.name}, {one.record.row}"


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
