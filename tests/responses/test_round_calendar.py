"""Rounds by the calendar of the profile: opened once when their time has come, whenever the job ran."""

from datetime import date, timedelta

import pytest

from evaltrack.models import Notification
from recommendations.choices import EvaluationState
from responses import round_calendar, rounds
from responses.choices import Channel, ResponseState
from responses.models import KeyAction, ProgressUpdate, Question, Reminder, Round, RoundMatrix
from tests import factories as make
from tests.responses.rounds import World, at, given

pytestmark = pytest.mark.django_db

ISSUED = date(2025, 8, 1)  # Time 2 on 1 February 2026, Time 3 on 1 August, tracking until 1 November


@pytest.fixture
def there() -> World:
    return World(profile="iom-2022", report_date=ISSUED)


def keep(day: date) -> round_calendar.Kept:
    kept = round_calendar.keep(now=at(day), today=day)
    rounds.ask(now=at(day))
    return kept


def opened() -> list[tuple[str, date]]:
    rows = RoundMatrix.objects.order_by("pk").values_list("name", "round__opened_at__date")
    return list(rows)


def test_each_round_opens_on_its_day_once(there: World):
    assert keep(date(2026, 1, 31)).opened == 0
    assert [keep(date(2026, 2, day)).opened for day in (1, 1, 2)] == [1, 0, 0]
    matrix = there.matrix
    assert (matrix.name, matrix.due_on, matrix.round.opened_by) == ("Time 2", date(2026, 3, 1), None)
    assert Question.objects.filter(matrix=matrix).count() == 4
    assert Reminder.objects.filter(occasion="round").count() == 3


def test_after_forty_days_without_the_job_it_opens_on_the_first(there: World):
    keep(date(2026, 3, 13))
    assert opened() == [("Time 2", date(2026, 3, 13))]


def test_of_two_whose_time_has_come_only_the_latest_opens(there: World):
    keep(date(2026, 8, 20))
    assert [name for name, _day in opened()] == ["Time 3"]


def test_the_next_waits_until_the_one_before_is_closed(there: World):
    keep(date(2026, 2, 1))
    assert keep(date(2026, 8, 2)).opened == 0
    there.close(after=at(date(2026, 8, 3)) - make.NOW)
    keep(date(2026, 8, 4))
    assert [name for name, _day in opened()] == ["Time 2", "Time 3"]


def all_closed(there: World) -> None:
    KeyAction.objects.update(**make.closed())
    there.response.answers.update(**make.closed())


def imported(there: World) -> None:
    ProgressUpdate.objects.create(
        answer=there.answer, round="Time 2", as_of=ISSUED, status="open", channel=Channel.IMPORT,
        reported_at=make.NOW,
    )  # fmt: skip


def by_hand(there: World) -> None:
    there.open("Time 2")


def over(there: World) -> None:
    there.evaluation.state = EvaluationState.CLOSED
    there.evaluation.save()


def drafted(there: World) -> None:
    there.response.state = ResponseState.DRAFTING
    there.response.save()


@pytest.mark.parametrize("so", [all_closed, imported, by_hand, over, drafted])
def test_it_does_not_open_where_all_is_closed_or_it_was_held_or_there_is_nothing_to_follow(there, so):
    so(there)
    before = RoundMatrix.objects.count()
    assert keep(date(2026, 2, 1)).opened == 0
    assert RoundMatrix.objects.count() == before


def test_what_is_reopened_later_is_asked_about_then(there: World):
    all_closed(there)
    keep(date(2026, 2, 1))
    KeyAction.objects.update(closed_as="", closed_on=None)
    there.response.answers.update(closed_as="", closed_on=None)
    assert keep(date(2026, 2, 20)).opened == 1


def test_a_report_without_a_date_counts_from_the_day_the_response_was_published(there: World):
    there.evaluation.report_date = None
    there.evaluation.save()
    there.response.published_at = at(date(2025, 9, 1))
    there.response.save()
    assert keep(date(2026, 2, 28)).opened == 0
    assert keep(date(2026, 3, 1)).opened == 1


def test_those_that_open_on_one_day_are_one_round(there: World):
    other = given(make.evaluation([there.here], "iom-2022", report_date=ISSUED))
    make.action(make.answer(make.recommendation(other.evaluation), other, decision="accepted"))
    assert keep(date(2026, 2, 1)).opened == 2
    assert Round.objects.count() == 1


def told(kind: str) -> list[str]:
    return list(Notification.objects.filter(kind=kind).values_list("person__name", flat=True))


def test_whoever_opened_it_is_told_once_that_its_day_is_over(there: World):
    there.open("Cut-off", due_on=date(2026, 3, 30))
    assert keep(date(2026, 3, 30)).proposed == 0
    assert [keep(date(2026, 3, 31)).proposed, keep(date(2026, 4, 1)).proposed] == [1, 0]
    assert told("round_due") == ["Una Berg"]
    rounds.extend(
        RoundMatrix.objects.all(), date(2026, 4, 10), "Floods.", by=there.unit, now=make.NOW,
        today=make.NOW.date(),
    )  # fmt: skip
    assert keep(date(2026, 4, 11)).proposed == 1


def test_of_one_by_the_calendar_those_are_told_who_oversee_it(there: World):
    keep(date(2026, 2, 1))
    keep(date(2026, 3, 2))
    assert told("round_due") == ["Una Berg"]


def test_when_tracking_ends_with_something_open_those_who_oversee_it_are_told_once(there: World):
    assert keep(date(2026, 11, 1)).proposed == 0
    keep(date(2026, 11, 2))
    keep(date(2026, 11, 3))
    assert told("tracking_ends") == ["Una Berg"]
    assert "3 key actions open" in Notification.objects.get(kind="tracking_ends").text


def test_when_all_is_closed_nobody_is_told_that_tracking_ended(there: World):
    all_closed(there)
    keep(date(2026, 11, 2) + timedelta(days=1))
    assert not told("tracking_ends")
