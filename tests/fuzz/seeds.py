"""The sound files that are damaged: our own exports in both layouts, and what people paste."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from functools import cache

from recommendations import profiles
from responses import exports
from responses.matrix.edition import Edition
from responses.matrix.writers.pdf import Sheet, write_sheet
from tests.responses.matrix.matrices import harbour

DAY = date(2026, 11, 21)
FORMS = ("iom-matrix", "iom-2022", "plain")


def of_kind(kind: str) -> Iterator[tuple[str, bytes]]:
    if kind == "register":
        yield "register.csv", register()
    elif kind == "pasted":
        yield "pasted.html", table()
        yield "pasted.txt", pasted()
    elif kind == "txt":
        yield "pasted.txt", pasted()
    else:
        for form in FORMS:
            for language in ("en", "fr"):
                yield f"{form}-{language}.{kind}", exported(kind, form, language)


@cache
def exported(kind: str, form: str, language: str) -> bytes:
    profile = profiles.from_dict(profiles.shipped()[form])
    edition = Edition(1, (), DAY)
    if kind == "pdf":
        return write_sheet(Sheet(harbour(), profile, language, DAY, edition))
    order = exports.Order(language, DAY, edition, handout="A" * 22)
    return exports.WRITERS[kind](harbour(), profile, order)


def pasted() -> bytes:
    lines = [
        "Recommendation 1: Light the northern mole.",
        "Management response: Accepted",
        "Key action\tTime frame\tResponsible",
        "Buy lamps\tJune 2027\tHarbour master",
        "Fix lamps\tQ4 2027, subject to funding\tWorks unit; Harbour master",
        "Recommendation 2: Dredge the basin.[^1]",
        "Management response: Rejected. There is no sand.",
        "[^1]: As measured in May.",
    ]
    return "\n".join(lines).encode()


def table() -> bytes:
    rows = ["<tr><th>Recommendation</th><th>Key action</th><th>Deadline</th><th>Status</th></tr>"]
    rows.append(
        '<tr><td rowspan="2">Light the mole</td><td>Buy <b>lamps</b></td><td>June 2027</td><td>Open</td></tr>'
    )
    rows.append("<tr><td>Fix lamps<br>soon</td><td>2028</td><td></td></tr>")
    return f"<html><body><table>{''.join(rows)}</table></body></html>".encode()


def register() -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Title", "Year", "Evaluation Type", "Region", "Countries", "Languages", "Report"])
    for number in range(12):
        place = ["Norland; Ostania", "", "NORLAND"][number % 3]
        address = f"https://example.org/{number}.pdf"
        writer.writerow(
            [f"Evaluation of port {number}", 2020 + number % 5, "Ex-post", "North", place, "en", address]
        )
    return out.getvalue().encode()
