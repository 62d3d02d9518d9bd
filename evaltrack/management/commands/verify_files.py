"""``manage.py verify_files``: proves that the file store holds what the database says."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from evaltrack import files, inspection
from evaltrack.models import StoredFile


class Command(BaseCommand):
    help = (
        "Read every stored file and compare it with its hash; name each that is gone or holds other bytes."
        " With --scan, have the malware scanner also look at what was stored before there was one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scan", action="store_true", help="scan what was never scanned")

    def handle(self, *args: Any, **options: Any) -> None:
        faults = 0
        for fault in files.faults():
            faults += 1
            self.stdout.write(f"FAULT: {fault}")
        if options["scan"]:
            self._scan()
        if faults:
            raise CommandError(f"The store does not hold what it should: faults found: {faults}.")
        self.stdout.write(f"The store holds what it should: {StoredFile.objects.count()} files.")

    def _scan(self) -> None:
        if not settings.CLAMD_URL:
            raise CommandError("--scan: CLAMD_URL names no scanner.")
        self.stdout.write(f"To be scanned: {inspection.scan_all_unscanned()} files.")
