"""Two people on one matrix in real browsers: a comment that reaches the other, a wording taken, who is here."""

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from evaltrack.models import Notification
from evaltrack.roles import Role
from recommendations.choices import Decision
from responses import comments, drafting
from responses.models import Comment, ManagementResponse, Suggestion
from tests import factories as make
from tests.browser import inspect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def officer(office):
    return make.member(Role.ME_OFFICER, office, "Ines Okafor")


@pytest.fixture
def chief(office):
    return make.member(Role.CLEARING_OFFICER, office, "Kleo Ray")


@pytest.fixture
def answer(office, officer):
    response = make.response(
        make.evaluation([office], title="Evaluation of the river ports programme"), coordinator=officer
    )
    found = make.answer(
        make.recommendation(response.evaluation), response, decision=Decision.ACCEPTED, narrative="Agreed."
    )
    make.action(found, text="Train the pilots.")
    return found


def sign_in(context: BrowserContext, live_server, person) -> Page:
    client = Client()
    client.force_login(person)
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(8000)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda said: said.type == "error" and page.faults.append(said.text))
    return page


@pytest.fixture
def two(browser: Browser, live_server, officer, chief):
    """The pages of the officer and of the chief, each in a browser of their own."""
    contexts = [browser.new_context(), browser.new_context()]
    yield [sign_in(one, live_server, who) for one, who in zip(contexts, (officer, chief), strict=True)]
    for one in contexts:
        one.close()


def matrix(live_server, answer):
    return f"{live_server.url}/responses/{answer.response_id}/matrix/"


def discuss(page):
    page.get_by_role("link", name="Discussion").click()
    expect(page.get_by_label("New comment")).to_be_visible()
    return page.locator(".block .discussion")


def test_a_mention_reaches_the_other_and_their_wording_is_taken(two, live_server, answer, officer, chief):
    mine, theirs = two
    mine.goto(matrix(live_server, answer))
    panel = discuss(mine)
    said = panel.get_by_label("New comment")
    said.press_sequentially("Is this so, @kl")
    expect(mine.get_by_role("option", name="Kleo Ray")).to_be_visible()
    inspect(mine, "discussion-mention")
    said.press("ArrowDown")
    said.press("Enter")
    expect(said).to_have_value("Is this so, @Kleo Ray")
    panel.get_by_role("button", name="Comment", exact=True).click()
    expect(panel.get_by_text("Told: Kleo Ray")).to_be_visible()
    expect(mine.get_by_role("link", name="Discussion 1 open")).to_be_visible()

    told = Notification.objects.get(person=chief)
    theirs.goto(f"{live_server.url}{told.url}")
    expect(theirs.locator(f"#comment-{Comment.objects.get().pk}")).to_contain_text("Is this so")
    theirs.get_by_text("Suggest another wording").click()
    theirs.get_by_role("link", name="Management response").click()
    theirs.get_by_label("Your wording for Management response").fill("Agreed, and begun.")
    theirs.get_by_role("button", name="Suggest", exact=True).click()
    expect(theirs.locator(".redline ins")).to_contain_text("and begun")
    inspect(theirs, "discussion-page")

    mine.goto(f"{matrix(live_server, answer)}?show=suggestions")
    panel = discuss(mine)
    panel.get_by_role("button", name="Take this wording").click()
    expect(panel.locator(".suggestion .redline")).to_have_count(0)
    answer.refresh_from_db()
    assert answer.narrative == "Agreed, and begun."
    assert Suggestion.objects.get().outcome == "taken"
    assert Notification.objects.filter(person=chief, kind="suggestion_decided").exists()
    assert mine.faults == theirs.faults == []


def test_each_sees_that_the_other_is_here_and_hears_of_a_move(two, live_server, answer, officer):
    mine, theirs = two
    theirs.goto(matrix(live_server, answer))
    expect(theirs.locator("#present")).to_be_empty()
    mine.goto(matrix(live_server, answer))
    expect(mine.locator("#present")).to_contain_text("Kleo Ray")
    ManagementResponse.objects.update(state="cleared")
    mine.clock.install()
    mine.reload()
    ManagementResponse.objects.update(state="drafting")
    expect(mine.locator("#present")).to_contain_text("Kleo Ray")
    mine.clock.run_for(46_000)
    expect(mine.locator("#present")).to_contain_text("It was changed since you opened it. Reload to see it.")
    expect(mine.locator("#present")).to_contain_text("Also here")


def test_a_discussion_stays_open_while_the_matrix_goes_on(two, live_server, answer):
    mine, _theirs = two
    mine.goto(matrix(live_server, answer))
    panel = discuss(mine)
    panel.get_by_label("New comment").fill("Half a thought")
    mine.locator("[name=new_action]").fill("Train the harbour masters.")
    mine.locator("[name=new_action]").press("Enter")
    expect(mine.locator("tr[data-action]")).to_have_count(2)
    expect(panel.get_by_label("New comment")).to_have_value("Half a thought")
    expect(mine.get_by_text("Actions with a deadline")).to_be_visible()
    expect(mine.locator(".meters")).to_contain_text("0 of 2")
    mine.get_by_role("link", name="Discussion").press("Enter")
    expect(panel).to_be_hidden()
    mine.get_by_role("link", name="Discussion").press("Enter")
    expect(panel.get_by_label("New comment")).to_have_value("Half a thought")
    assert mine.faults == []


@pytest.mark.parametrize("width", [1280, 320])
def test_the_screens_pass_inspection(two, live_server, answer, officer, chief, width):
    thread = comments.add(answer.response, answer.recommendation, "Why, @Kleo?", by=officer, now=make.NOW)
    comments.resolve(thread, by=officer, now=make.NOW)
    comments.add(answer.response, answer.recommendation, "When?", by=chief, now=make.NOW)
    drafting.assign(answer.response, [answer.recommendation], "Ines Okafor", by=officer, now=make.NOW)
    mine, _theirs = two
    mine.set_viewport_size({"width": width, "height": 800})
    mine.goto(matrix(live_server, answer))
    mine.get_by_text("Give recommendations to drafters").click()
    panel = discuss(mine)
    panel.get_by_text("Reply", exact=True).first.click()
    panel.get_by_text("Resolved").first.click()
    inspect(mine, f"together-{width}")
    mine.goto(f"{live_server.url}/")
    inspect(mine, f"together-work-{width}")
