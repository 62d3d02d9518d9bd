"""Strings are found, kept and compiled without gettext."""

import gettext
import re
from io import StringIO
from pathlib import Path

import polib
import pytest
from django.conf import LazySettings
from django.conf import settings as project_settings
from django.core.management import CommandError, call_command

from evaltrack.management.commands.makemessages import Text, collect, updated, wrong_placeholders

CODE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext

TITLE = _("Evaluations")
def count(n):
    return ngettext("%(n)d action", "%(n)d actions", n), pgettext("of a key action", "deadline")
"""
TEMPLATE = """
<h1>
    {% translate "Evaluations" %}
  <p title='{% translate "Office" context "unit" %}'>
{% blocktranslate count n=actions|length trimmed %}
    {{ n }} action is
    late.
{% plural %}{{ n }} actions are late.{% endblocktranslate %}
"""


@pytest.fixture
def project(tmp_path: Path, settings: LazySettings) -> Path:
    for name, text in {"evaltrack/titles.py": CODE, "templates/list.html": TEMPLATE}.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    settings.BASE_DIR = tmp_path
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    return tmp_path


def catalogue(project: Path) -> Path:
    return project / "locale" / "fr" / "LC_MESSAGES" / "django.po"


def translate_all(project: Path) -> None:
    file = polib.pofile(str(catalogue(project)))
    for entry in file:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: f"fr {entry.msgid}", 1: f"fr {entry.msgid_plural}"}
        else:
            entry.msgstr = f"fr {entry.msgid}"
    file.save()
    call_command("makemessages", stdout=StringIO())


def test_every_way_to_mark_a_string_is_found(project: Path) -> None:
    assert collect(project) == {
        Text("Evaluations"): {"evaltrack/titles.py", "templates/list.html"},
        Text("%(n)d action", "%(n)d actions"): {"evaltrack/titles.py"},
        Text("deadline", context="of a key action"): {"evaltrack/titles.py"},
        Text("Office", context="unit"): {"templates/list.html"},
        Text("%(n)s action is late.", "%(n)s actions are late."): {"templates/list.html"},
    }


def test_a_translation_stays_when_strings_come_and_go(project: Path) -> None:
    call_command("makemessages", stdout=StringIO())
    translate_all(project)
    new = updated(catalogue(project), "fr", {Text("Evaluations"): {"x.py"}, Text("New"): {"x.py"}})
    assert [(entry.msgid, entry.msgstr) for entry in new] == [("Evaluations", "fr Evaluations"), ("New", "")]


def test_the_check_names_what_is_not_translated(project: Path) -> None:
    call_command("makemessages", stdout=StringIO())
    with pytest.raises(CommandError, match="fr: not translated: 'Evaluations'"):
        call_command("makemessages", check=True, stdout=StringIO())


def test_the_check_passes_when_all_is_translated(project: Path) -> None:
    call_command("makemessages", stdout=StringIO())
    translate_all(project)
    call_command("makemessages", check=True, stdout=StringIO())


def test_the_check_sees_a_string_that_came_later(project: Path) -> None:
    call_command("makemessages", stdout=StringIO())
    translate_all(project)
    (project / "templates" / "later.html").write_text('{% translate "Later" %}')
    with pytest.raises(CommandError, match="not up to date: make messages"):
        call_command("makemessages", check=True, stdout=StringIO())


@pytest.mark.parametrize(
    ("text", "plural", "translations", "wrong"),
    [
        ("%(n)s left", "", ["%(n)s restent"], 0),
        ("%(n)s left", "", ["il en reste"], 1),
        ("left", "", ["%(n)s restent"], 1),
        ("Hello {name}", "", ["Bonjour {nom}"], 1),
        ("100% done", "", ["fini à 100 %"], 0),
        ("%(n)s day", "%(n)s days", ["un jour", "%(n)s jours"], 0),
        ("%(n)s day", "%(n)s days", ["un jour", "%(m)s jours"], 1),
    ],
)
def test_placeholders_must_survive_translation(
    text: str, plural: str, translations: list[str], wrong: int
) -> None:
    file = polib.POFile()
    forms = dict(enumerate(translations)) if plural else {}
    file.append(
        polib.POEntry(
            msgid=text, msgid_plural=plural, msgstr="" if plural else translations[0], msgstr_plural=forms
        )
    )
    assert len(list(wrong_placeholders(file))) == wrong


def test_compiled_translations_are_what_gettext_reads(project: Path) -> None:
    call_command("makemessages", stdout=StringIO())
    translate_all(project)
    call_command("compilemessages", verbosity=0)
    with catalogue(project).with_suffix(".mo").open("rb") as compiled:
        french = gettext.GNUTranslations(compiled)
    assert french.gettext("Evaluations") == "fr Evaluations"
    assert french.ngettext("%(n)d action", "%(n)d actions", 0) == "fr %(n)d action"
    assert french.pgettext("of a key action", "deadline") == "fr deadline"
    assert [file.suffix for file in catalogue(project).parent.iterdir() if file.suffix == ".part"] == []


# The French of the product

FRENCH = polib.pofile(str(project_settings.LOCALE_PATHS[0] / "fr" / "LC_MESSAGES" / "django.po"))
TEMPLATES = sorted((project_settings.BASE_DIR / "templates").rglob("*.*"))
# What a template may show without a translation: the product's name.
NAMES = {"EvalTrack", "SHA"}
# Not read by people: tags and variables of Django, comments, code, and blocks that name a CSS class.
UNREAD = re.compile(
    r"{% comment %}.*?{% endcomment %}|{#.*?#}|{% blocktranslate.*?{% endblocktranslate %}"
    r"|{% block body_class %}.*?{% endblock %}|{%.*?%}|{{.*?}}|<pre.*?</pre>|\bdata-[\w-]+=",
    re.DOTALL,
)
SPOKEN = re.compile(r"""(?<![-\w])(?:alt|aria-label|placeholder|title)=["']([^"']*)["']""")


def french() -> list[str]:
    return [text for entry in FRENCH for text in (entry.msgstr, *entry.msgstr_plural.values()) if text]


def test_every_string_has_its_french() -> None:
    known = {Text(entry.msgid, entry.msgid_plural, entry.msgctxt) for entry in FRENCH.translated_entries()}
    assert set(collect(project_settings.BASE_DIR)) - known == set()
    assert [entry.msgid for entry in FRENCH if entry.fuzzy or entry.obsolete] == []
    assert list(wrong_placeholders(FRENCH)) == []


def test_french_has_its_own_punctuation() -> None:
    """A space that does not break before : ; ? ! and inside « », and the curved apostrophe."""
    wrong = re.compile(r"(?<=\w) [:;?!»]|« |\w[?!]|[“”]|(?<=\w)'(?=\w)|\.\.\.")
    assert [text for text in french() if wrong.search(re.sub(r"<[^>]*>", "", text))] == []


def test_zero_is_singular_in_french_so_no_form_says_one_in_words() -> None:
    """French reads "0 personne" with the first form: it must show the number wherever the second does."""
    place = re.compile(r"%\(\w+\)[sd]")
    forms = [entry.msgstr_plural for entry in FRENCH if entry.msgid_plural]
    assert forms
    assert [one for one in forms if set(place.findall(one[0])) != set(place.findall(one[1]))] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_speaks_english_by_itself(template: Path) -> None:
    markup = UNREAD.sub(" ", template.read_text(encoding="utf-8"))
    # What no tag holds are attributes where the template is a part of one.
    bare = re.sub(r'[\w-]+="[^"]*"', "", re.sub(r"<[^>]*>", "\n", markup))
    texts = [*SPOKEN.findall(markup), *bare.splitlines()]
    words = {word for text in texts for word in re.findall("[A-Za-z]{2,}", text)}
    assert words - NAMES == set()
