"""My actions in a real browser: by keyboard, by thumb, over a line that is cut, from the link in a mail."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from responses import report_links
from responses.models import ActionParty, ProgressUpdate
from tests import factories as make
from tests.browser import inspect
from tests.responses.test_work_browser import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "Agree before construction begins who keeps the pump, who pays for spare parts and who is called. " * 4
SENTENCES = ["All eleven have signed.", "Half of them are trained.", "The manual is with the printer."]


@pytest.fixture
def person():
    return make.user("Arlo Quist")


@pytest.fixture
def actions(person):
    answer = make.answer(decision="accepted")
    today = timezone.localdate()
    return [
        make.action(answer, lead=person, text=f"{LONG}{day}", due=today + timedelta(days=day))
        for day in (-30, 5, 40)
    ]


@pytest.fixture
def home(context: BrowserContext, page: Page, live_server, person):
    sign_in(context, live_server, person)
    page.set_default_timeout(8000)
    return f"{live_server.url}/my-actions/"


def told():
    return list(ProgressUpdate.objects.order_by("pk").values_list("status", "comment", "action_id"))


def three(actions):
    return [("completed", text, action.pk) for text, action in zip(SENTENCES, actions, strict=True)]


def test_three_updates_by_keyboard(page: Page, home, actions):
    page.goto(home)
    begun = time.monotonic()
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    for number, sentence in enumerate(SENTENCES):
        line = page.locator(f"#a{actions[number].pk}")
        expect(line.get_by_role("radio").first).to_be_focused()
        for _step in range(3):
            page.keyboard.press("ArrowDown")
        expect(line.get_by_role("radio", name="Completed")).to_be_checked()
        page.keyboard.press("Tab")
        page.keyboard.type(sentence)
        page.keyboard.press("Tab" if number else "Control+Enter")
        if number:
            page.keyboard.press("Enter")
        expect(line.locator(".said")).to_contain_text(sentence)
    expect(page.get_by_text("All told. Thank you.")).to_be_focused()
    expect(page.get_by_text("3 of 3 told")).to_be_visible()
    assert time.monotonic() - begun < 30
    assert told() == three(actions)


@pytest.mark.parametrize("script", [True, False])
def test_three_updates_by_thumb_from_the_link(browser: Browser, live_server, person, actions, script):
    context = browser.new_context(
        viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True, java_script_enabled=script
    )
    page = context.new_page()
    page.set_default_timeout(8000)
    url = report_links.issue([person.pk], now=timezone.now())[person.pk]
    page.goto(live_server.url + url[url.index("/my-actions") :])
    page.get_by_role("button", name="Open my actions").tap()
    page.locator("summary").first.tap()
    for action, sentence in zip(actions, SENTENCES, strict=True):
        line = page.locator(f"#a{action.pk}")
        line.get_by_text("Completed", exact=True).tap()
        line.get_by_label("In a sentence").fill(sentence)
        line.get_by_role("button", name="Save, and on").tap()
        expect(page.locator(f"#a{action.pk} .said")).to_contain_text(sentence)
    expect(page.get_by_text("All told. Thank you.").first).to_be_visible()
    assert told() == three(actions)
    assert set(ProgressUpdate.objects.values_list("channel", flat=True)) == {"link"}
    page.get_by_role("button", name="Withdraw this link").tap()
    expect(page.get_by_text("The link is withdrawn.")).to_be_visible()
    context.close()


def test_what_is_told_while_the_line_is_cut_is_sent_once_and_in_order(
    page: Page, context: BrowserContext, home, actions
):
    page.goto(home)
    page.locator("summary").first.click()
    context.set_offline(True)
    for action, sentence in list(zip(actions, SENTENCES, strict=True))[:2]:
        line = page.locator(f"#a{action.pk}")
        line.get_by_role("radio", name="Completed").check()
        line.get_by_label("In a sentence").fill(sentence)
        line.get_by_role("button", name="Save, and on").click()
        expect(line.get_by_text("Waiting to be sent").first).to_be_visible()
    expect(page.get_by_text("No connection.")).to_be_visible()
    third = page.locator(f"#a{actions[2].pk}")
    third.get_by_label("In a sentence").fill("Not finished ty")
    assert told() == []

    context.set_offline(False)
    expect(page.get_by_text("2 of 3 told")).to_be_visible()
    expect(page.get_by_text("No connection.")).to_have_count(0)
    assert told() == three(actions)[:2]
    page.reload()
    page.locator(f"#a{actions[2].pk} summary").click()
    expect(third.get_by_label("In a sentence")).to_have_value("Not finished ty")
    expect(third.get_by_text("You had typed this before.").first).to_be_visible()


def test_an_answer_that_got_lost_is_asked_for_again_and_saves_nothing_twice(page: Page, home, actions):
    page.goto(home)
    lost = []

    def lose_the_answer(route):
        route.fetch()
        lost.append(route)
        route.abort()

    page.route("**/my-actions/*/", lose_the_answer, times=1)
    page.locator("summary").first.click()
    line = page.locator(f"#a{actions[0].pk}")
    line.get_by_label("In a sentence").fill(SENTENCES[0])
    line.get_by_role("button", name="Save, and on").click()
    expect(page.get_by_text("No connection.")).to_be_visible()
    assert len(told()) == len(lost) == 1
    page.reload()
    expect(page.get_by_text("1 of 3 told")).to_be_visible()
    expect(page.get_by_text("Waiting to be sent")).to_have_count(0)
    assert len(told()) == 1


def test_a_link_that_ends_while_one_types_loses_nothing(
    page: Page, context: BrowserContext, live_server, person, actions
):
    url = report_links.issue([person.pk], now=timezone.now())[person.pk]
    page.goto(live_server.url + url[url.index("/my-actions") :])
    page.get_by_role("button", name="Open my actions").click()
    page.locator("summary").first.click()
    line = page.locator(f"#a{actions[0].pk}")
    line.get_by_label("In a sentence").fill(SENTENCES[0])
    report_links.withdraw(person, by=None, now=timezone.now())
    line.get_by_role("button", name="Save, and on").click()
    expect(page.get_by_text("This link was withdrawn.")).to_be_visible()
    expect(page.get_by_role("button", name="Mail me a new link")).to_be_visible()
    expect(line.get_by_label("In a sentence")).to_have_value(SENTENCES[0])
    assert told() == []
    sign_in(context, live_server, person)
    page.get_by_role("link", name="Sign in", exact=True).click()
    expect(page.get_by_text("1 of 3 told")).to_be_visible()
    assert told() == [("", SENTENCES[0], actions[0].pk)]


def test_who_was_overtaken_meets_the_other_word_and_adds_their_own(page: Page, home, actions):
    page.goto(home)
    page.locator("summary").first.click()
    line = page.locator(f"#a{actions[0].pk}")
    line.get_by_label("In a sentence").fill(SENTENCES[0])
    ProgressUpdate.objects.create(
        action=actions[0], as_of=timezone.localdate(), reported_at=timezone.now(),
        reported_by=make.user("Bo Lind"), comment="Theirs.",
    )  # fmt: skip
    line.get_by_role("button", name="Save, and on").click()
    expect(line.get_by_text("Theirs.")).to_be_visible()
    expect(line.get_by_role("alert")).to_be_focused()
    line.get_by_role("button", name="Save mine as well").click()
    expect(page.get_by_text("1 of 3 told")).to_be_visible()
    assert [comment for _status, comment, _action in told()] == ["Theirs.", SENTENCES[0]]


def test_300_actions_come_as_one_goes_on(page: Page, home, person, actions):
    for _one in range(25):
        make.action(actions[0].answer, lead=person)
    page.goto(home)
    expect(page.locator(".line")).to_have_count(20)
    page.get_by_role("link", name="Show more of the other 8").click()
    expect(page.locator(".line")).to_have_count(28)
    expect(page.locator("#more")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 320])
def test_every_page_passes_axe_and_fits_the_screen(browser: Browser, live_server, person, actions, width):
    ActionParty.objects.create(action=make.action(), name="x", person=person, part="support")
    path = report_links.issue([person.pk], now=timezone.now())[person.pk]
    path = path[path.index("/my-actions") :]
    phone = browser.new_context(viewport={"width": width, "height": 800})
    page = phone.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(live_server.url + path)
    inspect(page, f"my-actions-open-{width}")
    page.get_by_role("button", name="Open my actions").click()
    page.locator("summary").first.click()
    inspect(page, f"my-actions-link-{width}")
    page.get_by_label("No longer applicable").first.check()
    page.get_by_label("In a sentence").first.fill("x" * 90)
    page.get_by_role("button", name="Save, and on").first.click()
    expect(page.get_by_text("Choose why it is no longer done")).to_be_visible()
    inspect(page, f"my-actions-refused-{width}")
    page.get_by_label("Completed").first.check()
    page.get_by_role("button", name="Save, and on").first.click()
    expect(page.get_by_text("1 of 3 told")).to_be_visible()
    inspect(page, f"my-actions-told-{width}")
    said = [text for text in said if "422" not in text]
    assert said == []

    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(live_server.url + path)
    inspect(page, f"my-actions-other-browser-{width}")
    sign_in(context, live_server, person)
    for name, address in (("home", "/my-actions/"), ("links", "/profile/report-links/"), ("work", "/")):
        page.goto(live_server.url + address)
        inspect(page, f"my-actions-{name}-{width}")
    phone.close()
    context.close()
