"""The import of a register: uploaded, read by a worker, looked over, and brought in lot by lot.

What is to be done stands in the database. A worker claims an import for a while; one that is killed leaves
what was brought in, and another goes on from there.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from evaltrack import apart, audit, files, media
from evaltrack.errors import Refused
from evaltrack.files import Upload
from evaltrack.models import User
from evaltrack.zones import local_day
from recommendations.choices import ImportState, Verdict
from recommendations.models import (
    Evaluation,
    RegisterDefect,
    RegisterImport,
    RegisterRow,
    RuleProfile,
)
from recommendations.permissions import may_import_register
from recommendations.register import offices, reading
from recommendations.register.columns import Column
from recommendations.register.defects import Defect, Kind
from recommendations.register.offices import Offices
from recommendations.register.plan import LOT, Matches, Planned, match, plan, plan_lot
from recommendations.register.values import COLUMN_OF, Record, record
from recommendations.register.writing import Writer

LEASE = timedelta(minutes=5)
ATTEMPTS = 3
LISTED = 500  # of those that are no longer in the register
BOUNDS = apart.Bounds(seconds=120, memory=2 * 1024**3, output=256 * 1024**2)

logger = logging.getLogger(__name__)


def column_of(name: str) -> str:
    """The column in which a field stands; a name that is none is that of a column itself."""
    return str(COLUMN_OF.get(name, name))


# What a file says -----------------------------------------------------------------------------------------


def read_file(content: Any) -> tuple[list[Record], list[Defect], dict[str, Any]]:
    """The rows of a file (bytes, or one that is open), what is amiss in it as a whole, and facts to count by.

    Raises Refused with a sentence.
    """
    said = apart.run(reading.read, content, bounds=BOUNDS)
    records = [record(number, cells) for number, cells in said["rows"]]
    defects = [Defect(Kind.UNKNOWN_COLUMN, 1, heading, heading) for heading in said["unknown"]]
    if said["encoding"] == "cp1252":
        defects.append(Defect(Kind.ENCODING, 1, "", said["encoding"]))
    defects += [Defect(Kind.RAGGED, row) for row in said["ragged"]]
    return records, defects, {"missing": said["missing"], **facts(records)}


def facts(records: Sequence[Record]) -> dict[str, Any]:
    """What a register is made of, to compare with what one knows of it."""

    def combinations(column: Column) -> int:
        return len({one.cells[column] for one in records if column in one.cells})

    years = sorted(year for one in records if (year := one.cells.get(Column.YEAR, "")).isdecimal())
    return {
        "rows": len(records),
        "years": [years[0], years[-1]] if years else [],
        "languages": combinations(Column.LANGUAGES),
        "themes": combinations(Column.THEMES),
        "documents": sum(len(one.addresses) for one in records),
    }


# By hand --------------------------------------------------------------------------------------------------


def upload(given: Upload, *, by: User | None, now: datetime, profile: RuleProfile) -> RegisterImport:
    """Keep the file; a worker reads it. Raises PermissionDenied, and Refused for what cannot be kept."""
    if by and not may_import_register(by):
        raise PermissionDenied
    row = files.store(given, now=now)
    if row.media_type not in ("text/csv", "text/plain"):
        raise Refused(_("A register is read from a CSV file. Save it as CSV (UTF-8) and choose that file."))
    with transaction.atomic():
        made = RegisterImport.objects.create(
            file=row, name=media.clean_name(given.name), profile=profile, uploaded_by=by, uploaded_at=now
        )
        audit.record("uploaded", made, by=by, changes={"file": ("", row.sha256)})
    return made


@transaction.atomic
def begin(of: RegisterImport, *, by: User | None, now: datetime, overrule: bool = False) -> RegisterImport:
    """Bring in what was read; offices that are missing are made at once, the rows lot by lot by :func:`work`.

    Raises PermissionDenied, and Refused where it was not read, or another was brought in since.
    """
    if by and not may_import_register(by):
        raise PermissionDenied
    # All in one order: two who begin at once wait for each other, and the second finds the first.
    rows = {one.pk: one for one in RegisterImport.objects.select_for_update().order_by("pk")}
    of = rows[of.pk]
    if of.state != ImportState.READ:
        raise Refused(_("This file is not waiting to be brought in (any more). Look at the page again."))
    if not of.rows.filter(_wanted(of, overrule)).exists():
        raise Refused(_("Nothing in it is new or changed: there is nothing to bring in."))
    others = [one for one in rows.values() if one.pk != of.pk]
    if any(one.state == ImportState.COMMITTING for one in others):
        raise Refused(_("Another register is just being brought in. Try again when it is done."))
    if any(one.committed_at and of.read_at and one.committed_at > of.read_at for one in others):
        raise Refused(_("Another file was brought in since this one was read. Have it read again."))
    made = offices.make(of.summary.get("new_offices", []), Offices.read(by), by=by)
    of.summary["offices_made"] = [office.name for office in made]
    of.state, of.overrule, of.committed_by, of.committed_at = ImportState.COMMITTING, overrule, by, now
    of.claimed_until, of.attempts = None, 0
    of.save()
    audit.record(
        "brought_in", of, by=by, changes={"file": ("", of.file.sha256), "overrule": (False, overrule)}
    )
    return of


@transaction.atomic
def read_again(of: RegisterImport, *, by: User, now: datetime) -> None:
    """Read and compare the file anew. Raises PermissionDenied, and Refused once it is brought in."""
    of = _unbegun(of, by)
    of.state, of.refusal, of.attempts, of.claimed_until = ImportState.WAITING, "", 0, None
    of.save()


@transaction.atomic
def discard(of: RegisterImport, *, by: User, now: datetime) -> None:
    """Leave it. Raises PermissionDenied, and Refused once it is brought in."""
    of = _unbegun(of, by)
    of.rows.all().delete()
    of.defects.all().delete()
    of.state = ImportState.DISCARDED
    of.save()
    audit.record("discarded", of, by=by)


def _unbegun(of: RegisterImport, by: User) -> RegisterImport:
    if not may_import_register(by):
        raise PermissionDenied
    of = RegisterImport.objects.select_for_update().get(pk=of.pk)
    if of.state not in (ImportState.WAITING, ImportState.READ, ImportState.REFUSED):
        raise Refused(_("It is brought in already, or discarded."))
    return of


# By a worker ----------------------------------------------------------------------------------------------


def work(*, now: datetime) -> int:
    """Read what waits, and bring in what is to be brought in; how many imports were worked on."""
    waiting = RegisterImport.objects.of_state(ImportState.WAITING, ImportState.COMMITTING).order_by("pk")
    return sum(_work_on(pk, now) for pk in list(waiting.values_list("pk", flat=True)))


def work_on(of: RegisterImport, *, now: datetime) -> bool:
    """Do what this one waits for; False where another worker has it."""
    return _work_on(of.pk, now)


def _work_on(pk: int, now: datetime) -> bool:
    of = _claim(pk, now)
    if of is None:
        return False
    if of.attempts > ATTEMPTS:
        _give_up(of)
    elif of.state == ImportState.WAITING:
        read(of, now=now)
    else:
        while _bring_in_some(of, now):
            pass
    return True


def _claim(pk: int, now: datetime) -> RegisterImport | None:
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    todo = RegisterImport.objects.of_state(ImportState.WAITING, ImportState.COMMITTING).filter(free, pk=pk)
    if not todo.update(claimed_until=now + LEASE, attempts=F("attempts") + 1):
        return None
    return RegisterImport.objects.select_related("file", "profile", "uploaded_by", "committed_by").get(pk=pk)


def _give_up(of: RegisterImport) -> None:
    """A worker died over it several times: it stays as far as it came, and says so."""
    of.state = ImportState.REFUSED
    of.refusal = _(
        "Working on this file was broken off several times. What was brought in is there; upload it again."
    )
    of.save(update_fields=["state", "refusal"])


def read(of: RegisterImport, *, now: datetime) -> None:
    """Read the file and keep what would become of each row, and what is amiss."""
    try:
        with files.read(of.file) as content:
            records, defects, counted = read_file(content)
    except (Refused, files.MissingError) as refusal:
        of.state = ImportState.REFUSED
        of.refusal = str(refusal) or _("The file is no longer in the store.")
        of.claimed_until = None
        of.save(update_fields=["state", "refusal", "claimed_until"])
        return
    by, there = of.uploaded_by, Offices.read(of.uploaded_by)
    matches = match(records, by)
    planned = plan(records, matches, there)
    with transaction.atomic():
        of.rows.all().delete()
        of.defects.all().delete()
        RegisterRow.objects.bulk_create((_row(of, one) for one in planned), batch_size=LOT)
        found = [*defects, *(defect for one in planned for defect in one.defects)]
        RegisterDefect.objects.bulk_create((_defect(of, one) for one in found), batch_size=1000)
        of.summary = {**counted, **summary(planned, defects, matches)}
        of.state, of.read_at, of.claimed_until, of.attempts = ImportState.READ, now, None, 0
        of.save()


def summary(planned: Sequence[Planned], defects: Sequence[Defect], matches: Matches) -> dict[str, Any]:
    """Counts by verdict and by kind of defect; offices to be made; evaluations no longer in the register."""
    kinds = Counter(str(one.kind) for one in defects)
    kinds.update(str(defect.kind) for one in planned for defect in one.defects)
    new_offices = Counter(
        defect.value for one in planned for defect in one.defects if defect.kind == Kind.NEW_OFFICE
    )
    return {
        "verdicts": dict(Counter(str(one.verdict) for one in planned)),
        "defects": {kind: kinds[kind] for kind in Kind.values if kinds[kind]},
        "new_offices": sorted(new_offices),
        "gone": matches.gone[:LISTED],
        "gone_count": len(matches.gone),
    }


def _row(of: RegisterImport, one: Planned) -> RegisterRow:
    return RegisterRow(
        of=of, number=one.record.row, cells=one.record.cells, verdict=one.verdict,
        evaluation_id=one.evaluation, title=one.record.values.get("title", ""), changes=one.changes,
    )  # fmt: skip


def _defect(of: RegisterImport, one: Defect) -> RegisterDefect:
    return RegisterDefect(
        of=of, kind=one.kind, row=one.row, column=one.column[:200], value=one.value, detail=one.detail
    )


@transaction.atomic
def _bring_in_some(of: RegisterImport, now: datetime) -> bool:
    """The next lot; False once there is none."""
    held = RegisterImport.objects.select_for_update().get(pk=of.pk)
    if held.state != ImportState.COMMITTING:
        return False
    rows = list(held.rows.filter(_wanted(held, held.overrule), done=False).order_by("number")[:LOT])
    if not rows:
        held.state, held.finished_at, held.claimed_until = ImportState.DONE, now, None
        held.save()
        return False
    keys = [row.evaluation_id for row in rows if row.evaluation_id]
    list(
        Evaluation.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk")
    )
    by = held.committed_by
    there = Offices.read(by)
    matches = Matches({row.number: row.evaluation_id for row in rows}, set(), {}, [])
    records = [record(row.number, row.cells) for row in rows]
    planned = plan_lot(records, matches, there, overrule=held.overrule)
    with audit.one_click():
        today = local_day(now, by.time_zone if by else "UTC")
        Writer(held, there, by, today).write(planned)
    for row, one in zip(rows, planned, strict=True):
        row.evaluation_id, row.changes, row.done = one.evaluation, one.changes or row.changes, True
    RegisterRow.objects.bulk_update(rows, ["evaluation", "changes", "done"])
    held.claimed_until, held.attempts = now + LEASE, 0
    held.save(update_fields=["claimed_until", "attempts"])
    return True


def _wanted(of: RegisterImport, overrule: bool) -> Q:
    """The rows that are brought in."""
    wanted = Q(verdict__in=(Verdict.NEW, Verdict.CHANGED))
    if overrule:
        # What both changed is a conflict in the preview, and now a change.
        wanted |= Q(verdict=Verdict.SAME, number__in=of.defects.filter(kind=Kind.CONFLICT).values("row"))
    return wanted


def progress(of: RegisterImport) -> tuple[int, int]:
    """How many of the rows that are brought in are done, and how many there are."""
    rows = of.rows.filter(_wanted(of, of.overrule))
    return rows.filter(done=True).count(), rows.count()
