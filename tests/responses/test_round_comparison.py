"""Two rounds compared, of one response and over all evaluations of a round."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache

from evaltrack.deadlines import Deadline, Kind
from evaltrack.roles import Role
from responses import comparison, progress, round_comparison, rounds
from responses.models import KeyAction, RoundMatrix
from tests import factories as make
from tests.responses.rounds import NOW, TODAY, World

pytestmark = pytest.mark.django_db


def between(there: World, old: str, new: str) -> list[tuple[str, str]]:
    sides = [comparison.version(there.response, key) for key in (old, new)]
    assert all(sides)
    found = round_comparison.of_versions(*sides, today=TODAY + timedelta(days=60))
    return [(one.number, one.motion.value) for one in found]


def test_each_key_action_is_told_once_however_it_was_renumbered_or_moved():
    there = World()
    there.open("First")
    there.close()
    there.report(0, after=timedelta(days=2))
    first = KeyAction.objects.get(pk=there.actions[1].pk)
    first.deadline = Deadline("2027", Kind.DATE, None, date(2027, 12, 31))
    first.order = 0
    first.save()
    KeyAction.objects.filter(pk=there.actions[2].pk).update(removed_at=NOW)
    other = make.answer(make.recommendation(there.evaluation), there.response, decision="accepted")
    make.action(other, text="Buy radios for the ferries.")
    there.open("Second")
    there.close(after=timedelta(days=60))
    assert sorted(between(there, "First", "Second")) == [
        ("1.1", "slipped"), ("1.2", "moved_on"), ("1.3", "gone"), ("2.1", "new"),
    ]  # fmt: skip
    assert dict(between(there, "Second", "now"))["1.2"] == "stood_still"


def test_where_the_status_stands_with_the_recommendation_that_is_what_is_compared():
    there = World(profile="iom-2022")
    make.answer(make.recommendation(there.evaluation), there.response, decision="rejected", narrative="No.")
    there.open("Time 2")
    there.close()
    progress.report(
        there.answer,
        by=there.unit,
        now=NOW + timedelta(days=2),
        as_of=TODAY,
        status="completed",
        round="Time 3",
    )
    assert between(there, "Time 2", "now") == [("1", "moved_on")]


def two_rounds(there: World) -> RoundMatrix:
    there.open("First")
    there.close()
    there.report(0, after=timedelta(days=2))
    made = rounds.open([there.response.pk], "Second", by=there.unit, now=NOW + timedelta(days=3), today=TODAY)
    rounds.ask(now=NOW + timedelta(days=3), of=made.round)
    return there.close(after=timedelta(days=10))


def test_a_whole_round_is_summed_over_the_evaluations_that_the_person_may_know_of():
    cache.clear()
    there = World()
    second = two_rounds(there)
    assert round_comparison.earlier_names(second.round, there.unit) == ["First"]
    (only,) = round_comparison.of_round(second.round, "First", there.unit)
    assert {one.value: count for one, count in only.counts.items() if count} == {
        "moved_on": 1, "stood_still": 2,
    }  # fmt: skip
    stranger = make.member(Role.READER)
    assert round_comparison.earlier_names(second.round, stranger) == []
    assert round_comparison.of_round(second.round, "First", stranger) == []


def test_what_was_worked_out_once_reads_no_snapshot_again(django_assert_num_queries):
    cache.clear()
    there = World()
    second = two_rounds(there)
    person = make.user(is_superuser=True)
    fresh = round_comparison.of_round(second.round, "First", person)
    with django_assert_num_queries(2) as taken:
        assert round_comparison.of_round(second.round, "First", person) == fresh
    assert not any('"responses_snapshot"."matrix"' in one["sql"] for one in taken)


def test_the_shares_fill_the_bar():
    shares = round_comparison.shares(dict.fromkeys(round_comparison.Motion, 1))
    assert shares[0].start == 0
    assert shares[-1].start + shares[-1].width == pytest.approx(100)
    assert round_comparison.shares({}) == []


def test_the_round_has_its_name_among_the_versions():
    there = World()
    there.open("First")
    there.close()
    named = [one.name for one in comparison.versions(there.response)]
    assert named == ["As it stands now", "First"]
