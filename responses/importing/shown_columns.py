"""The tables of a file on the page where a person says what their columns hold."""

from typing import Any

from django.utils.translation import gettext as _

from responses.matrix.readers.columns import FIELDS
from responses.models import MatrixImport


def shown_tables(one: MatrixImport) -> list[dict[str, Any]]:
    """Each with its columns (the name of the form's field, the head, what it holds) and its first rows."""
    chosen = {each["table"]: each["fields"] for each in one.columns or ()}
    tables = []
    for table in one.tables:
        at = table["table"]
        fields = chosen.get(at, table["fields"])
        columns = [(f"t{at}-{place}", head, fields[place]) for place, head in enumerate(table["heads"])]
        tables.append({"number": at + 1, "rows": table["samples"], "columns": columns})
    return tables


def field_names() -> list[tuple[str, str]]:
    """Each field that a column can hold, in words."""
    words = {
        "number": _("Number of the recommendation"),
        "text": _("Recommendation"),
        "sub_points": _("Sub-points"),
        "rationale": _("Rationale"),
        "directed_to": _("Recommendation to"),
        "responsible_units": _("Responsible unit(s) of the recommendation"),
        "priority": _("Priority"),
        "priority_note": _("Note on the priority"),
        "timeline": _("Timeline of the recommendation"),
        "decision": _("Decision"),
        "narrative": _("Explanation of the decision"),
        "response": _("Decision and explanation together"),
        "action_number": _("Number of the key action"),
        "key_action": _("Key action"),
        "deadline": _("Deadline"),
        "responsible": _("Responsible for the key action"),
        "comment": _("Comment on progress"),
        "status": _("Status"),
        "evaluation_title": _("Title of the evaluation"),
        "short_title": _("Short title"),
        "reference": _("Reference"),
        "period": _("Period conducted"),
        "coordinator": _("Coordinator"),
        "responded_on": _("Date of the response"),
        "overall_comment": _("Overall comment"),
    }
    return [(name, words.get(name, name.replace("_", " "))) for name in FIELDS]
