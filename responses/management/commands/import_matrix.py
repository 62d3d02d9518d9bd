"""``manage.py import_matrix``: says what it understood of a matrix, and with ``--commit`` brings it in."""

from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from evaltrack import audit
from evaltrack.errors import Refused
from responses import imports
from responses.matrix import summary
from responses.matrix.document import Matrix
from responses.matrix.errors import UnreadableError
from responses.matrix.readers import json as reader
from responses.matrix.writers import json as writer

UNREADABLE = 2  # exit status


class Command(BaseCommand):
    help = (
        "Read a management response matrix and print what was understood of it and what is doubtful."
        " Nothing is changed without --commit."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="the matrix, as JSON")
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
            matrix = self.read(file)
            if profile:
                matrix = replace(matrix, profile=profile)
            with transaction.atomic(), audit.one_click():
                made = self.load(matrix, reference) if commit else ""
                lines = list(self.report(matrix, committed=commit))
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

    def read(self, file: Path) -> Matrix:
        with file.open("rb") as source:
            reader.check_size(file.stat().st_size)
            return reader.read(source.read(reader.LARGEST + 1))

    def load(self, matrix: Matrix, reference: str | None) -> str:
        """The reference of the evaluation it went into."""
        now = timezone.now()
        response = imports.load(matrix, reference=reference, by=None, today=timezone.localdate(now), now=now)
        return response.evaluation.reference

    def report(self, matrix: Matrix, *, committed: bool) -> Iterator[str]:
        """What was understood, and below it what keeps the matrix out and what is doubtful."""
        profile = imports.profile_of(matrix)
        yield from summary.understood(matrix, profile.rules)
        hindrances = [] if committed else imports.hindrances(matrix, profile)
        told = (
            (_("This keeps it from being imported:"), hindrances),
            (_("Doubtful:"), list(summary.doubts(matrix, profile.rules))),
        )
        for heading, sentences in told:
            if sentences:
                yield from ["", heading, *(f"- {sentence}" for sentence in sentences)]
        yield ""
        if committed:
            yield _("It is in EvalTrack now:")
        else:
            yield _("Nothing was changed.") if hindrances else _("Nothing was changed; --commit imports it.")
