"""What the columns of a table hold, where a person says so; the same headings are known the next time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from evaltrack.errors import Refused
from evaltrack.models import User
from responses.importing.bringing import locked, read_again
from responses.models import KeptColumns, MatrixImport

Table = dict[str, Any]


def known(by: User | None, tables: Sequence[Table]) -> list[Table]:
    """What the person said before of tables with these headings."""
    kept = {
        row.headings: row.columns
        for row in KeptColumns.objects.filter(person=by, headings__in=[one["digest"] for one in tables])
    }
    return [
        {"table": one["table"], "first": one["first"], "fields": kept[one["digest"]]}
        for one in tables
        if len(kept.get(one["digest"], ())) == len(one["heads"])
    ]


@transaction.atomic
def name(
    one: MatrixImport, wanted: Mapping[int, Sequence[str]], *, fields: Sequence[str], by: User, now: datetime
) -> None:
    """Say what the columns of its tables hold (table -> a field or "" for each), and have it read by that.

    ``fields`` are those there are. Raises PermissionDenied; Refused where that is no matrix.
    """
    one = locked(one, by)
    mapping = []
    for table in one.tables:
        chosen = [said if said in fields else "" for said in wanted.get(table["table"], ())]
        chosen = (chosen + [""] * len(table["heads"]))[: len(table["heads"])]
        twice = next((said for said in chosen if said and chosen.count(said) > 1), "")
        if twice:
            raise Refused(_("Two columns of one table cannot hold the same. Leave one of them out."))
        if any(chosen):
            mapping.append({"table": table["table"], "first": table["first"], "fields": chosen})
            KeptColumns.objects.update_or_create(
                person=by, headings=table["digest"], defaults={"columns": chosen, "at": now}
            )
    named = {said for each in mapping for said in each["fields"]}
    if not named & {"text", "key_action"}:
        raise Refused(_("Say at least which column holds the recommendations or the key actions."))
    read_again(one, by=by, profile=one.profile, language=one.language, columns=mapping)
