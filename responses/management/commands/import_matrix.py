"""``manage.py import_matrix``: says what it understood of a matrix, and with ``--commit`` brings it in."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from evaltrack import audit
from evaltrack.documents.content import Place
from evaltrack.errors import Refused
from recommendations.models import Evaluation, RuleProfile
from recommendations.profiles import Profile
from responses import imports
from responses.importing import reading as bounded
from responses.matrix import carried, summary
from responses.matrix.document import Matrix
from responses.matrix.errors import UnreadableError
from responses.matrix.readers import files
from responses.matrix.reading import Reading
from responses.matrix.writers import json as writer

UNREADABLE = 2  # exit status


class Command(BaseCommand):
    help = (
        "Read a management response matrix and print what was understood of it and what is doubtful."
        " Nothing is changed without --commit."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", metavar="FILE", type=Path, help="the matrix: DOCX, PDF, XLSX, CSV, JSON or text"
        )
        parser.add_argument("--profile", metavar="P", help="read it under this rule profile, not its own")
        parser.add_argument("--json", metavar="OUT", type=Path, help="write the matrix as read to this file")
        parser.add_argument("--commit", action="store_true", help="bring it into the database")
        parser.add_argument(
            "--evaluation",
            metavar="REF",
            help="with --commit: into the evaluation of this reference, made if there is none",
        )

    def handle(self, *, file: Path, profile: str | None, commit: bool, **options: Any) -> None:
        out, reference = options["json"], options["evaluation"]
        if reference and not commit:
            raise CommandError(_("--evaluation goes with --commit."), returncode=UNREADABLE)
        try:
            reading = self.read(file, profile, reference)
            matrix = reading.matrix
            with transaction.atomic(), audit.one_click():
                made = self.load(matrix, reference) if commit else ""
                lines = list(self.report(reading, committed=commit))
                if out:
                    out.write_bytes(writer.write(matrix))
        except (UnreadableError, Refused) as error:
            raise CommandError(str(error), returncode=UNREADABLE) from error
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be used: %(reason)s")
                % {"file": error.filename or file, "reason": error.strerror or error},
                returncode=UNREADABLE,
            ) from error
        for line in [*lines, made] if made else lines:
            self.stdout.write(line)

    def read(self, file: Path, profile: str | None, reference: str | None) -> Reading:
        """What the file says, under the profile asked for, else under that of the evaluation it goes into.

        All but JSON is read in a process of its own with bounds, as on the page.
        """
        with file.open("rb") as source:
            data = source.read(files.LARGEST + 1)
        known: dict[str, Profile] = {one.slug: one.rules for one in RuleProfile.objects.latest_versions()}
        if profile:
            known[profile] = imports.profile_called(profile).rules
        elif reference and files.kind_of(data, file.name) != "json":
            there = Evaluation.objects.filter(reference=reference).select_related("profile").first()
            if there:
                profile = there.profile.slug
                known[profile] = there.profile.rules
        if files.kind_of(data, file.name) == "json":
            return files.read(data, file.name, profile=profile, profiles=known.values())
        rules = [one.to_dict() for one in known.values()]
        told = bounded.run(data, file.name, profile=profile or "", known=rules)
        if "reading" not in told:
            raise Refused(told["refusal"])
        return carried.restored(told["reading"])

    def load(self, matrix: Matrix, reference: str | None) -> str:
        """The reference of the evaluation it went into."""
        now = timezone.now()
        response = imports.load(matrix, reference=reference, by=None, today=timezone.localdate(now), now=now)
        return response.evaluation.reference

    def report(self, reading: Reading, *, committed: bool) -> Iterator[str]:
        """What was understood, and below it what keeps the matrix out, what is doubtful and what was left."""
        matrix = reading.matrix
        profile = imports.profile_of(matrix)
        yield from summary.understood(matrix, profile.rules)
        hindrances = [] if committed else imports.hindrances(matrix, profile)
        told = (
            (_("This keeps it from being imported:"), hindrances),
            (_("Doubtful:"), [*_doubts(reading), *summary.doubts(matrix, profile.rules)]),
            (_("Left out:"), [_left_out(one.text, one.place, one.why) for one in reading.left_out]),
        )
        for heading, sentences in told:
            if sentences:
                yield from ["", heading, *(f"- {sentence}" for sentence in sentences)]
        yield ""
        if committed:
            yield _("It is in EvalTrack now:")
        else:
            yield _("Nothing was changed.") if hindrances else _("Nothing was changed; --commit imports it.")


def _doubts(reading: Reading) -> Iterator[str]:
    """What the reader was unsure of, with the place where it stands in the file."""
    for doubt in reading.doubts:
        source = reading.sources.get(doubt.path)
        where = _where(source.place) if source else ""
        sentence = f"{doubt.path}: {doubt.sentence}" if doubt.path else doubt.sentence
        yield f"{sentence} ({where})" if where else sentence


def _left_out(text: str, place: Place, why: str) -> str:
    words = Truncator(" ".join(text.split())).chars(summary.LONGEST_LINE)
    where = _where(place)
    return f"“{words}” ({where}): {why}" if where else f"“{words}”: {why}"


def _where(place: Place) -> str:
    """ "page 3, table 1, row 7", as far as it is known."""
    known = (
        (_("sheet %(name)s"), place.sheet, {"name": place.sheet}),
        (_("page %(number)d"), place.page, {"number": place.page}),
        (_("table %(number)d"), place.table, {"number": place.table}),
        (_("row %(number)d"), place.row, {"number": place.row}),
        (_("column %(number)d"), place.column, {"number": place.column}),
    )
    return ", ".join(words % values for words, is_known, values in known if is_known)
