"""The ZIP file of a bulk export: each PDF under a name that any system takes, and a list of them."""

import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable
from datetime import date
from typing import IO

from django.utils.translation import gettext as _

from evaltrack.documents import csv
from responses.models import BulkItem, ManagementResponse

LONGEST = 120  # characters of a name, without its ending: folders above it count on Windows, too
LIST = "contents.csv"
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
# Names of devices on Windows, whatever the ending.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)

Find = Callable[[int], tuple[ManagementResponse, bytes] | None]


class Names:
    """Names for files of one folder: each is safe everywhere and given once, however it is capitalised."""

    def __init__(self) -> None:
        self._given: set[str] = {LIST}

    def give(self, wanted: str, ending: str = "pdf") -> str:
        stem = safe(wanted)
        name, number = f"{stem}.{ending}", 1
        while name.casefold() in self._given:
            number += 1
            tail = f" ({number})"
            name = f"{stem[: LONGEST - len(tail)].rstrip()}{tail}.{ending}"
        self._given.add(name.casefold())
        return name


def safe(wanted: str) -> str:
    """The words as a name: in one line, without folders and characters that some system forbids."""
    plain = "".join(
        " " if unicodedata.category(one)[0] in "CZ" else one for one in unicodedata.normalize("NFC", wanted)
    )
    name = " ".join(_FORBIDDEN.sub("-", plain).split())[:LONGEST].strip(" .")
    return f"_{name}" if not name or _DEVICES.fullmatch(name) else name


def called(response: ManagementResponse) -> str:
    """What its file is called: reference, office, short title."""
    evaluation = response.evaluation
    office = str(response.office) if response.office else ""
    return " ".join(filter(None, (evaluation.reference, office, evaluation.name)))


def pack(out: IO[bytes], items: Iterable[BulkItem], find: Find, *, printed_on: date) -> None:
    """Write the file, one document at a time; what is not in it stands in the list with the reason."""
    names, lines = Names(), []
    day = (max(printed_on.year, 1980), printed_on.month, printed_on.day, 0, 0, 0)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # PDFs are compressed already
        for item in items:
            found = None if item.failed else find(item.response_id)
            if found is None:
                lines.append(["", "", "", "", item.failed or _("You may not see it any more.")])
                continue
            response, content = found
            name = names.give(called(response))
            archive.writestr(zipfile.ZipInfo(name, day), content)
            evaluation = response.evaluation
            office, state = response.office, response.get_state_display()
            lines.append([name, evaluation.reference, evaluation.title, str(office or ""), state])
        heads = [_("File"), _("Reference"), _("Evaluation"), _("Office"), _("State")]
        archive.writestr(zipfile.ZipInfo(LIST, day), "".join(csv.stream(heads, lines)).encode())
