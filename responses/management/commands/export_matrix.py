"""``manage.py export_matrix``: writes the matrix of an evaluation to a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from evaltrack.documents.pdf import PdfUnavailableError
from evaltrack.errors import Refused
from evaltrack.names import folded
from recommendations.models import Evaluation
from responses import exports, imports
from responses.matrix.writers.options import Options
from responses.models import ManagementResponse, Snapshot

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
            "--snapshot",
            metavar="LABEL",
            help='as it was frozen then: "1" is version 1 as cleared, "2, draft 1" as first submitted',
        )
        parser.add_argument(
            "--language",
            metavar="TAG",
            help="of the form’s words; without it that of the texts, else English",
        )
        parser.add_argument(
            "--without-monitoring", action="store_true", help="leave out status, comments and rounds"
        )
        parser.add_argument(
            "--blank", action="store_true", help="a form with the recommendations only, to be filled in"
        )
        parser.add_argument("--office", metavar="NAME", help="of several responses that of this office")
        parser.add_argument(
            "-o", dest="out", metavar="OUT", type=Path, required=True, help="the file to write"
        )

    def handle(
        self,
        *,
        reference: str,
        format: str,
        layout: str | None,
        snapshot: str | None,
        office: str | None,
        language: str | None,
        without_monitoring: bool,
        blank: bool,
        out: Path,
        **options: Any,
    ) -> None:
        try:
            response, now = response_to(reference, office), timezone.now()
            content = exports.export(
                response,
                format,
                snapshot=snapshot_called(response, snapshot) if snapshot else None,
                profile=imports.profile_called(layout).rules if layout else None,
                language=language_called(language) if language else None,
                printed_on=timezone.localdate(now),
                options=Options(monitoring=not without_monitoring, blank=blank),
                identify=exports.identity(response, format, by=None, now=now),
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


def response_to(reference: str, office: str | None = None) -> ManagementResponse:
    """The response to the evaluation, of that office where one is named. Raises Refused without just one."""
    rows = ManagementResponse.objects.filter(evaluation__reference=reference)
    responses = list(rows.select_related("evaluation__profile", "office").order_by("pk"))
    if not responses:
        sentence = _("There is no evaluation with the reference %(reference)s.")
        if Evaluation.objects.filter(reference=reference).exists():
            sentence = _("%(reference)s has no management response yet.")
        raise Refused(sentence % {"reference": reference})
    found = [one for one in responses if office is None or called(one, office)]
    if len(found) == 1:
        return found[0]
    if office is None:
        sentence = _(
            "%(reference)s has the responses of several offices (%(offices)s): name one with --office."
        )
    else:
        sentence = _("%(reference)s has no response of “%(office)s”. It has those of: %(offices)s.")
    offices = ", ".join(str(response.office or "-") for response in responses)
    raise Refused(sentence % {"reference": reference, "office": office, "offices": offices})


def called(response: ManagementResponse, office: str) -> bool:
    """Whether that is a name of the responding office; "-" is the organisation as a whole."""
    if response.office is None or office == "-":
        return response.office is None and office == "-"
    return folded(office) in (folded(response.office.name), folded(response.office.short_name))


def language_called(tag: str) -> str:
    """The tag, where EvalTrack speaks that language. Raises Refused."""
    known = dict(settings.LANGUAGES)
    if tag.partition("-")[0] not in known:
        raise Refused(
            _("EvalTrack has no words in “%(language)s”. Choose one of: %(known)s.")
            % {"language": tag, "known": ", ".join(known)}
        )
    return tag


def snapshot_called(response: ManagementResponse, label: str) -> Snapshot:
    labels = {one.label: one for one in response.snapshots.all()}
    if label in labels:
        return labels[label]
    if not labels:
        raise Refused(_("The response was never submitted, so there is no snapshot of it."))
    raise Refused(
        _("There is no snapshot “%(label)s”. There are: %(labels)s.")
        % {"label": label, "labels": "; ".join(labels)}
    )
