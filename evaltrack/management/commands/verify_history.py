"""``manage.py verify_history``: proves that no entry of the history is missing or altered."""

import time
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from evaltrack.seals import Walk


class Command(BaseCommand):
    help = (
        "Walk the chain of the history, name every entry that was altered, removed or put in, and print the"
        " last link. Note it elsewhere: with --expect it proves later that nothing up to it was written anew."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since",
            metavar="POSITION",
            type=int,
            default=0,
            help="go on after this position, proved earlier",
        )
        parser.add_argument("--expect", metavar="HASH", default="", help="a link of the chain noted earlier")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        walk = Walk(since=options["since"], expect=options["expect"].strip().lower())
        faults = self._print(walk.faults())
        for path in settings.INTEGRITY_CHECKS:
            faults += self._print(import_string(path)())
        seconds = time.monotonic() - begun
        self.stdout.write(f"{walk.count} entries read in {seconds:.1f} s, up to position {walk.position}.")
        self.stdout.write(f"Last link: {walk.head or '(none)'}")
        if faults:
            raise CommandError(f"The history is not as it was written: faults found: {faults}.")
        self.stdout.write("The history is unaltered.")

    def _print(self, faults: Iterable[str]) -> int:
        count = 0
        for count, fault in enumerate(faults, start=1):  # noqa: B007 - the last one is the number of them
            self.stdout.write(f"FAULT: {fault}")
        return count
