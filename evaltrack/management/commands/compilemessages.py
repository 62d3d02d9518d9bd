"""``manage.py compilemessages`` without gettext, which only the system's package manager has: with polib."""

from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management import BaseCommand


class Command(BaseCommand):
    help = "Compile the translations in LOCALE_PATHS that have changed."
    requires_system_checks = ()

    def handle(self, *, verbosity: int, **options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
                compiled = source.with_suffix(".mo")
                if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
                    continue
                beside = compiled.with_suffix(".part")  # whoever reads meanwhile gets the old one whole
                polib.pofile(str(source)).save_as_mofile(str(beside))
                beside.replace(compiled)
                if verbosity:
                    self.stdout.write(f"compiled {compiled}")
