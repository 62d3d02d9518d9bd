"""Telling how one's actions stand, one after another: which, in what order, once, and not over another's word."""

from datetime import timedelta

import pytest

from evaltrack.errors import Refused
from evaltrack.models import Deputy, Membership, Part
from evaltrack.roles import Role
from recommendations.choices import Decision
from recommendations.models import Evaluation
from responses import my_actions, progress
from responses.choices import Channel
from responses.models import ActionParty, KeyAction, ProgressUpdate
from tests import factories as make

pytestmark = pytest.mark.django_db

NOW, TODAY = make.NOW, make.NOW.date()
SINCE = NOW.replace(hour=0)
KEY = "0b0f0e1c-key-of-the-browser"


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def person():
    return make.user("Arlo Quist")


@pytest.fixture
def action(person):
    return make.action(lead=person, due=TODAY)


def in_days(days):
    return TODAY + timedelta(days=days)


def mine(person, *, only_led=False):
    return my_actions.mine(person, since=SINCE, only_led=only_led)


def tell(action, person, **more):
    said = {"status": "completed", "comment": "All signed.", "key": KEY, "seen": 0, "channel": Channel.PAGE}
    return my_actions.tell(action, by=person, now=NOW, since=SINCE, today=TODAY, **{**said, **more})


# Which ---------------------------------------------------------------------------------------------------


def test_those_one_leads_come_first_and_the_longest_overdue_before_the_rest(person):
    undated, late, latest, soon = (
        make.action(lead=person, due=due) for due in (None, in_days(-3), in_days(-90), in_days(5))
    )
    helped = make.action(due=in_days(-400))
    ActionParty.objects.create(action=helped, name="Arlo", person=person, part=Part.SUPPORT)
    make.action(lead=make.user())
    assert mine(person).order == [latest.pk, late.pk, soon.pk, undated.pk, helped.pk]
    assert mine(person, only_led=True).order == [latest.pk, late.pk, soon.pk, undated.pk]


def by_office_role(person, action):
    office = make.office()
    Membership.objects.create(person=person, office=office, role=Role.ACTION_OWNER)
    return {"office": office, "role": Role.ACTION_OWNER}


def by_deputy(person, action):
    away = make.user()
    Deputy.objects.create(person=away, deputy=person, starts_on=TODAY, ends_on=TODAY)
    return {"person": away}


@pytest.mark.parametrize("how", [by_office_role, by_deputy], ids=lambda how: how.__name__)
def test_one_leads_by_role_and_as_deputy_too(person, how):
    action = make.action()
    ActionParty.objects.create(action=action, name="x", **how(person, action))
    assert mine(person, only_led=True).order == [action.pk]


@pytest.mark.parametrize(
    "gone",
    [
        lambda action: KeyAction.objects.update(**make.closed()),
        lambda action: KeyAction.objects.update(removed_at=NOW),
        lambda action: type(action.answer).objects.update(decision=Decision.REJECTED),
        lambda action: type(action.answer).objects.update(**make.closed()),
        lambda action: Evaluation.objects.update(state="cancelled"),
        lambda action: Evaluation.objects.update(state="closed"),
        lambda action: ActionParty.objects.all().delete(),
        lambda action: ActionParty.objects.update(person=make.user()),
    ],
    ids=["completed", "removed", "rejected", "answer", "cancelled", "closed", "nobody", "handed over"],
)
def test_what_is_no_longer_to_be_told_is_gone(person, action, gone):
    assert mine(person).order == [action.pk]
    gone(action)
    assert mine(person).order == []


def test_what_was_told_today_stays_until_tomorrow_even_where_that_closed_it(person, action):
    other = make.action(lead=person)
    tell(action, person)
    assert mine(person).waiting == [other.pk]
    assert list(mine(person).told) == [action.pk]
    tomorrow = my_actions.mine(person, since=SINCE + timedelta(days=1), only_led=False)
    assert (tomorrow.order, tomorrow.told) == ([other.pk], {})


def test_after_one_comes_the_next_that_waits_going_round(person):
    first, second, third = (make.action(lead=person, due=in_days(day)) for day in (1, 2, 3))
    tell(third, person)
    found = mine(person)
    assert found.after(first.pk) == second.pk
    assert found.after(second.pk) == first.pk
    assert found.after(third.pk) == first.pk
    tell(first, person, key="another-key")
    tell(second, person, key="and-another")
    assert mine(person).after(second.pk) is None


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(person, count, django_assert_num_queries):
    for _one in range(count):
        tell(make.action(lead=person), person, status="ongoing", key=f"key-number-{_one}")
        make.action(lead=person)
    with django_assert_num_queries(2):
        found = mine(person)
    with django_assert_num_queries(3):
        lines = my_actions.lines(found, found.order, today=TODAY, keys=map(str, range(99)))
    assert len(lines) == 2 * count


def test_a_line_says_what_one_needs_to_know(person, action):
    second = make.action(action.answer, lead=person, due=in_days(-2))
    progress.report(second, by=None, now=NOW, as_of=in_days(-30), status="ongoing", comment="Begun.")
    line = my_actions.lines(mine(person), [second.pk], today=TODAY, keys=["k"])[0]
    assert (line.number, line.status.words, line.distance, line.late, line.leads) == (
        "1.2", "Ongoing", "2 days late", True, True,
    )  # fmt: skip
    assert line.chosen == "ongoing"
    assert line.seen == second.updates.get().pk


# Told ----------------------------------------------------------------------------------------------------


def test_telling_is_reporting(person, action):
    update = tell(action, person, channel=Channel.LINK)
    assert (update.status, update.comment, update.as_of, update.reported_by, update.channel) == (
        "completed", "All signed.", TODAY, person, "link",
    )  # fmt: skip
    action.refresh_from_db()
    assert action.closed_as == "completed"


def test_the_same_told_twice_is_one_and_with_other_words_a_correction(person, action):
    first = tell(action, person)
    assert tell(action, person) == first
    corrected = tell(action, person, status="ongoing", comment="Not quite.")
    assert ProgressUpdate.objects.get() == corrected == first
    assert (corrected.status, corrected.comment) == ("ongoing", "Not quite.")


def test_a_key_belongs_to_one_person_and_action(person, action):
    other = make.action(lead=person)
    ActionParty.objects.create(action=action, name="x", person=(second := make.user()))
    assert len({tell(action, person).pk, tell(other, person).pk}) == 2
    with pytest.raises(my_actions.Meanwhile):
        tell(action, second, seen=0)
    with pytest.raises(Refused):  # with the first's key: never their update
        tell(action, second, seen=ProgressUpdate.objects.latest("pk").pk)


def test_a_second_send_at_the_same_moment_finds_the_first(person, action, monkeypatch):
    first = tell(action, person)
    said = iter([None, first])
    monkeypatch.setattr(my_actions, "_said", lambda *_of: next(said))
    assert tell(action, person) == first
    assert ProgressUpdate.objects.count() == 1


@pytest.mark.parametrize(("others", "own", "met"), [(0, 0, False), (1, 0, True), (0, 1, False), (2, 1, True)])
def test_who_was_overtaken_by_another_learns_of_it_first(person, action, others, own, met):
    by = make.user()
    for who, count in ((by, others), (person, own)):
        for number in range(count):
            ProgressUpdate.objects.create(
                action=action, as_of=TODAY, reported_at=NOW, reported_by=who, comment=f"{number}"
            )
    before = ProgressUpdate.objects.count()
    if not met:
        tell(action, person)
        return
    with pytest.raises(my_actions.Meanwhile) as caught:
        tell(action, person)
    assert [one.comment for one in caught.value.updates] == ["1", "0"][-others:]
    assert ProgressUpdate.objects.count() == before
    tell(action, person, seen=caught.value.updates[0].pk)
    assert ProgressUpdate.objects.count() == before + 1


def test_what_was_told_before_today_is_not_changed(person, action):
    update = tell(action, person)
    with pytest.raises(Refused, match="earlier day"):
        my_actions.change(update, by=person, since=NOW + timedelta(hours=1), status="ongoing", comment="")
    with pytest.raises(Refused, match="Choose a status"):
        my_actions.change(update, by=person, since=SINCE, status="", comment="")


def test_what_must_be_shown_takes_a_link_and_is_asked_for_once(person):
    evaluation = make.evaluation(profile_slug="plain")
    answer = make.answer(make.recommendation(evaluation, priority=1), decision="accepted")
    action = make.action(answer, lead=person)

    def needing():
        return my_actions.lines(mine(person), [action.pk], today=TODAY, keys=["k"])[0].needing

    assert needing() == {"completed"}
    with pytest.raises(Refused, match="needs evidence"):
        tell(action, person)
    with pytest.raises(Refused, match="A link begins with"):
        tell(action, person, url="javascript:alert(1)")
    update = tell(action, person, url="https://example.org/manual.pdf")
    assert update.evidence.get().url == "https://example.org/manual.pdf"
    assert needing() == set()


@pytest.mark.parametrize(("reason_code", "comment"), [("", "The ports closed."), ("overtaken", "")])
def test_what_is_dropped_takes_a_reason_and_a_sentence(person, action, reason_code, comment):
    headquarters = make.office(kind="headquarters")
    make.member(Role.EVALUATION_UNIT, headquarters)  # who approves it
    type(action.answer.response).objects.update(office=headquarters)
    action = KeyAction.objects.get()
    dropped = {"status": "no_longer_applicable", "reason_code": reason_code, "comment": comment}
    with pytest.raises(Refused, match="Choose why it is no longer done, and say so"):
        tell(action, person, **dropped)
    tell(action, person, **{**dropped, "reason_code": "overtaken", "comment": "The ports closed."})
    assert ProgressUpdate.objects.get().status == "no_longer_applicable"
