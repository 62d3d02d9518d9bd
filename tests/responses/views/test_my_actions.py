"""My actions, signed in: one light page, from one line to the next, with and without a script."""

import gzip
import re
from html import unescape
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from evaltrack import stores
from evaltrack.models import Part
from responses import my_actions
from responses.models import ActionParty, ProgressUpdate
from tests import factories as make
from tests import files as samples

pytestmark = pytest.mark.django_db

HOME = "/my-actions/"
SCRIPT = {"X-Requested-With": "fetch"}
KEY = "0b0f0e1c-key-of-the-browser"
WORDS = "Agree with the committee of each water point who keeps the pump and who pays for the spare parts. "


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to(make.NOW, tick=False)


@pytest.fixture
def person(client):
    person = make.user("Arlo Quist")
    client.force_login(person)
    return person


@pytest.fixture
def action(person):
    return make.action(lead=person, due=timezone.localdate())


def said(**more):
    return {"status": "completed", "comment": "All signed.", "key": KEY, "seen": "0", **more}


def send(client, action, *, script=False, **more):
    headers = SCRIPT if script else {}
    return client.post(f"{HOME}{action.pk}/", said(**more), headers=headers)


def read(response, status=200):
    assert response.status_code == status
    return unescape(response.content.decode())


def shown(page):
    return [int(pk) for pk in re.findall(r'<li id="a(\d+)"', page)]


def test_the_page_is_empty_where_nothing_is_to_be_told(client, person):
    assert "There is nothing to tell." in read(client.get(HOME))


def test_told_and_on_to_the_next_without_a_script(client, person, action):
    second = make.action(lead=person)
    answer = send(client, action)
    assert answer.headers["Location"] == f"{HOME}?open={second.pk}&told={action.pk}#a{second.pk}"
    page = read(client.get(answer.headers["Location"]))
    assert shown(page) == [second.pk, action.pk]
    assert re.search(rf'id="a{second.pk}".*?<details name="line" open>.*?autofocus', page, re.S)
    assert '<b id="told-count">1</b> of <b id="count">2</b> told' in page
    assert "Saved: 1.1." in page
    last = send(client, second, key="another-key")
    assert "All told. Thank you." in read(client.get(last.headers["Location"]))


def test_a_form_sent_twice_is_one_update(client, action):
    for _time in range(2):
        assert send(client, action).status_code == 302
    assert ProgressUpdate.objects.count() == 1


def test_what_was_told_is_changed_from_its_line(client, action):
    send(client, action)
    update = ProgressUpdate.objects.get()
    assert f'name="changes" value="{update.pk}"' in read(client.get(HOME))
    send(client, action, status="ongoing", comment="Not quite.", changes=update.pk, key="another-key")
    update.refresh_from_db()
    assert (update.status, update.comment) == ("ongoing", "Not quite.")
    assert ProgressUpdate.objects.count() == 1


@pytest.mark.parametrize("of", ["another person", "another action"])
def test_nobody_changes_an_update_that_is_not_theirs_or_not_of_this(client, person, action, of):
    other = make.action(lead=person) if of == "another action" else action
    by = make.user() if of == "another person" else person
    update = ProgressUpdate.objects.create(
        action=other, as_of=timezone.localdate(), reported_at=make.NOW, reported_by=by, comment="Theirs."
    )
    assert send(client, action, changes=update.pk).status_code == 404
    update.refresh_from_db()
    assert update.comment == "Theirs."


@pytest.mark.parametrize("script", [False, True])
@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"status": "", "comment": "  "}, "Choose a status or say in a sentence how it stands."),
        ({"status": "painted"}, "“painted” is not a status here."),
        ({"status": "no_longer_applicable", "comment": "Mine\nyours"}, "Choose why it is no longer done"),
        ({"key": "'><script>"}, "Enter a valid value."),
        ({"seen": "x"}, "Enter a whole number."),
        ({"comment": "x" * 5001}, "at most 5000 characters"),
    ],
)
def test_what_cannot_be_saved_says_why_and_keeps_what_was_typed(client, action, sent, sentence, script):
    answer = send(client, action, script=script, **sent)
    page = read(answer, 422)
    assert sentence in page
    assert sent.get("comment", "All signed.") in page
    assert b"<script>" not in answer.content
    assert ("<html" in page) is not script
    assert not ProgressUpdate.objects.exists()


@pytest.mark.parametrize("script", [False, True])
def test_who_was_overtaken_sees_both_and_saves_theirs_as_well(client, action, script):
    other = make.user("Bo Lind")
    update = ProgressUpdate.objects.create(
        action=action, as_of=timezone.localdate(), reported_at=make.NOW, reported_by=other,
        status="ongoing", comment="Half of them.",
    )  # fmt: skip
    page = read(send(client, action, script=script), 409)
    for words in ("Bo Lind", "Half of them.", "All signed.", "Save mine as well", f'value="{update.pk}"'):
        assert words in page
    assert send(client, action, seen=update.pk).status_code == 302
    assert action.updates.count() == 2


def test_a_script_gets_the_line_and_how_many_are_told(client, action):
    page = read(send(client, action, script=True))
    assert shown(page) == [action.pk]
    assert 'data-told="1" data-count="1"' in page
    assert "Change what you said" in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_persons_action_is_not_there(client, person, method):
    other = make.action(lead=make.user())
    assert getattr(client, method)(f"{HOME}{other.pk}/", said()).status_code == 404
    assert getattr(client, method)(f"{HOME}999999/", said()).status_code == 404


def test_who_signs_in_again_finds_the_line_open(client, action):
    assert client.get(f"{HOME}{action.pk}/").headers["Location"] == f"{HOME}?open={action.pk}#a{action.pk}"
    client.logout()
    assert send(client, action, script=True).status_code == 401
    assert send(client, action).headers["Location"] == f"/accounts/login/?next={HOME}{action.pk}/"


def test_hostile_text_stays_text(client, person):
    make.action(lead=person, text="<script>alert(1)</script> <b>x</b>")
    page = client.get(HOME).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


# Light ---------------------------------------------------------------------------------------------------


def many(person, count):
    answer = make.answer(decision="accepted")
    for _one in range(count):
        make.action(answer, lead=person, text=WORDS * 5, due=timezone.localdate())


def test_the_first_view_weighs_less_than_60_kb_with_300_actions(client, person):
    many(person, 300)
    response = client.get(HOME, headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    page = gzip.decompress(response.content).decode()
    files = re.findall(r'(?:href|src)="/static/([^"]+)"', page)
    assert sorted(files) == ["evaltrack/favicon.svg", "evaltrack/my-actions.css", "evaltrack/my-actions.js"]
    raw = [Path(str(finders.find(name))).read_bytes() for name in files]
    over_the_wire = len(response.content) + sum(len(gzip.compress(one)) for one in raw)
    assert over_the_wire < 25_000  # it is some 10 KB; the promise is 60
    assert len(response.content) + sum(map(len, raw)) < 60_000  # though a server pack no static files


def test_300_actions_come_twenty_at_a_time(client, person):
    many(person, 45)
    first = read(client.get(HOME))
    assert len(shown(first)) == my_actions.AT_ONCE
    assert f'href="{HOME}?from=20"' in first
    second = read(client.get(f"{HOME}?from=20"))
    part = read(client.get(f"{HOME}?from=40", headers=SCRIPT))
    assert "<html" not in part
    assert len({*shown(first), *shown(second), *shown(part)}) == 45
    assert shown(read(client.get(f"{HOME}?from=45", headers=SCRIPT))) == []
    for odd in ("999", "-1", "x", "٣", "9" * 40):
        assert shown(read(client.get(HOME, {"from": odd}))) == shown(first)
    opened = read(client.get(f"{HOME}?open={shown(second)[3]}"))
    assert shown(opened) == shown(second)


@pytest.mark.parametrize("count", [1, 3, 30])
def test_the_number_of_queries_does_not_grow(client, person, count, django_assert_num_queries):
    many(person, count)
    for number in range(count):
        helped = make.action()
        ActionParty.objects.create(action=helped, name="x", person=person, part=Part.SUPPORT)
        if number % 2:
            ProgressUpdate.objects.create(
                action=helped, as_of=timezone.localdate(), reported_at=make.NOW, reported_by=person
            )
    client.get(HOME)
    with django_assert_num_queries(7):  # session and person among them
        client.get(HOME)


def test_where_evidence_is_wanted_a_file_goes_with_the_line(client, person, settings, tmp_path):
    settings.STORAGES = {**settings.STORAGES, "default": stores.storage("", tmp_path)}
    evaluation = make.evaluation(profile_slug="plain")
    answer = make.answer(make.recommendation(evaluation, priority=1), decision="accepted")
    action = make.action(answer, lead=person, due=timezone.localdate())
    assert 'type="file"' in read(client.get(HOME))
    refused = read(send(client, action, file=SimpleUploadedFile("minutes.pdf", b"<svg/>")), 422)
    assert "minutes.pdf" in refused
    assert send(client, action, file=SimpleUploadedFile("minutes.pdf", samples.pdf())).status_code == 302
    update = ProgressUpdate.objects.get(action=action)
    assert (update.comment, update.evidence.get().name) == ("All signed.", "minutes.pdf")
