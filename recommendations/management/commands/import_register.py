"""``manage.py import_register``: what a register's export would change; ``--commit`` brings it in."""

from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack.errors import Refused
from evaltrack.files import Upload
from recommendations.choices import ImportState, Verdict
from recommendations.models import Evaluation, RegisterImport, RuleProfile
from recommendations.register import imports
from recommendations.register.columns import printed
from recommendations.register.defects import Defect, Kind
from recommendations.register.offices import Offices
from recommendations.register.plan import Planned, match, plan

UNREADABLE = 2  # exit status
LISTED = 10  # of each kind, unless all are asked for


class Command(BaseCommand):
    help = (
        "Read the export of a public evaluation register (CSV) and say what is new, changed and amiss in it."
        " Nothing is changed without --commit."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.csv", type=Path, help="the register, as CSV")
        parser.add_argument("--commit", action="store_true", help="bring it into the database")
        parser.add_argument(
            "--all", action="store_true", help="print every defect, not the first of each kind"
        )
        parser.add_argument("--profile", metavar="P", default="plain", help="rule profile of new evaluations")
        parser.add_argument(
            "--overrule",
            action="store_true",
            help="take the register's where both changed; EvalTrack's is kept else",
        )

    def handle(self, *, file: Path, commit: bool, profile: str, overrule: bool, **options: Any) -> None:
        try:
            rules = RuleProfile.objects.latest_of(profile)
            if rules is None:
                raise Refused(_("There is no rule profile “%(slug)s”.") % {"slug": profile})
            with file.open("rb") as content:
                records, defects, facts = imports.read_file(content)
            matches = match(records, None)
            planned = plan(records, matches, Offices.read(None), overrule=overrule)
            said = imports.summary(planned, defects, matches)
            self.write(_report({**facts, **said}, planned, defects, LISTED if not options["all"] else None))
            changing = said["verdicts"].get(Verdict.NEW, 0) + said["verdicts"].get(Verdict.CHANGED, 0)
            if not changing:
                self.stdout.write(_("Nothing is new or changed: nothing is written."))
            elif commit:
                self.commit(file, rules, overrule)
            else:
                self.stdout.write(_("Nothing was changed; --commit brings it in."))
        except Refused as refusal:
            raise CommandError(str(refusal), returncode=UNREADABLE) from refusal
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be used: %(reason)s") % {"file": file, "reason": error.strerror or error},
                returncode=UNREADABLE,
            ) from error

    def write(self, lines: Iterator[str]) -> None:
        for line in lines:
            self.stdout.write(line)

    def commit(self, file: Path, rules: RuleProfile, overrule: bool) -> None:
        """As on the page: the file is kept with what it brought in."""
        now = timezone.now()
        with file.open("rb") as content:
            of = imports.upload(Upload(content, file.name), by=None, now=now, profile=rules)
        imports.work_on(of, now=now)
        of = RegisterImport.objects.get(pk=of.pk)
        if of.state == ImportState.READ:
            imports.begin(of, by=None, now=now, overrule=overrule)
            imports.work_on(of, now=now)
        of = RegisterImport.objects.get(pk=of.pk)
        if of.state != ImportState.DONE:
            raise Refused(of.refusal or _("A worker is at it already."))
        done, _all = imports.progress(of)
        self.stdout.write(
            ngettext("%(count)d row is in EvalTrack now.", "%(count)d rows are in EvalTrack now.", done)
            % {"count": done}
        )


def _report(
    said: dict[str, Any], planned: list[Planned], file: list[Defect], most: int | None
) -> Iterator[str]:
    years = "–".join(said["years"])
    yield _("%(rows)d evaluations, %(years)s; %(documents)d documents by address.") % {**said, "years": years}
    yield _("%(languages)d combinations of languages, %(themes)d of themes.") % said
    for verdict in Verdict:
        yield f"{verdict.label}: {said['verdicts'].get(verdict, 0)}"
    if said["gone_count"]:
        yield _("No longer in the register: %(count)d. They stay as they are.") % {
            "count": said["gone_count"]
        }
        found = Evaluation.objects.filter(pk__in=said["gone"][:most]).order_by("reference")
        yield from (f"- {one.reference} {one.title}" for one in found)
    if said["new_offices"]:
        yield _("Offices that are not there yet: %(names)s") % {"names": "; ".join(said["new_offices"])}
    if said["missing"]:
        yield _("Columns that are missing: %(names)s") % {"names": ", ".join(map(printed, said["missing"]))}
    yield from _changes(planned, most)
    yield from _defects(said["defects"], planned, file, most)
    yield ""


def _changes(planned: list[Planned], most: int | None) -> Iterator[str]:
    changed = [one for one in planned if one.verdict == Verdict.CHANGED]
    if changed:
        yield ""
        yield _("What changes:")
    for one in changed[:most]:
        for name, old, new in one.changes:
            heading = printed(str(imports.column_of(name)))
            yield f"- {one.record.row} {heading}: “{str(old)[:150]}” → “{str(new)[:150]}”"
    if most and len(changed) > most:
        yield _("- and %(count)d more rows (--all)") % {"count": len(changed) - most}


def _defects(
    counts: dict[str, int], planned: list[Planned], file: list[Defect], most: int | None
) -> Iterator[str]:
    by_kind: dict[str, list[Defect]] = defaultdict(list)
    for defect in [*file, *(defect for one in planned for defect in one.defects)]:
        by_kind[defect.kind].append(defect)
    for kind, count in counts.items():
        yield ""
        yield f"{Kind(kind).label}: {count}"
        for defect in by_kind[kind][:most]:
            yield f"- {defect.row} {defect.heading}: {defect.sentence}"
        if most and count > most:
            yield _("- and %(count)d more (--all)") % {"count": count - most}
