"""``manage.py seed_demo``: fictional data to look around in, dates relative to today."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from evaltrack.errors import Refused
from responses import demo


class Command(BaseCommand):
    help = "Fill a database that has no evaluations with fictional data, and print whom to sign in as."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="where there are evaluations already, leave them alone"
        )
        parser.add_argument(
            "--list", action="store_true", dest="only_list", help="make nothing; list the sign-ins, if any"
        )

    def handle(self, *args: Any, if_empty: bool, only_list: bool, **options: Any) -> None:
        if not only_list:
            self.seed(if_empty=if_empty)
        if demo.is_there():
            self.stdout.write("Sign in as:")
            for person in demo.sign_ins():
                self.stdout.write(f"  {person.email:<36} {person.password:<16} {person.role}")

    def seed(self, *, if_empty: bool) -> None:
        if demo.is_there():
            self.stdout.write("The demo data is there already; nothing was changed.")
            return
        try:
            demo.seed(now=timezone.now())
        except Refused as refusal:
            if not if_empty:
                raise CommandError(str(refusal), returncode=2) from refusal
            self.stdout.write(str(refusal))
