"""The official files: which version they are, who cleared it, and the same for ever."""

from datetime import UTC, date, datetime

import pytest

from responses import answers, comparison, exports, snapshots
from responses.choices import SnapshotKind
from responses.comparison import Version
from responses.matrix.writers import json as json_writer
from responses.models import ManagementResponse
from tests import factories as make
from tests.pdfs import assert_accessible, pages, reader
from tests.responses.clearances import World, deputy_of

pytestmark = pytest.mark.django_db

PRINTED_ON = date(2026, 11, 21)


@pytest.fixture
def world() -> World:
    return World()


def pdf(response: ManagementResponse, **how: object) -> bytes:
    return exports.export(response, "pdf", printed_on=PRINTED_ON, **how)


def said(document: bytes) -> str:
    """All that it says, on one line."""
    return " ".join("".join(pages(document)).split())


def feet(document: bytes) -> list[str]:
    """What stands at the foot of each page."""
    return [next(line for line in page.split("\n") if "Printed on" in line) for page in pages(document)]


# Live -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moves", [(), ("submit",)])
def test_what_is_not_cleared_says_so_before_anything_else(world: World, moves: tuple[str, ...]) -> None:
    for move in moves:
        world.move(move, world.coordinator)
    document = pdf(world.response)
    assert "Draft of 21 November 2026, not cleared. Evaluation title" in said(document)
    assert "that holds" not in said(document)
    assert "Clearance of" not in said(document)
    assert all("Version 1, not cleared · Printed on 21 November 2026" in foot for foot in feet(document))


def test_what_is_cleared_says_at_the_end_who_cleared_it(world: World) -> None:
    world.clear_all()
    document = pdf(world.response)
    one, other = snapshots.clearings_of(world.response.snapshots.get(label="1"))
    day = f"{one.on.day} {one.on:%B %Y}"
    assert (one.name, other.name) == ("Halima Deane", "Una Berg")
    assert (
        "Clearance of version 1 Step Cleared by Office Date"
        f" {one.step} Halima Deane, Chief of Mission Country Office Norland {day}"
        f" {other.step} Una Berg, Head of Evaluation Headquarters {day}"
    ) in said(document)
    assert "Draft" not in said(document)
    assert all(f"{world.evaluation.reference} · Version 1 · Printed on" in foot for foot in feet(document))


def test_a_deputy_is_printed_with_the_person_they_stood_in_for(world: World) -> None:
    deputy = deputy_of(world.head, "Dana Ruiz")
    world.submit()
    world.move("clear", deputy)
    world.move("clear", world.unit)
    assert "Dana Ruiz (for Halima Deane) Country Office Norland" in said(pdf(world.response))


def test_a_draft_of_version_2_says_that_version_1_holds(world: World) -> None:
    world.clear_all()
    world.move("revise", world.coordinator)
    text = said(pdf(world.response))
    assert "Draft of 21 November 2026, not cleared. Version 1 is the one that holds." in text
    assert "Version 2, not cleared" in text


def test_the_words_are_in_the_language_of_the_text(world: World) -> None:
    world.evaluation.language = "fr"
    world.evaluation.save()
    assert "21 novembre 2026" in said(pdf(ManagementResponse.objects.get()))


# Frozen -----------------------------------------------------------------------------------------------------


def test_a_reprint_of_a_snapshot_is_the_same_whatever_became_of_the_matrix(world: World) -> None:
    world.clear_all()
    frozen = world.response.snapshots.get(label="1")
    before = {
        name: exports.export(world.response, name, snapshot=frozen, printed_on=PRINTED_ON)
        for name in exports.WRITERS
    }
    world.move("revise", world.coordinator)
    answers.narrate(world.response.answers.get(), "Quite otherwise.", by=world.coordinator)
    make.recommendation(world.evaluation)
    world.evaluation.title = "Another title"
    world.evaluation.save()
    for person in (world.head, world.unit):
        person.name, person.function = "Renamed", "Retired"
        person.save()
    world.here.name = "Merged away"
    world.here.save()
    again = ManagementResponse.objects.get(pk=world.response.pk)
    frozen = again.snapshots.get(label="1")
    for name, content in before.items():
        assert exports.export(again, name, snapshot=frozen, printed_on=PRINTED_ON) == content


def test_pdf_snapshot_and_clearance_agree(world: World) -> None:
    world.publish()
    frozen = world.response.snapshots.get(label="1")
    steps = world.response.steps.order_by("order")
    assert [(one.step, one.name, one.office) for one in snapshots.clearings_of(frozen)] == [
        (step.label, step.decided_by.name, step.office.name) for step in steps
    ]
    live, kept = pdf(world.response), pdf(world.response, snapshot=frozen)
    assert live == kept
    assert reader(live).attachments["matrix.json"] == [frozen.matrix.encode()]
    assert frozen.matrix.encode() == json_writer.write(snapshots.matrix_of(frozen))


def test_the_snapshot_of_a_draft_is_a_draft_of_that_day(world: World) -> None:
    taken = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    draft = snapshots.take(
        world.response, SnapshotKind.SUBMITTED, submission=1, now=taken, by=world.coordinator
    )
    assert "Draft of 2 March 2026, not cleared." in said(pdf(world.response, snapshot=draft))


# Compared ---------------------------------------------------------------------------------------------------


def compared(world: World) -> bytes:
    """Version 1 with the draft of version 2."""
    world.clear_all()
    world.move("revise", world.coordinator)
    answers.narrate(
        world.response.answers.get(), "Agreed, **not** before [June](https://e.org).", by=world.coordinator
    )
    found = comparison.between(
        Version(world.response, world.response.snapshots.get(label="1")),
        Version(world.response),
        language="en",
    )
    return exports.compared(found, printed_on=PRINTED_ON)


def test_a_comparison_on_paper_names_its_versions_and_marks_its_changes(world: World) -> None:
    text = said(compared(world))
    assert "Comparison of two versions" in text
    assert "After As it stood on 21 November 2026" in text
    assert "1 answer changed" in text
    assert "Agreed, not before June." in text
    assert "[added" not in text


def test_the_documents_are_accessible(world: World, shared, tmp_path) -> None:
    documents = {"draft": pdf(world.response), "compared": compared(world)}
    documents["cleared"] = pdf(world.response, snapshot=world.response.snapshots.get(label="1"))
    assert_accessible(shared, tmp_path, documents)
