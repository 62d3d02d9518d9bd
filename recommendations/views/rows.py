"""What the buttons between the rows of recommendations do: merge, part, add."""

from typing import Any

from django.utils.translation import gettext as _

from evaltrack.errors import Refused
from recommendations import drafts
from recommendations.drafts import MOST, Draft
from recommendations.forms import drafts_posted


def mended(data: Any) -> tuple[list[Draft], str, int]:
    """The posted rows with one merged, parted or added (``do``: merge-N, split-N, add).

    With a sentence where that cannot be done, and the position of the row that it is about, or -1.
    """
    verb, _dash, position = data.get("do", "").partition("-")
    rows = drafts_posted(data)
    at = int(position) if position.isdecimal() and len(position) < 4 else -1
    changed = rows
    try:
        if verb == "merge" and 0 < at < len(rows):
            changed = drafts.merged(rows, at)
        elif verb == "split" and 0 <= at < len(rows):
            changed = drafts.split(rows, at)
        elif verb == "add":
            changed = [*rows, Draft()]
        if len(changed) > MOST:
            raise Refused(
                _("At most %(most)d rows can be entered at once. Save these first.") % {"most": MOST}
            )
    except Refused as refusal:
        return rows, str(refusal), at
    return changed, "", at
