"""``manage.py export_matrix``: writes the matrix of an evaluation to a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from evaltrack.documents.pdf import PdfUnavailableError
from evaltrack.errors import Refused
from recommendations.models import Evaluation
from responses import exports, imports
from responses.models import ManagementResponse

IMPOSSIBLE = 2  # exit status


class Command(BaseCommand):
    help = "Write the management response matrix of an evaluation to a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("reference", metavar="REF", help="the evaluation's reference")
        parser.add_argument("--format", required=True, choices=list(exports.WRITERS))
        parser.add_argument(
            "--layout", metavar="P", help="print it in the words and layout of this rule profile, not its own"
        )
        parser.add_argument(
            "-o", dest="out", metavar="OUT", type=Path, required=True, help="the file to write"
        )

    def handle(self, *, reference: str, format: str, layout: str | None, out: Path, **options: Any) -> None:
        try:
            content = exports.export(
                response_to(reference),
                format,
                profile=imports.profile_called(layout).rules if layout else None,
                printed_on=timezone.localdate(),
            )
            out.write_bytes(content)
        except (Refused, PdfUnavailableError) as error:
            raise CommandError(str(error), returncode=IMPOSSIBLE) from error
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be written: %(reason)s")
                % {"file": out, "reason": error.strerror or error},
                returncode=IMPOSSIBLE,
            ) from error


def response_to(reference: str) -> ManagementResponse:
    """The response to the evaluation. Raises Refused where there is none, or more than one."""
    found = ManagementResponse.objects.filter(evaluation__reference=reference)
    responses = list(found.select_related("evaluation__profile", "office").order_by("pk"))
    if len(responses) == 1:
        return responses[0]
    if responses:
        sentence = _(
            "%(reference)s has the responses of several offices (%(offices)s): export them one by one."
        )
    elif Evaluation.objects.filter(reference=reference).exists():
        sentence = _("%(reference)s has no management response yet.")
    else:
        sentence = _("There is no evaluation with the reference %(reference)s.")
    offices = ", ".join(str(response.office or "-") for response in responses)
    raise Refused(sentence % {"reference": reference, "offices": offices})
