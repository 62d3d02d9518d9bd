"""From the bytes of a report to what it proposes, as plain data: what ``evaltrack.apart`` runs."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from evaltrack.documents import docx, marked_text, pdf_content
from evaltrack.documents.content import Content
from evaltrack.documents.errors import UnreadableFileError
from evaltrack.errors import Refused
from recommendations import reports
from recommendations.reports import Report

SECONDS = 140.0  # for one PDF; the pages of a long report take half a second each

READERS: dict[str, Callable[[bytes], Content]] = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": docx.read,
    "application/pdf": partial(pdf_content.read, seconds=SECONDS),
    "text/plain": marked_text.read,
}


def read(content: bytes, *, media_type: str) -> dict[str, Any]:
    """What a report proposes, as data. Raises Refused with a sentence for the person who sent it."""
    try:
        report = reports.read(READERS[media_type](content))
    except KeyError:
        raise Refused(wrong_kind()) from None
    except UnreadableFileError as error:
        raise Refused(str(error)) from error
    if not report.recommendations and not report.learned:
        raise Refused(
            _(
                "No recommendations, lessons or good practices were found in this file. Copy the list from "
                "the report and paste it instead."
            )
        )
    return as_data(report)


def wrong_kind() -> str:
    return _("Reports are read from Word files (.docx), PDF and plain text. Save it as one of these.")


def as_data(report: Report) -> dict[str, Any]:
    """As plain data that a row can keep: what ``read`` found, in its order."""
    return {
        "title": report.title,
        "remarks": list(report.remarks),
        "recommendations": [
            {
                "number": one.proposed.number,
                "text": one.proposed.text,
                "sub_points": one.proposed.outline,
                "rationale": one.proposed.rationale,
                "directed_to": one.proposed.directed_to,
                "priority": one.proposed.priority,
                "timeline": one.proposed.timeline,
                "based_on": one.proposed.based_on,
                "levels": one.proposed.levels,
                "doubts": list(dict.fromkeys(one.proposed.doubts)),
                "page": one.place.page,
                "under": report.title,
                "source": list(one.source),
            }
            for one in report.recommendations
        ],
        "learned": [
            {
                "kind": "practice" if one.is_practice else "lesson",
                "label": one.label,
                "title": one.title,
                "text": one.text,
                "based_on": one.based_on,
                "doubts": list(dict.fromkeys(one.doubts)),
                "page": one.place.page,
                "under": one.under,
                "source": one.source,
            }
            for one in report.learned
        ],
    }
