"""Printed once: what did not change is read, what changed is set in part, and nobody prints twice at once."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.storage import default_storage, storages
from django.urls import reverse
from django.utils import timezone

from evaltrack import files
from evaltrack.documents import pdf as engine
from responses import answers, prints
from responses.matrix.document import Action, Recommendation
from responses.matrix.writers import pdf, portfolio_pdf
from responses.matrix.writers.options import Options
from responses.matrix.writers.pdf import Sheet
from responses.views import being_made
from tests import factories as make
from tests.pdfs import assert_accessible, pages, reader
from tests.responses.clearances import World
from tests.responses.matrix.printing import ARABIC, LIST, TABLE, matrix

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Any) -> Path:
    """A store of its own for each test."""
    options = {"BACKEND": "evaltrack.stores.Folder", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "default": options}
    storages.__dict__.pop("backends", None)
    storages._storages.clear()
    default_storage._wrapped = storages["default"]
    return tmp_path


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    before = default_storage._wrapped
    yield
    default_storage._wrapped = before
    storages._storages.clear()


@pytest.fixture
def sets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is handed to the typesetter."""
    found: list[str] = []
    frozen = engine._frozen

    def noted(html: str, *args: Any, **options: Any) -> bytes:
        found.append(html)
        return frozen(html, *args, **options)

    monkeypatch.setattr(engine, "_frozen", noted)
    return found


@pytest.fixture
def short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two recommendations each."""
    monkeypatch.setattr(pdf, "WHOLE", 6)
    monkeypatch.setattr(pdf, "PART", 6)


def long_matrix(recommendations: int = 5, changed: int = 0) -> Any:
    """Two actions under each recommendation; the text of one can be changed."""
    return matrix(
        *(
            Recommendation(
                str(number),
                f"Dig well {number}." + (" Deeper." if number == changed else ""),
                actions=tuple(Action(f"{number}.{n}", f"Dig hole {n}") for n in (1, 2)),
            )
            for number in range(1, recommendations + 1)
        )
    )


def sheet(**changes: Any) -> Sheet:
    return replace(Sheet(matrix(Recommendation("1", "Dig.")), TABLE, "en", TODAY), **changes)


# One matrix -------------------------------------------------------------------------------------------------


def test_what_did_not_change_is_read(sets: list[str]) -> None:
    first = prints.printed(sheet())
    assert len(sets) == 3  # its pages, what stands at their edge, their numbers
    assert prints.printed(sheet()) == first
    assert len(sets) == 3


CHANGES: dict[str, tuple[dict[str, Any], int]] = {
    "another text": ({"matrix": matrix(Recommendation("1", "Dig deep."))}, 1),
    "another day": ({"printed_on": date(2026, 11, 22)}, 1),
    "another form": ({"profile": LIST}, 1),
    "another language": ({"language": "fr"}, 3),
}


@pytest.mark.parametrize(("changes", "anew"), CHANGES.values(), ids=CHANGES)
def test_what_changed_is_set_anew_and_nothing_else(
    changes: dict[str, Any], anew: int, sets: list[str]
) -> None:
    first = prints.printed(sheet())
    del sets[:]
    assert prints.printed(sheet(**changes)) != first
    assert len(sets) == anew


@pytest.mark.usefixtures("short_parts")
def test_of_a_long_matrix_the_part_with_the_change_is_set(sets: list[str]) -> None:
    prints.printed(sheet(matrix=long_matrix()))
    assert len(sets) == 3 + 2
    del sets[:]
    after = prints.printed(sheet(matrix=long_matrix(changed=4)))
    assert len(sets) == 1
    assert "Dig well 4. Deeper." in sets[0]
    assert "Dig well 1." not in sets[0]
    said = "".join(pages(after))
    assert all(f"Dig well {number}." in said for number in range(1, 6))


@pytest.mark.usefixtures("short_parts")
def test_it_is_the_same_from_kept_parts_and_from_fresh_ones() -> None:
    long = sheet(matrix=long_matrix())
    assert prints.printed(long) == pdf.write_sheet(long)


def test_a_handout_is_hidden_in_it_and_costs_no_typesetting(sets: list[str]) -> None:
    prints.printed(sheet())
    del sets[:]
    made = prints.printed(sheet(), handout="token-1")
    assert sets == []
    metadata = reader(made).metadata
    assert metadata is not None
    assert metadata[f"/{pdf.HANDOUT}"] == "token-1"
    assert pdf.HANDOUT not in (reader(prints.printed(sheet())).metadata or {})


BROKEN = {"a part is gone": ".part", "all is gone": ""}


@pytest.mark.parametrize("ending", BROKEN.values(), ids=BROKEN)
def test_what_is_gone_is_made_again(ending: str, store: Path) -> None:
    first = prints.printed(sheet())
    for path in store.rglob(f"*{ending or '*'}"):
        if path.is_file():
            path.unlink()
    for path in store.rglob("*.pdf"):
        path.unlink()
    assert prints.printed(sheet()) == first


def test_a_store_that_takes_nothing_costs_time_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(default_storage._wrapped, "save", full)
    assert prints.printed(sheet()).startswith(b"%PDF")


def test_who_comes_while_it_is_printed_waits_for_that(sets: list[str], monkeypatch: Any) -> None:
    waiting = threading.Event()
    waited: list[float] = []
    digest = prints._digest(sheet())
    cache.add(f"printing:{digest}", 1, 60)

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        prints._new(f"{digest}.pdf", lambda: b"%PDF made by another")
        cache.delete(f"printing:{digest}")
        waiting.set()

    monkeypatch.setattr(prints.time, "sleep", sleep)
    assert prints.printed(sheet()) == b"%PDF made by another"
    assert waited
    assert sets == []


def test_a_dead_printer_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prints, "WAIT", 0)
    cache.add(f"printing:{prints._digest(sheet())}", 1, 60)
    assert prints.printed(sheet()).startswith(b"%PDF-1.7")


@pytest.mark.parametrize(("recommendations", "expected"), [(2, []), (3, [3]), (5, [3, 5])])
@pytest.mark.usefixtures("short_parts")
def test_where_parts_begin_does_not_depend_on_any_text(recommendations: int, expected: list[int]) -> None:
    assert list(pdf.breaks(long_matrix(recommendations))) == expected
    assert list(pdf.breaks(long_matrix(recommendations, changed=2))) == expected


# A response, and many ---------------------------------------------------------------------------------------


def test_the_current_print_says_what_stands_there_now() -> None:
    world = World()
    before = prints.current(world.response, printed_on=TODAY)
    assert prints.current(world.response, printed_on=TODAY) == before
    answers.narrate(world.response.answers.get(), "Quite otherwise.", by=world.coordinator)
    assert "Quite otherwise." in "".join(pages(prints.current(world.response, printed_on=TODAY)))
    blank = prints.current(world.response, printed_on=TODAY, options=Options(blank=True))
    assert "Quite otherwise." not in "".join(pages(blank))


def test_an_unchanged_current_print_is_not_worked_out_again(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    world = World()
    first = prints.current(world.response, printed_on=TODAY)
    monkeypatch.setattr(prints, "sheet_of", None)
    with django_assert_num_queries(2):
        assert prints.current(world.response, printed_on=TODAY) == first


def portfolio(*responses: Any, **more: Any) -> bytes:
    out = BytesIO()
    prints.portfolio(responses, title="All ports", language="en", out=out, printed_on=TODAY, **more)
    return out.getvalue()


def test_a_portfolio_lists_its_evaluations_and_where_they_are(sets: list[str]) -> None:
    world = World()
    other = make.response(make.evaluation([world.here], title="Evaluation of the lighthouses"))
    both = [world.response, other]
    told: list[int] = []
    made = portfolio(*both, told=told.append)
    assert told == [1, 2]
    said = pages(made)
    assert [word in said[0] for word in ("All ports", "Reference", "Page 1 of 3")] == [True] * 3
    for number, evaluation in enumerate([world.evaluation, other.evaluation], 2):
        assert f"{evaluation.reference} {evaluation.title} {number}" in " ".join(said[0].split())
        assert f"{evaluation.reference} · Version 1, not cleared" in said[number - 1]
    attached = sorted(f"{one.evaluation.reference}.matrix.json" for one in both)
    assert list(reader(made).attachments) == attached
    labels = [item.title for item in reader(made).outline if not isinstance(item, list)]
    assert labels == ["Contents", world.evaluation.title, other.evaluation.title]
    del sets[:]
    assert portfolio(*both) == made
    answers.narrate(world.response.answers.get(), "Quite otherwise.", by=world.coordinator)
    assert portfolio(*both) != made
    assert len(sets) == 1


def test_the_list_of_many_evaluations_says_the_pages_after_its_own() -> None:
    one = sheet()
    out = BytesIO()
    count = portfolio_pdf.write([one] * 45, out, title="Many", language="en", keep=prints.kept, look="x")
    said = pages(out.getvalue())
    assert len(said) == count
    front = [page for page in said if "Recommendation" not in page]
    listed = [line.split()[-1] for page in front for line in page.splitlines() if "Lake Programme" in line]
    assert listed == [str(page) for page in range(len(front) + 1, count + 1)]
    assert len(front) > 1


@pytest.mark.usefixtures("short_parts")
def test_prints_are_accessible_in_both_layouts_and_directions(shared: Path, tmp_path: Path) -> None:
    arabic = matrix(Recommendation("1", ARABIC, actions=(Action("1.1", ARABIC),)), language="ar")
    sheets = [
        sheet(matrix=long_matrix(3)),
        sheet(matrix=long_matrix(1), profile=LIST, language="fr"),
        sheet(matrix=arabic),
    ]
    out = BytesIO()
    portfolio_pdf.write(sheets, out, title="Many", language="fr", printed_on=TODAY)
    assert_accessible(shared, tmp_path, {"portfolio": out.getvalue()})


# Ahead of time ----------------------------------------------------------------------------------------------


def test_what_was_changed_and_left_alone_is_printed_ahead(sets: list[str]) -> None:
    world = World()
    now = timezone.now()
    answers.narrate(world.response.answers.get(), "Quite otherwise.", by=world.coordinator)
    assert prints.print_ahead(now=now + timedelta(seconds=5)) == 0
    assert prints.print_ahead(now=now + timedelta(seconds=30)) == 1
    assert prints.print_ahead(now=now + timedelta(seconds=50)) == 0
    del sets[:]
    with time_machine.travel(now + timedelta(seconds=60)):
        said = prints.current(world.response)
    assert "Quite otherwise." in "".join(pages(said))
    assert sets == []


def test_what_nobody_read_is_swept_and_what_was_read_stays(store: Path) -> None:
    prints.printed(sheet())
    now = timezone.now()
    assert prints.sweep(now=now + prints.KEPT - timedelta(minutes=1)) == 0
    assert files.sweep(now=now + timedelta(days=30)) == 0
    assert prints.sweep(now=now + prints.KEPT + timedelta(minutes=1)) == 5
    assert [path for path in store.rglob("*") if path.is_file()] == []


# The page that says to wait ---------------------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the job is woken with."""
    found: list[Any] = []
    monkeypatch.setattr(being_made.print_long, "delay", lambda *told: found.append(told))
    return found


def test_a_long_pdf_is_waited_for_on_a_page(client: Any, asked: list[Any], monkeypatch: Any) -> None:
    world = World()
    make.action(world.response.answers.get())
    monkeypatch.setattr(prints, "LONG", 1)
    client.force_login(world.coordinator)
    address = reverse("matrix_pdf", args=[world.response.pk])
    page = client.get(address)
    assert (page.status_code, "The PDF is being made" in page.content.decode()) == (202, True)
    again = client.get(address, headers={"HX-Request": "true"})
    assert (again.status_code, "<html" in again.content.decode()) == (200, False)
    assert len(asked) == 1
    from responses.tasks import print_long

    print_long(*asked[0])
    ready = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "The PDF is ready." in ready
    assert f'href="{address}"' in ready
    assert "hx-get" not in ready
    assert client.get(address).content.startswith(b"%PDF")


def test_where_nobody_works_on_jobs_it_is_made_in_the_request(
    client: Any, asked: list[Any], monkeypatch: Any
) -> None:
    world = World()
    monkeypatch.setattr(prints, "LONG", 0)
    client.force_login(world.coordinator)
    address = reverse("matrix_pdf", args=[world.response.pk])
    assert client.get(address).status_code == 202
    monkeypatch.setattr(being_made, "PATIENCE", -1)
    assert client.get(address).content.startswith(b"%PDF")
