"""``manage.py makemessages`` without gettext: Babel finds the strings, polib keeps the catalogues."""

import re
from argparse import ArgumentParser
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import polib
from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils.translation.template import templatize

PACKAGES = ("evaltrack", "recommendations", "responses")
# What Django calls its functions, and which of their arguments are context, text and plural.
FUNCTIONS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (1,)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLURALS = {"fr": "nplurals=2; plural=(n > 1);"}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


class Text(NamedTuple):
    text: str
    plural: str = ""
    context: str | None = None


class Command(BaseCommand):
    help = "Bring the translations in LOCALE_PATHS up to date with the strings in code and templates."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail if a string is not translated"
        )

    def handle(self, *, check: bool, **options: Any) -> None:
        found = collect(settings.BASE_DIR)
        faults: list[str] = []
        for language, _name in settings.LANGUAGES:
            if language == settings.LANGUAGE_CODE:
                continue
            path = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"
            catalogue = updated(path, language, found)
            left = catalogue.untranslated_entries()
            self.stdout.write(f"{language}: {len(catalogue)} strings, {len(left)} to translate")
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(f"{catalogue}", encoding="utf-8")
            elif not path.exists() or path.read_text(encoding="utf-8") != str(catalogue):
                faults.append(f"{language}: the catalogue is not up to date: make messages")
            faults += [f"{language}: not translated: {entry.msgid!r}" for entry in left]
            faults += [f"{language}: {fault}" for fault in wrong_placeholders(catalogue)]
        if check and faults:
            raise CommandError("\n".join(faults))


def collect(base: Path) -> dict[Text, set[str]]:
    """Every string to translate, with the files it stands in."""
    found: dict[Text, set[str]] = {}
    templates = [path for path in (base / "templates").rglob("*") if path.is_file()]
    code = [path for package in PACKAGES for path in (base / package).rglob("*.py")]
    for path in sorted(templates + code):
        source = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # What is not to be translated is blanked out, but its indentation, which is none of Python's.
            source = "\n".join(map(str.lstrip, templatize(source, origin=str(path)).splitlines()))
        for text in strings_in(source):
            found.setdefault(text, set()).add(str(path.relative_to(base)))
    return found


def strings_in(source: str) -> Iterator[Text]:
    from babel.messages.extract import extract  # a tool of the developer: not there where EvalTrack runs

    for _line, message, _comments, context in extract("python", BytesIO(source.encode()), FUNCTIONS):
        text, plural = message if isinstance(message, tuple) else (message, "")
        yield Text(text, plural, context)


def updated(path: Path, language: str, found: dict[Text, set[str]]) -> polib.POFile:
    """The catalogue with exactly the strings found, and the translations it has had."""
    old = polib.pofile(str(path)) if path.exists() else polib.POFile()
    known = {Text(entry.msgid, entry.msgid_plural, entry.msgctxt): entry for entry in old}
    new = polib.POFile(wrapwidth=110)
    new.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    for text, files in sorted(
        found.items(), key=lambda item: (min(item[1]), item[0].text, item[0].context or "")
    ):
        before = known.get(text)
        new.append(
            polib.POEntry(
                msgid=text.text,
                msgid_plural=text.plural,
                msgctxt=text.context,
                msgstr=before.msgstr if before else "",
                msgstr_plural=(before and before.msgstr_plural) or ({0: "", 1: ""} if text.plural else {}),
                occurrences=[(file, "") for file in sorted(files)],
            )
        )
    return new


def wrong_placeholders(catalogue: polib.POFile) -> Iterator[str]:
    """A translation that lacks a value of its original, or asks for one more, fails when it is shown."""
    for entry in catalogue.translated_entries():
        given = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
        for translation in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            asked = set(PLACEHOLDER.findall(translation))
            # A plural form may say "one" in words.
            if asked - given or (given - asked and not entry.msgid_plural):
                yield f"other placeholders than in {entry.msgid!r}: {translation!r}"
