"""What an import would do: each row against the evaluation it is, field by field. Changes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from evaltrack.models import User
from evaltrack.names import folded
from evaltrack.roles import Permission, reach
from recommendations.choices import DescriptorKind, DocumentKind, Verdict
from recommendations.models import Descriptor, Evaluation, EvaluationDocument, RegisterEntry
from recommendations.register.columns import Column
from recommendations.register.defects import Defect, Kind
from recommendations.register.offices import Offices
from recommendations.register.values import COLUMN_OF, Record

LOT = 200  # rows planned, and written, with one set of statements
COLUMNS = ("title", "report_date", "period_from", "period_to", "type", "timing", "language")
DATES = ("report_date", "period_from", "period_to")
DESCRIBED = tuple(str(kind) for kind in DescriptorKind)
# What somebody entered here is theirs to say; the register only fills in what they left open.
KEPT_OF_OWN = ("title", "language", "offices")
_MAPPED = {str(column) for column in COLUMN_OF.values()}


@dataclass(slots=True)
class Planned:
    """A row and what becomes of it: ``takes`` is what is written, by field; ``changes`` how it reads."""

    record: Record
    verdict: Verdict
    evaluation: int | None = None
    offices: list[int] = field(default_factory=list)
    takes: dict[str, Any] = field(default_factory=dict)
    taken: dict[str, Any] = field(default_factory=dict)
    entry: int | None = None
    cells_differ: bool = False
    changes: list[list[Any]] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)


# Which evaluation a row is --------------------------------------------------------------------------------


@dataclass
class Matches:
    """By row: the evaluation's id, or None for a new one; which rows are left out; and what was missed."""

    of_row: dict[int, int | None]
    left_out: set[int]
    defects: dict[int, list[Defect]]
    gone: list[int]


def match(records: Sequence[Record], by: User | None) -> Matches:
    """By title and the time it was added to the register, by a common address, or by title alone.

    Three queries. Those whose evaluation the person may not change are left out.
    """
    entries = list(RegisterEntry.objects.values_list("evaluation_id", "title_key", "added", "addresses"))
    by_key: dict[tuple[str, str], list[int]] = defaultdict(list)
    by_address: dict[str, int] = {}
    for pk, title, added, addresses in entries:
        by_key[title, added].append(pk)
        by_address.update(dict.fromkeys(addresses, pk))
    entered = {pk for pk, *_rest in entries}
    own: dict[str, list[int]] = defaultdict(list)
    for pk, title in Evaluation.objects.order_by("pk").values_list("pk", "title"):
        if pk not in entered:
            own[folded(title)].append(pk)
    allowed = _changeable(by)
    found = Matches({}, set(), defaultdict(list), [])
    used: set[int] = set()
    for record in _first(records, found):
        near = [by_address[one] for one in record.addresses if one in by_address]
        exact = by_key.get((record.title_key, record.added), [])
        candidates = [*(pk for pk in exact if pk in near), *exact, *near, *own.get(record.title_key, [])]
        chosen = next((one for one in candidates if one not in used), None)
        if chosen is not None and allowed is not None and chosen not in allowed:
            found.left_out.add(record.row)
            found.defects[record.row].append(Defect(Kind.NOT_YOURS, record.row, Column.TITLE))
        if chosen is not None:
            used.add(chosen)
        found.of_row[record.row] = chosen
    found.gone = [pk for pk, *_rest in entries if pk not in used]
    return found


def _changeable(by: User | None) -> set[int] | None:
    """The evaluations (ids) whose record the person may change; None for all."""
    if by is None or by.is_superuser:
        return None
    held = reach(by)
    at = Evaluation.offices.through.objects.filter(office_id__in=held.at(Permission.EDIT_EVALUATION))
    trusted = at.filter(office_id__in=held.at(Permission.SEE_CONFIDENTIAL)).values("evaluation")
    mine = Evaluation.objects.filter(pk__in=at.values("evaluation"), confidential=False)
    mine |= Evaluation.objects.filter(pk__in=trusted) | Evaluation.objects.filter(manager__in=held.identities)
    return set(mine.values_list("pk", flat=True))


def _first(records: Sequence[Record], found: Matches) -> Iterator[Record]:
    """The rows that can be taken; those that only repeat another are left out, same titles pointed out."""
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    titles: dict[str, int] = {}
    for record in records:
        cells = tuple(sorted(record.cells.items()))
        title = record.title_key
        if not record.values.get("title"):
            found.left_out.add(record.row)
        elif cells in seen:
            found.left_out.add(record.row)
            found.defects[record.row].append(
                Defect(Kind.REPEATED, record.row, Column.TITLE, record.values["title"], str(seen[cells]))
            )
        else:
            if title in titles:
                for row, other in ((record.row, titles[title]), (titles[title], record.row)):
                    found.defects[row].append(
                        Defect(Kind.SAME_TITLE, row, Column.TITLE, record.values["title"], str(other))
                    )
            seen[cells], titles[title] = record.row, record.row
            yield record


# What would change ----------------------------------------------------------------------------------------


def plan(
    records: Sequence[Record], matches: Matches, offices: Offices, *, overrule: bool = False
) -> list[Planned]:
    """Each row, in lots; six queries each, however many rows."""
    planned: list[Planned] = []
    for start in range(0, len(records), LOT):
        planned += plan_lot(records[start : start + LOT], matches, offices, overrule=overrule)
    return planned


def plan_lot(
    records: Sequence[Record], matches: Matches, offices: Offices, *, overrule: bool = False
) -> list[Planned]:
    keys = [pk for pk in (matches.of_row.get(record.row) for record in records) if pk]
    now = current(keys)
    entries = (
        {one.evaluation_id: one for one in RegisterEntry.objects.filter(evaluation__in=keys)} if keys else {}
    )
    planned = []
    for record in records:
        defects = [*record.defects, *matches.defects.get(record.row, [])]
        if record.row in matches.left_out:
            planned.append(Planned(record, Verdict.LEFT_OUT, defects=defects))
            continue
        defects += _of_offices(record, offices)
        values = {**record.values, "offices": offices.keys(record.offices)}
        pk = matches.of_row.get(record.row)
        if pk is None:
            planned.append(
                Planned(record, Verdict.NEW, None, values["offices"], values, values, defects=defects)
            )
        else:
            if Column.REGIONS not in record.cells:
                del values["offices"]
            planned.append(
                _compared(record, pk, values, now[pk], entries.get(pk), offices, overrule, defects)
            )
    return planned


def _compared(
    record: Record, pk: int, values: dict[str, Any], now: dict[str, Any], entry: RegisterEntry | None,
    offices: Offices, overrule: bool, defects: list[Defect],
) -> Planned:  # fmt: skip
    """Three values for each field: the register's now, what it was when taken, and what EvalTrack has."""
    before = entry.taken if entry else {name: values[name] for name in KEPT_OF_OWN if name in values}
    takes, taken, changes = {}, dict(before), []
    for name, new in values.items():
        was, here = before.get(name, blank(name)), now[name]
        if new == was:
            continue
        if here in (was, new) or overrule:
            taken[name] = new
            if here != new:
                takes[name] = new
                changes.append([name, shown(name, here, offices), shown(name, new, offices)])
        else:
            both = shown(name, new, offices)[:1000], shown(name, here, offices)[:1000]
            defects.append(Defect(Kind.CONFLICT, record.row, COLUMN_OF[name], *both))
    old = entry.cells if entry else {}
    differ = [name for name, text in record.cells.items() if old.get(name, "") != text]
    changes += [
        [name, old.get(name, ""), record.cells[name]] for name in differ if entry and name not in _MAPPED
    ]
    verdict = Verdict.CHANGED if takes or differ or entry is None else Verdict.SAME
    return Planned(
        record, verdict, pk, values.get("offices", now["offices"]), takes, taken, entry.pk if entry else None,
        bool(differ), changes, defects,
    )  # fmt: skip


def _of_offices(record: Record, offices: Offices) -> Iterator[Defect]:
    for name in record.offices:
        if offices.named(name) is None:
            yield Defect(Kind.NEW_OFFICE, record.row, Column.REGIONS, name)
    if not record.offices and Column.REGIONS in record.cells:
        yield Defect(Kind.NO_OFFICE, record.row, Column.REGIONS)


def blank(name: str) -> Any:
    return [] if name in (*DESCRIBED, "countries", "offices", "documents") else None if name in DATES else ""


def shown(name: str, value: Any, offices: Offices) -> str:
    """A value as people read it."""
    if name == "offices":
        return ", ".join(offices.names(value))
    if name == "documents":
        return "; ".join(f"{DocumentKind(kind).label}: {address}" for kind, address, *_rest in value)
    if isinstance(value, list):
        return "; ".join(value)
    return value or ""


def current(keys: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The values of these evaluations as EvalTrack has them, in the form of a record's: four queries."""
    keys = list(keys)
    if not keys:
        return {}
    found: dict[int, dict[str, Any]] = {}
    for row in Evaluation.objects.filter(pk__in=keys):
        values: dict[str, Any] = {name: getattr(row, name) for name in COLUMNS}
        values |= {name: values[name].isoformat() if values[name] else None for name in DATES}
        values |= {name: [] for name in (*DESCRIBED, "offices", "documents")}
        values["countries"] = sorted(country.code for country in row.countries)
        found[row.pk] = values
    at = Evaluation.offices.through.objects.filter(evaluation__in=keys).order_by("office_id")
    for pk, office in at.values_list("evaluation_id", "office_id"):
        found[pk]["offices"].append(office)
    for pk, kind, text in Descriptor.objects.filter(evaluation__in=keys).values_list(
        "evaluation_id", "kind", "text"
    ):
        found[pk][kind].append(text)
    documents = EvaluationDocument.objects.filter(evaluation__in=keys)
    for pk, *document in documents.values_list("evaluation_id", "kind", "address", "description", "language"):
        found[pk]["documents"].append(document)
    return found
