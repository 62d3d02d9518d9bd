"""Rounds: whom opening one asks, what counts as an answer, more time, reminders, and what closing freezes."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Notification, User
from evaltrack.roles import Role
from recommendations.choices import EvaluationState
from responses import progress, round_answers, round_calendar, rounds, snapshots
from responses.choices import LeftOut, ResponseState, SnapshotKind
from responses.models import ActionParty, KeyAction, Question, Reminder, RoundMatrix, Snapshot
from responses.round_answers import Answered
from tests import factories as make
from tests.responses.rounds import NOW, TODAY, World, given

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> World:
    return World()


def told(kind: str) -> list[tuple[str, str]]:
    return list(Notification.objects.filter(kind=kind).order_by("pk").values_list("person__name", "text"))


# Opening -------------------------------------------------------------------------------------------------


def test_each_lead_is_asked_once_and_for_whom_nobody_leads_the_coordinator(there: World):
    there.open()
    asked = Question.objects.order_by("action").values_list("action", "person__name")
    assert list(asked) == [
        (there.actions[0].pk, "Arlo Quist"),
        (there.actions[1].pk, "Bo Tamm"),
        (there.actions[2].pk, "Cora Vance"),
    ]


def test_the_daily_digest_carries_what_is_asked(there: World):
    there.open()
    planned = Reminder.objects.order_by("action").values_list(
        "occasion", "recipient__name", "due_for", "deadline"
    )
    assert list(planned) == [
        ("round", "Arlo Quist", TODAY, date(2026, 6, 30)),
        ("round", "Bo Tamm", TODAY, date(2026, 1, 15)),
        ("round", "Cora Vance", TODAY, None),
    ]


def test_where_nobody_can_be_asked_the_question_stands_without_a_person(there: World):
    User.objects.filter(pk__in=[there.coordinator.pk, there.unit.pk, there.bo.pk]).update(is_active=False)
    there.open(by=make.user(is_superuser=True))
    assert list(Question.objects.order_by("action").values_list("person__name", flat=True)) == [
        "Arlo Quist", None, None,
    ]  # fmt: skip
    assert Reminder.objects.count() == 1


def test_where_the_status_stands_with_the_recommendation_its_coordinator_is_asked_as_well():
    there = World(profile="iom-2022")
    there.open("Time 2")
    assert list(Question.objects.exclude(answer=None).values_list("answer", "person__name")) == [
        (there.answer.pk, "Cora Vance")
    ]
    assert Question.objects.exclude(action=None).count() == 3


def test_what_is_closed_or_rejected_is_not_asked_about(there: World):
    KeyAction.objects.filter(pk=there.actions[0].pk).update(**make.closed())
    rejected = make.answer(make.recommendation(there.evaluation), there.response, decision="rejected")
    make.action(rejected, lead=there.arlo)
    there.open()
    assert set(Question.objects.values_list("action", flat=True)) == {one.pk for one in there.actions[1:]}


def test_the_coordinator_is_told_how_many_are_asked(there: World):
    there.open(note="For the board of June.")
    assert told("round_opened") == [
        ("Cora Vance", "“Board cut-off” of “River ports” (Country Office Norland) is open until 30 March 2026:"
         " 3 questions to 3 people."),
    ]  # fmt: skip
    assert Notification.objects.get(kind="round_opened").detail == "For the board of June."


def test_answers_are_due_after_as_many_weeks_as_the_profile_says_or_on_the_day_given(there: World):
    assert there.open().matrices[0].due_on == TODAY + timedelta(weeks=4)
    RoundMatrix.objects.all().delete()
    assert there.open(due_on=TODAY).matrices[0].due_on == TODAY
    with pytest.raises(Refused, match="before today"):
        there.open("Another", due_on=TODAY - timedelta(days=1))


def test_it_stands_in_the_history_of_the_response(there: World):
    there.open()
    entry = AuditEntry.objects.get(verb="round_opened")
    assert (entry.target_id, entry.actor) == (there.response.pk, "Una Berg")
    assert entry.changes == {"round": ["", "Board cut-off"], "due_on": [None, "2026-03-30"]}


def closed_evaluation(there: World) -> None:
    there.evaluation.state = EvaluationState.CLOSED
    there.evaluation.save()


def not_cleared(there: World) -> None:
    there.response.state = ResponseState.RETURNED
    there.response.save()


def held(there: World) -> None:
    there.open("Time 2")
    there.close()


def under_way(there: World) -> None:
    there.open("Mid-year")


def tracking_over(there: World) -> None:
    there.evaluation.report_date = date(2024, 12, 1)
    there.evaluation.save()


def all_closed(there: World) -> None:
    KeyAction.objects.update(**make.closed())
    there.response.answers.update(**make.closed())


@pytest.mark.parametrize(
    ("so", "reason"),
    [
        (closed_evaluation, LeftOut.OVER),
        (not_cleared, LeftOut.NOT_CLEARED),
        (held, LeftOut.HELD),
        (under_way, LeftOut.UNDER_WAY),
        (tracking_over, LeftOut.ENDED),
        (all_closed, LeftOut.ALL_CLOSED),
    ],
)
def test_a_response_is_left_out_with_the_reason(so, reason):
    there = World(profile="iom-2022")
    so(there)
    before = RoundMatrix.objects.count()
    with pytest.raises(Refused, match=str(reason.label)):
        there.open("Time 2")
    assert RoundMatrix.objects.count() == before
    other = given(make.evaluation([there.here], report_date=date(2025, 8, 1)))
    made = rounds.open([there.response.pk, other.pk], "Time 2", by=there.unit, now=NOW, today=TODAY)
    assert [one.response for one in made.matrices] == [other]
    assert [one.left_out for one in made.left_out] == [reason]


def test_a_later_version_that_is_being_written_does_not_stop_a_round(there: World):
    there.response.state, there.response.version = ResponseState.DRAFTING, 2
    there.response.save()
    assert there.open().matrices


def test_a_round_of_another_name_than_the_profiles_freezes_what_is_all_closed_as_well(there: World):
    KeyAction.objects.update(**make.closed())
    assert there.open("Board cut-off, June 2027").matrices
    assert not Question.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "1", "2, draft 1", "now", "NOW ", "x" * 61, "Time\u202e2"])
def test_a_name_that_could_be_taken_for_something_else_is_refused(there: World, name: str):
    with pytest.raises(Refused):
        there.open(name)
    assert not RoundMatrix.objects.exists()


def test_only_who_oversees_all_of_them_opens_a_round(there: World):
    officer = make.member(Role.ME_OFFICER, there.here)
    with pytest.raises(PermissionDenied):
        there.open(by=officer)
    other = given(make.evaluation([make.office("Elsewhere")]))
    manager = make.user("Mana Ger")
    there.evaluation.manager = manager
    there.evaluation.save()
    with pytest.raises(PermissionDenied):
        rounds.open([there.response.pk, other.pk], "Cut-off", by=manager, now=NOW, today=TODAY)
    assert there.open(by=manager).matrices


def test_asking_again_asks_nobody_twice(there: World):
    made = there.open()
    counts = Question.objects.count(), Reminder.objects.count(), Notification.objects.count()
    assert rounds.ask(now=NOW) == 0
    RoundMatrix.objects.filter(round=made.round).update(asked_at=None)  # as after a worker that was killed
    assert Reminder.objects.count() == counts[1]


def test_the_statements_of_opening_do_not_grow_with_the_key_actions(there: World):
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as taken:
            there.open(f"Round {RoundMatrix.objects.count()}")
        there.close()
        return len(taken)

    statements()
    few = statements()
    for _one in range(30):
        make.action(there.answer, lead=make.user())
    assert statements() == few


def test_the_database_holds_one_open_round_of_a_response(there: World):
    made = there.open()
    with pytest.raises(IntegrityError), transaction.atomic():
        RoundMatrix.objects.create(round=made.round, response=there.response, name="Second", due_on=TODAY)


# Answering -----------------------------------------------------------------------------------------------


def answered(there: World) -> Answered:
    matrix = there.matrix
    return round_answers.counts([matrix])[matrix.pk]


def test_what_is_reported_while_it_is_open_is_an_answer_whoever_reports(there: World):
    there.report(2, after=timedelta(hours=-1))
    there.open()
    assert answered(there) == (3, 0)
    there.report(0, by=there.arlo)
    there.report(0, by=there.unit)
    assert answered(there) == (3, 1)


def test_a_question_follows_the_new_lead(there: World):
    there.open()
    caro = make.user("Caro Lind")
    ActionParty.objects.filter(action=there.actions[0]).update(person=caro, name="Caro Lind")
    kept = round_calendar.keep(now=NOW + timedelta(days=1))
    assert kept.passed_on == 1
    assert Question.objects.filter(action=there.actions[0], person=caro).exists()
    assert Reminder.objects.filter(action=there.actions[0], recipient=caro, occasion="round").exists()
    assert answered(there) == (3, 0)
    assert round_calendar.keep(now=NOW + timedelta(days=2)).passed_on == 0


def test_what_is_removed_is_no_longer_asked_about(there: World):
    there.open()
    KeyAction.objects.filter(pk=there.actions[1].pk).update(removed_at=NOW)
    assert answered(there) == (2, 0)


def test_more_time_is_told_to_those_who_have_not_answered(there: World):
    there.open()
    there.report(0)
    until = TODAY + timedelta(weeks=8)
    assert (
        rounds.extend(RoundMatrix.objects.all(), until, "Floods.", by=there.unit, now=NOW, today=TODAY) == 1
    )
    assert there.matrix.due_on == there.matrix.round.due_on == until
    assert {name for name, _text in told("round_extended")} == {"Bo Tamm", "Cora Vance"}
    entry = AuditEntry.objects.get(verb="round_extended")
    assert entry.changes["due_on"] == ["2026-03-30", "2026-04-27"]
    assert entry.changes["reason"] == ["", "Floods."]


def test_more_time_is_later_and_has_a_reason(there: World):
    there.open()
    everything = RoundMatrix.objects.all()
    for until, reason, says in [
        (TODAY + timedelta(weeks=4), "Floods.", "due on 30 March 2026 already"),
        (TODAY + timedelta(weeks=5), " ", "in a sentence why"),
        (TODAY - timedelta(days=1), "Floods.", "not over yet"),
    ]:
        with pytest.raises(Refused, match=says):
            rounds.extend(everything, until, reason, by=there.unit, now=NOW, today=TODAY)
    with pytest.raises(PermissionDenied):
        rounds.extend(everything, TODAY + timedelta(weeks=9), "x", by=there.coordinator, now=NOW, today=TODAY)
    there.close()
    with pytest.raises(Refused, match="closed"):
        rounds.extend(everything, TODAY + timedelta(weeks=9), "x", by=there.unit, now=NOW, today=TODAY)


def test_reminding_reaches_whoever_has_not_answered_once_a_day(there: World):
    there.open()
    there.report(0)
    everything = RoundMatrix.objects.all()
    people = rounds.remind(everything, by=there.unit, now=NOW)
    assert [one.name for one in people] == ["Bo Tamm", "Cora Vance"]
    with pytest.raises(Refused, match="today already"):
        rounds.remind(everything, by=there.unit, now=NOW + timedelta(hours=3), person=there.bo.pk)
    assert len(told("round_asked")) == 2
    assert rounds.remind(everything, by=there.unit, now=NOW + timedelta(days=1), person=there.bo.pk)
    assert AuditEntry.objects.filter(verb="round_reminded").latest("pk").changes["people"] == [
        "",
        ["Bo Tamm"],
    ]
    with pytest.raises(Refused, match="Nobody is left"):
        rounds.remind(everything, by=there.unit, now=NOW, person=there.arlo.pk)
    with pytest.raises(PermissionDenied):
        rounds.remind(everything, by=there.coordinator, now=NOW)


# Closing -------------------------------------------------------------------------------------------------


def test_closing_freezes_the_matrix_and_what_was_not_reported(there: World):
    there.clear()
    there.open()
    there.report(1)
    matrix = there.close()
    assert (matrix.asked, matrix.not_reported) == (3, ["1.1", "1.3"])
    taken = matrix.snapshot
    assert (taken.kind, taken.label, taken.version) == (SnapshotKind.ROUND, "Board cut-off", 1)
    frozen = snapshots.matrix_of(taken).recommendations[0].actions
    assert [one.status for one in frozen] == [None, "initiated", None]
    assert answered(there) == (3, 1)
    assert told("round_closed") == [
        (
            "Cora Vance",
            "“Board cut-off” of “River ports” (Country Office Norland) is closed: 2 of 3 not reported.",
        )
    ]


def test_what_is_reported_after_closing_changes_neither_the_counts_nor_the_snapshot(there: World):
    there.open()
    matrix = there.close()
    update = there.report(0, after=timedelta(days=2))
    assert update.round == ""
    assert answered(there) == (3, 0)
    assert snapshots.matrix_of(matrix.snapshot).recommendations[0].actions[0].status is None
    with pytest.raises(Refused, match="is closed"):
        there.report(0, after=timedelta(days=2), round="Board cut-off")


def test_the_hash_is_sealed_in_the_history(there: World):
    there.clear()
    there.open()
    taken = there.close().snapshot
    assert snapshots.is_intact(taken)
    assert not [one for one in snapshots.altered() if f"Snapshot {taken.pk} " in one]
    altered = Snapshot.objects.get(pk=taken.pk)
    altered.cleared_by = [{"name": "Somebody else"}]
    assert not snapshots.is_intact(altered)
    altered = Snapshot.objects.get(pk=taken.pk)
    altered.kind = SnapshotKind.CLEARED
    assert not snapshots.is_intact(altered)


def test_a_closed_round_is_neither_closed_again_nor_held_again(there: World):
    there.open()
    there.close()
    with pytest.raises(Refused, match="closed already"):
        there.close()
    with pytest.raises(Refused, match="held already"):
        there.open()
    assert Snapshot.objects.filter(kind=SnapshotKind.ROUND).count() == 1


def test_only_who_oversees_it_closes_it(there: World):
    there.open()
    with pytest.raises(PermissionDenied):
        rounds.close(RoundMatrix.objects.all(), by=there.coordinator, now=NOW)


def test_a_round_that_was_to_be_closed_is_closed_by_whoever_comes_next(there: World):
    there.open()
    rounds.close(RoundMatrix.objects.all(), by=there.unit, now=NOW)
    assert there.matrix.closed_at is None
    assert rounds.freeze(now=NOW) == 1
    assert rounds.freeze(now=NOW) == 0
    assert there.matrix.closed_by == there.unit


def test_the_next_round_can_be_opened_once_it_is_closed(there: World):
    there.open()
    there.close()
    assert there.open("Year end").matrices


def test_a_report_by_hand_may_name_the_open_round(there: World):
    there.open()
    assert there.report(0, round="Board cut-off").round == "Board cut-off"
    assert progress.latest(there.actions[0], "Board cut-off")
