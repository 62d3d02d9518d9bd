"""The versions of a response and any two of them side by side: what is shown, and to whom."""

import re

import pytest
from django.urls import reverse

from responses import actions, answers, progress, snapshots
from responses.choices import SnapshotKind
from responses.models import KeyAction, Snapshot
from tests import chain
from tests import factories as make
from tests.pdfs import pages, reader
from tests.people import FIVE, five
from tests.responses.clearances import World

pytestmark = pytest.mark.django_db

SEEING = {
    "evaluation unit": 200, "officer of the office": 200, "officer elsewhere": 404, "action owner": 200, "reader": 200,
}  # fmt: skip
ADDRESSES = ["versions", "comparison", "comparison_pdf", "snapshot_pdf", "snapshot_json"]


@pytest.fixture
def world():
    """A response in its second version: version 1 is cleared, and the draft of version 2 reads otherwise."""
    world = World()
    world.clear_all()
    world.move("revise", world.coordinator)
    answer = world.response.answers.get()
    answers.narrate(answer, "Agreed, but not before June.", by=world.coordinator)
    actions.add(answer, by=world.coordinator, text="Write a short guide.")
    return world


@pytest.fixture
def signed_in(client, world):
    client.force_login(world.unit)
    return client


def address(name, world, **asked):
    extra = [world.response.snapshots.get(label="1").pk] if name.startswith("snapshot") else []
    return reverse(name, args=[world.response.pk, *extra], query=asked)


def seen(answer):
    """The page as a person reads it."""
    html = answer.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    bare = re.sub(r'<span class="visually-hidden">[^<]*</span>|<[^>]*>', "", main)
    return re.sub(r"\s+", " ", bare)


# Who ----------------------------------------------------------------------------------------------------


@pytest.fixture
def plain():
    """A response of an office, with a snapshot."""
    office = make.office("Country Office Norland")
    response = make.response(make.evaluation([office]), office=office)
    snapshots.take(response, SnapshotKind.CLEARED, submission=1, now=make.NOW, by=None)
    return response


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("who", FIVE)
def test_who_may_see_the_versions(client, plain, name, who):
    people = five(plain.office)
    make.action(make.answer(make.recommendation(plain.evaluation), plain), lead=people["action owner"])
    client.force_login(people[who])
    extra = [plain.snapshots.get().pk] if name.startswith("snapshot") else []
    assert client.get(reverse(name, args=[plain.pk, *extra])).status_code == SEEING[who]


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_stranger_is_led_to_the_sign_in_page(client, world, name):
    assert client.get(address(name, world)).status_code == 302


def test_the_snapshot_of_another_response_is_not_found(signed_in, world):
    theirs = make.response(make.evaluation([world.here]))
    snapshot = world.response.snapshots.get(label="1")
    for name in ("snapshot_pdf", "snapshot_json"):
        assert signed_in.get(reverse(name, args=[theirs.pk, snapshot.pk])).status_code == 404


# Versions -----------------------------------------------------------------------------------------------


def test_the_versions_stand_with_who_and_when_the_newest_first(signed_in, world):
    page = seen(signed_in.get(address("versions", world)))
    assert re.findall(r"As it stands now|Version \d(?:, draft \d)?", page) == [
        "As it stands now", "Version 1", "Version 1, draft 1",
    ]  # fmt: skip
    assert "Una Berg" in page
    assert page.count("Intact") == 2


def test_a_snapshot_that_was_altered_is_shown_as_such(signed_in, world):
    with chain.behind_its_back():
        Snapshot.objects.filter(label="1").update(cleared_by=[])
    page = seen(signed_in.get(address("versions", world)))
    assert page.count("Intact") == 1
    assert "Altered" in page


def test_what_was_never_submitted_has_one_version_and_says_what_to_do(client):
    world = World()
    client.force_login(world.unit)
    assert "Nothing has been submitted for clearance yet." in seen(client.get(address("versions", world)))
    empty = reverse("comparison", args=[world.response.pk])
    assert "The first other one is kept when the response is submitted" in seen(client.get(empty))
    assert client.get(reverse("comparison_pdf", args=[world.response.pk])).status_code == 404


def test_the_files_of_a_snapshot_are_as_it_was_frozen(signed_in, world):
    snapshot = world.response.snapshots.get(label="1")
    file = signed_in.get(address("snapshot_json", world))
    assert file.content.decode() == snapshot.matrix
    assert f'filename="{world.evaluation.reference}-v1.json"' in file.headers["Content-Disposition"]
    printed = signed_in.get(address("snapshot_pdf", world))
    assert reader(printed.content).attachments["matrix.json"] == [snapshot.matrix.encode()]
    assert f'filename="{world.evaluation.reference}-v1.pdf"' in printed.headers["Content-Disposition"]


# Side by side -------------------------------------------------------------------------------------------


def test_the_last_snapshot_is_compared_with_what_there_is_now(signed_in, world):
    page = seen(signed_in.get(address("comparison", world)))
    assert "1 answer changed" in page
    assert "1 key action added" in page
    assert "BeforeAgreed. AfterAgreed, but not before June." in page
    assert "Write a short guide." in page


def test_two_snapshots_that_are_the_same(signed_in, world):
    page = seen(signed_in.get(address("comparison", world, **{"from": "1, draft 1", "to": "1"})))
    assert "Nothing differs between these two." in page
    assert "1 recommendation is unchanged." in page


@pytest.mark.parametrize("asked", [{"from": "7"}, {"to": "1, draft 9"}])
def test_an_unknown_version_is_not_found(signed_in, world, asked):
    assert signed_in.get(address("comparison", world, **asked)).status_code == 404
    assert signed_in.get(address("comparison_pdf", world, **asked)).status_code == 404


def test_each_change_leads_to_its_cell_as_it_stands(signed_in, world):
    html = signed_in.get(address("comparison", world)).content.decode()
    action = KeyAction.objects.get(text="Write a short guide.")
    recommendation = world.evaluation.recommendations.get()
    matrix = reverse("matrix", args=[world.response.pk])
    assert f'href="{matrix}?open={recommendation.pk}#recommendation-{recommendation.pk}"' in html
    assert f'href="{matrix}?open={recommendation.pk}#action-{action.pk}"' in html
    frozen = signed_in.get(address("comparison", world, **{"from": "now", "to": "1"})).content.decode()
    assert "#action-" not in frozen


def test_the_wording_alone_can_be_asked_for(signed_in, world):
    action = world.response.answers.get().actions.first()
    progress.report(
        action, by=world.unit, now=make.NOW, as_of=make.NOW.date(), status="initiated", comment="Begun."
    )
    assert "Begun." in seen(signed_in.get(address("comparison", world)))
    assert "Begun." not in seen(signed_in.get(address("comparison", world, wording="on")))


def test_hostile_text_is_text(signed_in, world):
    hostile = '<script>alert(1)</script> [x](javascript:x) "'
    answers.narrate(world.response.answers.get(), hostile, by=world.coordinator)
    html = signed_in.get(address("comparison", world)).content.decode()
    assert "<script>alert" not in html
    assert 'href="javascript' not in html


def test_the_pages_ask_the_same_number_of_questions_whatever_their_size(
    signed_in, world, django_assert_max_num_queries
):
    counts = []
    for _round in range(2):
        counts.append([])
        for name in ("versions", "comparison"):
            with django_assert_max_num_queries(40) as captured:
                signed_in.get(address(name, world))
            counts[-1].append(len(captured))
        world.submit()
        world.move("withdraw", world.coordinator)
        for _number in range(3):
            answer = make.answer(make.recommendation(world.evaluation), world.response, decision="accepted")
            make.action(answer)
            make.action(answer)
    assert counts[0] == counts[1]


def test_much_that_differs_comes_in_pages(signed_in, world):
    for _number in range(30):
        make.recommendation(world.evaluation)
    first, second = (seen(signed_in.get(address("comparison", world, page=page))) for page in (1, 2))
    assert "Page 1 of 2" in first
    assert first.count("Added") + second.count("Added") == 30 + 1


# On paper -----------------------------------------------------------------------------------------------


def test_the_marked_up_pdf_names_both_versions_and_tells_the_changes(signed_in, world):
    text = " ".join("".join(pages(signed_in.get(address("comparison_pdf", world)).content)).split())
    assert re.search(r"Before Version 1, cleared on \d+ \w+ \d{4}", text)
    assert "After As it stood on" in text
    assert "1 answer changed" in text
    assert "Agreed, but not before June." in text
    assert "removed are struck through" in text
