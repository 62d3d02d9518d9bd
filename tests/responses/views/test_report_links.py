"""What a link in a digest opens, for whom, and what it never does."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evaltrack import people
from evaltrack.models import Mail, Part
from evaltrack.roles import Role
from responses import report_links
from responses.models import ActionParty, LinkUse, ProgressUpdate, ReportLink
from responses.report_links import Use
from tests import factories as make

pytestmark = pytest.mark.django_db

PHONE = "Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0"
SAID = {"status": "completed", "comment": "All signed.", "key": "0b0f0e1c-key", "seen": "0"}


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to(make.NOW, tick=False)


@pytest.fixture
def person():
    return make.user("Arlo Quist")


@pytest.fixture
def action(person):
    return make.action(lead=person, text="Agree with the committees.")


@pytest.fixture
def path(person, settings):
    url = report_links.issue([person.pk], now=timezone.now())[person.pk]
    return url.removeprefix(settings.BASE_URL)


@pytest.fixture
def phone():
    return Client(headers={"User-Agent": PHONE})


@pytest.fixture
def opened(phone, path):
    assert phone.post(path).status_code == 302
    return phone


def read(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def uses():
    return list(LinkUse.objects.order_by("pk").values_list("what", flat=True))


def tell(client, path, action, **more):
    return client.post(f"{path}actions/{action.pk}/", {**SAID, **more})


# Opening -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_mail_scanner_opens_nothing(phone, path, action, method):
    response = getattr(Client(), method)(path)
    page = read(response)
    assert not response.cookies
    assert action.text not in page
    link = ReportLink.objects.get()
    assert (link.bound_to, link.opened_at, uses()) == ("", None, [])
    assert phone.post(path).status_code == 302


@pytest.mark.parametrize("https", [False, True])
def test_the_button_binds_it_to_this_browser(phone, path, action, settings, https):
    settings.SESSION_COOKIE_SECURE = https
    assert "Open my actions" in read(phone.get(path))
    answer = phone.post(path)
    cookie = answer.cookies["report_browser"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/my-actions/")
    assert bool(cookie["secure"]) is https
    assert cookie.value not in str(ReportLink.objects.values().get())
    page = read(phone.get(answer.headers["Location"]))
    assert action.text in page
    assert uses() == [Use.OPENED, Use.LOOKED]
    assert set(LinkUse.objects.values_list("browser", flat=True)) == {"Firefox on Android"}


def test_another_browser_is_told_so_and_learns_nothing(opened, path, action):
    other = Client()
    for response in (other.get(path), other.post(path), tell(other, path, action)):
        page = read(response, 403)
        assert "opened in another browser" in page
        assert action.text not in page
        assert "Arlo" not in page
    assert not ProgressUpdate.objects.exists()
    assert uses() == [Use.OPENED] + 3 * [Use.OTHER_BROWSER]


def test_a_browser_opens_several_links_and_keeps_them_all(opened, path, person, settings):
    url = report_links.issue([person.pk], now=timezone.now())[person.pk].removeprefix(settings.BASE_URL)
    opened.post(url)
    for one in (path, url):
        assert "There is nothing to tell." in read(opened.get(one))


def test_a_cookie_made_up_by_someone_opens_nothing(path):
    planted = Client()
    planted.cookies["report_browser"] = "x"
    planted.post(path)
    assert planted.cookies["report_browser"].value != "x"


@pytest.mark.parametrize("token", ["x", "1.abc", "9" * 300, "%00", "<script>", "1.é"])
def test_what_is_no_link_leads_nowhere(client, token):
    for address in ("report_link", "report_link_anew", "report_link_close"):
        response = client.post(reverse(address, args=[token]))
        assert response.status_code == 404
        assert "<script>" not in response.content.decode()


def test_nothing_is_kept_and_no_referrer_sent(opened, path, action):
    for response in (
        Client().get(path),
        opened.get(path),
        tell(opened, path, action),
        opened.get("/my-actions/link/x/"),
    ):
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"


# What it shows and does ----------------------------------------------------------------------------------


def test_telling_by_link_is_the_persons_report_and_says_how_it_came(opened, path, person, action):
    answer = tell(opened, path, action)
    assert answer.headers["Location"] == f"{path}?told={action.pk}#told"
    update = ProgressUpdate.objects.get()
    assert (update.reported_by, update.channel) == (person, "link")
    assert LinkUse.objects.latest("pk").what == Use.TOLD
    assert LinkUse.objects.latest("pk").action == action


def somebody_elses(person):
    return make.action(lead=make.user())


def only_supported(person):
    action = make.action()
    ActionParty.objects.create(action=action, name="x", person=person, part=Part.SUPPORT)
    return action


def handed_over(person):
    action = make.action(lead=person)
    ActionParty.objects.filter(action=action).update(person=make.user())
    return action


@pytest.mark.parametrize("which", [somebody_elses, only_supported, handed_over])
def test_what_the_person_does_not_lead_now_is_not_there(opened, path, person, action, which):
    other = which(person)
    page = read(opened.get(path))
    assert f'id="a{action.pk}"' in page
    assert f'id="a{other.pk}"' not in page
    assert tell(opened, path, other).status_code == 404
    assert LinkUse.objects.latest("pk").what == Use.NOT_LED
    assert not ProgressUpdate.objects.exists()


def test_it_signs_nobody_in(opened, path, action):
    opened.get(path)
    for address in (
        "/",
        "/my-actions/",
        f"/actions/{action.pk}/",
        "/profile/report-links/",
        f"/my-actions/{action.pk}/",
    ):
        assert opened.get(address).headers["Location"].startswith("/accounts/login/"), address
    assert opened.post(f"/my-actions/{action.pk}/", SAID).headers["Location"].startswith("/accounts/login/")
    assert "sessionid" not in opened.cookies
    assert 'href="/actions/' not in read(opened.get(path))


def test_who_manages_everything_reports_by_link_only_on_what_they_lead(phone, settings, action):
    boss = make.user("Boss", is_superuser=True)
    path = report_links.issue([boss.pk], now=timezone.now())[boss.pk].removeprefix(settings.BASE_URL)
    phone.post(path)
    assert action.text not in read(phone.get(path))
    assert tell(phone, path, action).status_code == 404


def test_the_page_speaks_the_persons_language(opened, path, person):
    people.change_person(person, by=None, today=timezone.localdate(), language="fr")
    assert '<html lang="fr">' in read(opened.get(path))


# No longer good ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [False, True])
@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("over", "they are over"),
        ("withdrawn", "This link was withdrawn."),
        ("closed", "This link was withdrawn."),
        ("password", "the password or the address"),
    ],
)
def test_a_link_that_ends_while_one_types_gives_the_text_back(
    opened, path, person, action, time_machine, what, sentence, script
):
    if what == "over":
        time_machine.move_to(make.NOW + timedelta(days=14))
    elif what == "withdrawn":
        report_links.withdraw(person, by=person, now=make.NOW)
    elif what == "closed":
        ActionParty.objects.all().delete()
        people.deactivate(person, by=None, today=make.NOW.date())
    else:
        person.set_password("another horse")
        person.save()
    headers = {"X-Requested-With": "fetch"} if script else {}
    page = read(opened.post(f"{path}actions/{action.pk}/", SAID, headers=headers), 410)
    assert sentence in page
    assert 'href="/accounts/login/?next=/my-actions/"' in page
    assert f'action="{path}anew/"' in page
    assert ("All signed." in page) is not script  # with a script it is still in the page that sent it
    assert not ProgressUpdate.objects.exists()
    assert read(opened.get(path), 410)


def test_a_new_link_is_mailed_to_the_same_person_wherever_it_is_asked_for(opened, path, person):
    stranger = Client()
    said = read(stranger.post(f"{path}anew/"))
    assert Mail.objects.get().to == person.email
    assert person.email not in said
    people.deactivate(person, by=None, today=make.NOW.date())
    assert read(stranger.post(f"{path}anew/")) == said
    assert Mail.objects.count() == 1
    assert stranger.get(f"{path}anew/").status_code == 405


def test_asking_for_new_links_has_an_end(path):
    answers = [Client().post(f"{path}anew/").status_code for _time in range(4)]
    assert answers == [200, 200, 200, 429]


def test_the_reader_withdraws_it_on_its_page(opened, path):
    assert "Withdraw this link" in read(opened.get(path))
    assert Client().post(f"{path}close/").status_code == 403
    assert "withdrawn" in read(opened.post(f"{path}close/"))
    assert "withdrawn" in read(opened.get(path), 410)


def test_one_nobody_opened_is_withdrawn_from_the_mail(path):
    client = Client()
    assert client.post(f"{path}close/").status_code == 200
    assert client.post(path).status_code == 410
    assert not ReportLink.objects.get().bound_to


# Looking back --------------------------------------------------------------------------------------------


def test_the_person_sees_what_was_done_with_it_and_withdraws_it(opened, path, person, action, client):
    tell(opened, path, action)
    client.force_login(person)
    page = read(client.get(reverse("report_links")))
    for words in ("Firefox on Android", "reported", action.text, "in use"):
        assert words in page
    link = ReportLink.objects.get()
    assert client.post(reverse("report_links"), {"link": link.pk}).status_code == 302
    assert opened.get(path).status_code == 410
    assert "withdrawn" in read(client.get(reverse("report_links")))


@pytest.mark.parametrize("named", ["999999", "x", "9" * 40, "٣"])
def test_nobody_withdraws_a_link_that_is_not_theirs(path, client, named):
    client.force_login(make.user())
    assert client.post(reverse("report_links"), {"link": named}).status_code == 404
    link = ReportLink.objects.get()
    assert client.post(reverse("report_links"), {"link": link.pk}).status_code == 404
    link.refresh_from_db()
    assert link.revoked_at is None


@pytest.mark.parametrize(
    ("role", "where", "status"),
    [
        (Role.ADMINISTRATOR, "here", 200),
        (Role.ADMINISTRATOR, "elsewhere", 403),
        (Role.COORDINATOR, "here", 403),
    ],
)
def test_who_manages_the_account_sees_and_withdraws_its_links(path, person, client, role, where, status):
    here = make.office()
    person.memberships.create(office=here, role=Role.ACTION_OWNER)
    client.force_login(make.member(role, here if where == "here" else make.office()))
    address = reverse("person_report_links", args=[person.pk])
    assert client.get(address).status_code == status
    assert client.post(address).status_code == (302 if status == 200 else status)
    assert bool(ReportLink.objects.get().revoked_at) is (status == 200)


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(person, client, count, django_assert_num_queries):
    client.force_login(person)
    for _one in range(count):
        report_links.issue([person.pk], now=timezone.now())
    for link in ReportLink.objects.all():
        report_links.note(link, Use.TOLD, now=make.NOW, browser="Firefox", action=make.action())
    client.get(reverse("report_links"))
    with django_assert_num_queries(8):  # links, uses, actions, and what every page asks
        client.get(reverse("report_links"))


@pytest.mark.parametrize("count", [1, 3, 30])
def test_the_page_behind_the_link_asks_as_often_for_many(
    opened, path, person, count, django_assert_num_queries
):
    for _one in range(count):
        make.action(lead=person)
    opened.get(path)
    with django_assert_num_queries(7):  # the link and its reader, the use put down, five for the lines
        opened.get(path)


def test_an_administrator_reads_of_no_action_they_may_not_see(opened, path, person, action, client):
    tell(opened, path, action)
    here = make.office()
    person.memberships.create(office=here, role=Role.ACTION_OWNER)
    client.force_login(make.member(Role.ADMINISTRATOR, here))
    page = read(client.get(reverse("person_report_links", args=[person.pk])))
    assert "reported" in page
    assert action.text not in page
