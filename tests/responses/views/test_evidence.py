"""The pages of evidence: uploading, opening, enlarging, removing; for whom, and against whom."""

import re
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from evaltrack import files, inspection, stores
from evaltrack.models import StoredFile
from evaltrack.roles import Role
from responses.models import Evidence, ProgressUpdate
from tests import factories as make
from tests import files as samples
from tests.people import FIVE, five

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings, tmp_path, time_machine):
    time_machine.move_to(make.NOW)
    settings.STORAGES = {**settings.STORAGES, "default": stores.storage("", tmp_path)}


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def people(office):
    return five(office)


@pytest.fixture
def owner(people):
    return people["action owner"]


@pytest.fixture
def action(office, owner):
    """Of priority 1, where the profile wants evidence for what is completed."""
    evaluation = make.evaluation([office], profile_slug="plain")
    recommendation = make.recommendation(evaluation, priority=1)
    return make.action(make.answer(recommendation, decision="accepted"), lead=owner)


def upload(content=b"", name="minutes.pdf"):
    return SimpleUploadedFile(name, content or samples.pdf(), "application/x-whatever")


def posted(*uploads, **values):
    today = timezone.localdate().isoformat()
    return {"status": "completed", "comment": "All signed.", "as_of": today, "files": list(uploads), **values}


@pytest.fixture
def evidence(client, owner, action):
    client.force_login(owner)
    answer = client.post(reverse("action_report", args=[action.pk]), posted(upload()))
    assert answer.status_code == 302, answer.content.decode()
    return Evidence.objects.get()


def got(client, url, **how):
    """The answer with its bytes, read to the end, at which it is closed."""
    answer = client.get(url, **how)
    answer.whole = b"".join(answer) if answer.streaming else answer.content
    return answer


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode()).replace("\xa0", " ")


# Attaching -----------------------------------------------------------------------------------------------


def test_a_report_with_files_and_a_link(client, owner, action):
    client.force_login(owner)
    data = posted(upload(), upload(samples.picture(), "photo.png"), link="https://example.org/minutes")
    page = text_of(client.post(reverse("action_report", args=[action.pk]), data, follow=True))
    for words in ("minutes.pdf", "photo.png", 'href="https://example.org/minutes" rel="noopener noreferrer'):
        assert words in page


def test_what_was_uploaded_stays_when_the_report_is_refused(client, owner, action):
    client.force_login(owner)
    url = reverse("action_report", args=[action.pk])
    refused = client.post(url, posted(upload(), as_of="2027-01-01"))
    assert refused.status_code == 422
    token = re.search(r'name="kept" value="([^"]+)" checked', refused.content.decode())
    assert token
    assert client.post(url, posted(kept=token[1])).status_code == 302
    assert Evidence.objects.get().name == "minutes.pdf"


def test_what_another_person_uploaded_is_not_taken_from_their_form(client, people, owner, action):
    url = reverse("action_report", args=[action.pk])
    client.force_login(owner)
    token = re.search(
        r'name="kept" value="([^"]+)"', client.post(url, posted(upload(), as_of="x")).content.decode()
    )
    assert token
    client.force_login(people["officer of the office"])
    for kept in (token[1], "nonsense", ""):
        assert client.post(url, posted(kept=kept)).status_code == 422
    assert not Evidence.objects.exists()


def test_without_what_is_needed_the_form_says_so_before_and_after(client, owner, action):
    client.force_login(owner)
    assert "Needed for: Completed." in text_of(client.get(reverse("action", args=[action.pk])))
    answer = client.post(reverse("action_report", args=[action.pk]), posted())
    assert answer.status_code == 422
    assert "needs evidence here" in text_of(answer)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"<svg onload='alert(1)'/>", "logo.svg", "can run programs"),
        (b"<html><script>alert(1)</script>", "minutes.pdf", "can run programs"),
        (b"a" * 1_200_000, "long.txt", "too large: a file may have up to 1.0 MB"),
        (b"a" * 5_000_000, "long.txt", "too large: a file may have up to 1.0 MB"),
    ],
)
def test_what_is_refused_gets_a_sentence_at_the_field(client, owner, action, settings, content, name, words):
    settings.MAX_UPLOAD_MB = 1
    client.force_login(owner)
    answer = client.post(reverse("action_report", args=[action.pk]), posted(upload(content, name)))
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not ProgressUpdate.objects.exists()
    assert not StoredFile.objects.exists()


def test_an_empty_file_is_refused(client, owner, action):
    client.force_login(owner)
    empty = SimpleUploadedFile("empty.pdf", b"")
    answer = client.post(reverse("action_report", args=[action.pk]), posted(empty))
    assert "is empty" in text_of(answer)


def test_evidence_is_added_to_a_report_that_is_there(client, owner, action, evidence):
    url = reverse("evidence_attach", args=[evidence.update_id])
    assert "All signed." in text_of(client.get(url))
    assert "Choose a file, or give a link." in text_of(client.post(url, {}))
    page = text_of(client.post(url, {"link": "https://example.org/b"}, follow=True))
    assert "Attached: example.org/b" in page
    other = make.action(action.answer, lead=owner)
    page = text_of(client.post(reverse("action_report", args=[other.pk]), posted(upload()), follow=True))
    assert "is already attached to key action 1.1, by Arlo Quist on 2 March 2026." in page


# Opening -------------------------------------------------------------------------------------------------


def test_it_comes_to_be_saved_and_never_to_be_run(client, evidence):
    answer = got(client, reverse("evidence", args=[evidence.pk]))
    assert answer.whole == samples.pdf()
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="minutes.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Length"] == str(len(samples.pdf()))
    assert "private" in answer.headers["Cache-Control"]
    has = {"If-None-Match": answer.headers["ETag"]}
    again = got(client, reverse("evidence", args=[evidence.pk]), headers=has)
    assert (again.status_code, again.whole) == (304, b"")


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ('say "hi" \\o/.pdf', 'attachment; filename="o_.pdf"'),
        ("réunion.pdf", f"attachment; filename*=utf-8''{quote('réunion.pdf')}"),
        ("a\r\nSet-Cookie: b=c.pdf", 'attachment; filename="a Set-Cookie: b=c.pdf"'),
        ("gpj\u202efdp.pdf", 'attachment; filename="gpj fdp.pdf"'),
    ],
)
def test_its_name_can_do_nothing_to_the_answer(client, evidence, name, sent):
    Evidence.objects.update(name=name)
    answer = got(client, reverse("evidence", args=[evidence.pk]))
    header = answer.headers["Content-Disposition"]
    assert "\n" not in header
    assert "Set-Cookie" not in answer.headers
    if "\\" not in name:
        assert header == sent


def test_a_picture_of_it_is_shown_on_the_page(client, action, evidence):
    assert got(client, reverse("evidence_small", args=[evidence.pk])).status_code == 404  # not made yet
    inspection.inspect(now=timezone.now())
    page = client.get(reverse("action", args=[action.pk])).content.decode()
    assert reverse("evidence_small", args=[evidence.pk]) in page
    answer = got(client, reverse("evidence_large", args=[evidence.pk]))
    assert (answer.headers["Content-Type"], answer.whole[8:12]) == ("image/webp", b"WEBP")
    assert "attachment" not in answer.headers.get("Content-Disposition", "")


def test_until_it_is_found_clean_only_who_attached_it_gets_it(
    client, people, owner, action, evidence, settings
):
    settings.CLAMD_URL = "tcp://127.0.0.1:9"
    StoredFile.objects.update(scan="waiting")
    url = reverse("evidence", args=[evidence.pk])
    assert got(client, url).status_code == 200
    client.force_login(people["evaluation unit"])
    assert got(client, url).status_code == 403
    page = text_of(client.get(reverse("action", args=[action.pk])))
    assert "Being checked for malware." in page
    assert url not in re.findall(r'href="([^"]+)"', page)
    StoredFile.objects.update(scan_says="-")
    assert "could not check it yet" in text_of(client.get(reverse("action", args=[action.pk])))
    StoredFile.objects.update(scan="infected", scan_says="Eicar")
    for person in (owner, people["evaluation unit"]):
        client.force_login(person)
        assert got(client, url).status_code == 404
    assert "Malware was found in it (Eicar)" in text_of(client.get(reverse("action", args=[action.pk])))


def test_what_the_store_has_lost_is_not_found(client, evidence, caplog):
    files.discard_bytes(evidence.file)
    assert got(client, reverse("evidence", args=[evidence.pk])).status_code == 404


@pytest.mark.parametrize("who", FIVE)
def test_who_opens_attaches_and_removes(client, people, evidence, who):
    person = people[who]
    client.force_login(person)
    sees = who != "officer elsewhere"
    reports = who in ("evaluation unit", "officer of the office", "action owner")
    wanted = (200, 200, 200) if reports else (200, 403, 403) if sees else (404, 404, 404)
    addresses = (
        ("evidence", evidence.pk),
        ("evidence_attach", evidence.update_id),
        ("evidence_remove", evidence.pk),
    )
    assert tuple(got(client, reverse(name, args=[pk])).status_code for name, pk in addresses) == wanted


def test_who_sees_another_evaluation_gets_nothing_by_its_number(client, evidence):
    stranger = make.member(Role.ME_OFFICER, make.office("Ruritania"))
    client.force_login(stranger)
    for name in ("evidence", "evidence_small", "evidence_large", "evidence_remove"):
        assert client.get(reverse(name, args=[evidence.pk])).status_code == 404
    assert client.post(reverse("evidence_restore", args=[evidence.pk])).status_code == 404
    assert client.post(reverse("evidence_attach", args=[evidence.update_id])).status_code == 404


# Removing ------------------------------------------------------------------------------------------------


def test_removing_and_bringing_back(client, people, owner, action, evidence):
    url = reverse("evidence_remove", args=[evidence.pk])
    assert "all there is" in text_of(client.post(url, {"reason": "Wrong."}))
    client.post(reverse("evidence_attach", args=[evidence.update_id]), {"link": "https://example.org/b"})
    assert "This field is required." in text_of(client.post(url, {}))
    page = text_of(client.post(url, {"reason": "The wrong meeting."}, follow=True))
    assert "The history can bring it back." in page
    assert got(client, reverse("evidence", args=[evidence.pk])).status_code == 404
    history = client.get(reverse("history_action", args=[action.pk])).content.decode()
    assert "removed evidence from" in history
    assert "The wrong meeting." in history
    back = re.search(r'action="(/history/\d+/bring-back/)"', history)
    assert back
    client.post(back[1])
    assert got(client, reverse("evidence", args=[evidence.pk])).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_takes_the_same_number_of_queries(
    client, owner, action, evidence, rows, django_assert_num_queries, django_assert_max_num_queries
):
    for number in range(rows - 1):
        content = samples.picture(size=(30 + number, 20))
        data = posted(upload(content, f"{number}.png"), status="in_progress")
        client.post(reverse("action_report", args=[action.pk]), data)
    client.get(reverse("action", args=[action.pk]))
    with django_assert_max_num_queries(60) as one:
        client.get(reverse("action", args=[action.pk]))
    counted = len([query for query in one.captured_queries if '"responses_evidence"' in query["sql"]])
    assert counted == 2  # what is attached, and whether more is needed
