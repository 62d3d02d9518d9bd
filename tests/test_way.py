"""The way of a response in real browsers: five people take it from the hand-over to its second version."""

import hashlib
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from evaltrack.models import AuditEntry, Notification, Office, User
from evaltrack.roles import Role
from responses.choices import ResponseState, SnapshotKind
from responses.models import ManagementResponse, RecommendationResponse
from tests import chain, pdfs
from tests import factories as make
from tests.browser import enter, inspect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DRAFTED = "Accepted. The hearing will be held in the ports that can be reached in winter."
MENDED = "Accepted. The hearing will be held in all seven ports, in winter by telephone."
REVISED = "Accepted. The hearing will be held in all nine ports, in winter by telephone."


class Way:
    """A response with its five people, each in a browser of their own."""

    def __init__(self, browser: Browser, live_server: LiveServer) -> None:
        self.browser, self.server = browser, live_server
        headquarters = make.office("Headquarters", kind=Office.Kind.HEADQUARTERS)
        office = make.office("Country Office Norland", parent=headquarters)
        self.evaluator = make.user("Dara Minh")
        self.coordinator = make.member(Role.COORDINATOR, office, "Rosa Lindqvist")
        self.officer = make.member(Role.ME_OFFICER, office, "Ines Okafor")
        self.head = make.member(Role.CLEARING_OFFICER, office, "Halvard Osei", function="Head of office")
        self.unit = make.member(
            Role.EVALUATION_UNIT, headquarters, "Una Berg", function="Chief of evaluation"
        )
        evaluation = make.evaluation(
            [office], title="Evaluation of the harbour hearings", report_date=make.NOW.date()
        )
        evaluation.evaluators.add(self.evaluator)
        self.response = make.response(
            evaluation,
            office=office,
            coordinator=self.coordinator,
            coordinator_text="Rosa Lindqvist",
            state=ResponseState.PREFILLING,
        )
        self.matrix = f"/responses/{self.response.pk}/matrix/"
        self.clearance = f"/responses/{self.response.pk}/clearance/"
        self.contexts: dict[int, BrowserContext] = {}

    def page(self, person: User, path: str) -> Page:
        """The page in the browser of that person, signed in at their first look."""
        if person.pk in self.contexts:
            page = self.contexts[person.pk].pages[0]
            page.goto(self.server.url + path)
            return page
        self.contexts[person.pk] = self.browser.new_context(accept_downloads=True)
        page = self.contexts[person.pk].new_page()
        page.set_default_timeout(10_000)
        enter(page, self.server, person, path)
        return page

    def close(self) -> None:
        for context in self.contexts.values():
            context.close()

    def move(self, page: Page, label: str, comment: str = "") -> None:
        """Press a move's button, say why, and confirm where it asks."""
        move = page.locator("details.move").filter(has=page.locator("summary", has_text=label)).first
        move.locator("summary").click()
        if comment:
            move.locator("textarea").fill(comment)
        move.get_by_role("button", name=label).click()
        dialog = page.locator("dialog#confirm[open]")
        done = page.locator("#messages .notice")
        expect(dialog.or_(done).first).to_be_visible()
        if dialog.count():
            dialog.get_by_role("button", name="Yes").click()
        expect(done.first).to_be_visible()
        expect(page.locator("#messages .notice.error")).to_have_count(0)

    def answer(self, number: int) -> RecommendationResponse:
        return self.response.answers.get(recommendation__number=str(number))


@pytest.fixture
def way(browser: Browser, live_server: LiveServer):
    way = Way(browser, live_server)
    yield way
    way.close()


def fill(page: Page, name: str, text: str) -> None:
    cell = page.locator(f"#{name.replace('.', '-')}")
    field = cell.locator("textarea, select")
    if field.evaluate("field => field.matches('select')"):
        field.select_option(text)
    else:
        field.fill(text)
        field.press("Tab")
    expect(cell.locator(".saved")).to_be_visible()


def add_recommendation(page: Page, text: str) -> None:
    blocks = page.locator("#blocks section.block")
    before = blocks.count()
    page.get_by_label("Add a recommendation").fill(text)
    page.get_by_role("button", name="Add", exact=True).last.click()
    expect(blocks).to_have_count(before + 1)


def test_five_people_take_a_response_from_hand_over_to_its_second_version(way: Way) -> None:
    hand_over(way)
    draft(way)
    be_returned(way)
    be_cleared_and_published(way)
    begin_again(way)
    agree(way)
    be_proved(way)


def hand_over(way: Way) -> None:
    """The evaluator enters the recommendations and hands them over; from then on they see nothing of it."""
    page = way.page(way.evaluator, way.matrix)
    add_recommendation(page, "Hold a yearly hearing of fishing communities in each port.")
    add_recommendation(page, "Close the small grants scheme for boat builders.")
    inspect(page, "way-1-evaluator")
    page.reload()
    way.move(page, "Hand over to the coordinator")
    page.goto(way.server.url + way.matrix)
    expect(page.get_by_role("heading", level=1)).to_contain_text("not")
    assert Notification.objects.filter(person=way.coordinator).exists()


def draft(way: Way) -> None:
    """Coordinator and officer write side by side, and meet in one cell."""
    rosa = way.page(way.coordinator, way.matrix)
    first, second = (one.pk for one in way.response.evaluation.recommendations.present())
    ines = way.page(way.officer, way.matrix)
    fill(rosa, f"answer.{first}.decision", "accepted")
    fill(rosa, f"answer.{first}.narrative", DRAFTED)
    fill(ines, f"answer.{second}.decision", "rejected")
    fill(ines, f"answer.{second}.narrative", "Rejected. The scheme is the only credit that builders get.")

    meeting = ines.locator(f"#answer-{first}-narrative")
    meeting.locator("textarea").fill("Accepted, where there is money.")
    meeting.locator("textarea").press("Tab")
    expect(meeting.locator(".error")).to_contain_text("Rosa Lindqvist changed this cell")
    expect(meeting).to_contain_text(DRAFTED)
    meeting.get_by_role("button", name="Take theirs").click()
    assert way.answer(1).narrative == DRAFTED

    rosa.locator(f"#recommendation-{first} [name=new_action]").fill("Hold the first hearing in Westhaven")
    rosa.locator(f"#recommendation-{first} [name=new_action]").press("Enter")
    row = rosa.locator(f"#recommendation-{first} tr[data-action]")
    expect(row).to_have_count(1)
    action = row.get_attribute("data-action")
    fill(rosa, f"action.{action}.deadline", "30 November 2027")
    fill(rosa, f"action.{action}.responsible", "Ines Okafor")
    inspect(rosa, "way-2-drafting")
    rosa.reload()
    way.move(rosa, "Submit for clearance", "Please look at recommendation 1.")


def be_returned(way: Way) -> None:
    page = way.page(way.head, way.clearance)
    expect(page.locator("main")).to_contain_text(DRAFTED)
    inspect(page, "way-3-clearance")
    way.move(page, "Return with a comment", "Seven ports, not only those that can be reached.")

    first = way.answer(1).recommendation_id
    rosa = way.page(way.coordinator, way.matrix)
    expect(rosa.locator("main")).to_contain_text("Seven ports, not only those that can be reached.")
    fill(rosa, f"answer.{first}.narrative", MENDED)
    rosa.reload()
    way.move(rosa, "Submit for clearance", "All seven now.")


def be_cleared_and_published(way: Way) -> None:
    page = way.page(way.head, way.clearance)
    inspect(page, "way-4-what-changed")
    expect(page.locator("del").filter(has_text="that can be reached")).to_be_visible()
    expect(page.locator("ins").filter(has_text="all seven")).to_be_visible()
    way.move(page, "Clear")
    una = way.page(way.unit, way.clearance)
    way.move(una, "Clear", "Thank you.")
    una = way.page(way.unit, way.matrix)
    way.move(una, "Publish")
    inspect(una, "way-5-published")


def begin_again(way: Way) -> None:
    """Two more ports: the wording is fixed, so it takes a second version, cleared by both again."""
    first = way.answer(1).recommendation_id
    rosa = way.page(way.coordinator, way.matrix)
    assert rosa.locator(f"#answer-{first}-narrative textarea").count() == 0
    way.move(rosa, "Begin a new version", "Two ports joined the programme.")
    rosa = way.page(way.coordinator, way.matrix)
    fill(rosa, f"answer.{first}.narrative", REVISED)
    rosa.reload()
    way.move(rosa, "Submit for clearance")
    way.move(way.page(way.head, way.clearance), "Clear")
    way.move(way.page(way.unit, way.clearance), "Clear")
    way.move(way.page(way.unit, way.matrix), "Publish")


def agree(way: Way) -> None:
    """The published PDF, the snapshots and the timeline tell the same story."""
    response = ManagementResponse.objects.get(pk=way.response.pk)
    assert (response.state, response.version) == (ResponseState.PUBLISHED, 2)
    cleared = response.snapshots.filter(kind=SnapshotKind.CLEARED).order_by("version")
    assert [one.version for one in cleared] == [1, 2]
    for snapshot, narrative in zip(cleared, (MENDED, REVISED), strict=True):
        assert snapshot.sha256 == hashlib.sha256(snapshot.matrix.encode()).hexdigest()
        recommendation = json.loads(snapshot.matrix)["recommendations"][0]
        assert recommendation["response"]["narrative"] == narrative
        assert [one["name"] for one in snapshot.cleared_by] == ["Halvard Osei", "Una Berg"]

    page = way.page(way.unit, way.matrix)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download PDF").first.click()
    printed = " ".join("".join(pdfs.pages(download.value.path().read_bytes())).split())
    for words in (REVISED, "Halvard Osei", "Head of office", "Una Berg", "Chief of evaluation"):
        assert words in printed
    assert pdfs.squeezed("version 2") in pdfs.squeezed(printed).lower()

    page = way.page(way.unit, f"/responses/{response.pk}/history/")
    told = page.locator("main")
    for words in (
        "Rosa Lindqvist",
        "Seven ports, not only those that can be reached.",
        "Two ports joined the programme.",
        "Halvard Osei",
    ):
        expect(told).to_contain_text(words)
    inspect(page, "way-6-timeline")


def be_proved(way: Way) -> None:
    """The history is whole, until someone changes a row behind its back."""
    entry = AuditEntry.objects.filter(verb="return").get()
    with chain.guarded():
        assert "The history is unaltered." in verified()
        tamper_with(entry)
        with pytest.raises(CommandError, match="faults found: 1"):
            verified()


def tamper_with(entry: AuditEntry) -> None:
    with chain.behind_its_back():
        chain.sql("UPDATE evaltrack_auditentry SET actor = %s WHERE id = %s", "Someone Else", entry.pk)


def verified() -> str:
    said = StringIO()
    call_command("verify_history", stdout=said, stderr=said)
    return said.getvalue()
