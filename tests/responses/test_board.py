"""The overview of follow-up: who sees what, which filter finds what, what comes first, how it is counted."""

from datetime import date, timedelta

import pytest

from evaltrack import text
from evaltrack.models import Bounce, Part
from evaltrack.roles import Role
from recommendations.choices import Decision
from recommendations.models import Evaluation
from responses import board, board_lines, progress
from responses.board import Column, Filter, Rank, Show
from responses.choices import ClosedAs
from responses.models import (
    ActionParty,
    Closure,
    DeadlineChange,
    KeyAction,
    Question,
    Round,
    RoundMatrix,
    Verification,
)
from tests import factories as make
from tests.people import FIVE, five

pytestmark = pytest.mark.django_db

TODAY = make.NOW.date()


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to(make.NOW, tick=False)


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def staff(office):
    return five(office)


@pytest.fixture
def unit(staff):
    return staff["evaluation unit"]


@pytest.fixture
def evaluation(office):
    return make.evaluation([office], short_title="Safe water", title="Safe water for all", reference="NV-7")


@pytest.fixture
def response(evaluation, office):
    return make.response(evaluation, office=office)


@pytest.fixture
def answer(evaluation, response):
    recommendation = make.recommendation(evaluation, number="3", text="Mend wells.", priority=2)
    return make.answer(recommendation, response, decision="accepted")


@pytest.fixture
def action(answer, staff):
    return make.action(answer, text="Publish the guidance.", due=in_days(60), lead=staff["action owner"])


def in_days(days):
    return TODAY + timedelta(days=days)


def found(person, **wanted):
    return list(board.matching(person, Filter(**wanted), TODAY))


# Who sees what -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", FIVE)
def test_each_finds_what_they_may_see(staff, action, who):
    assert found(staff[who]) == ([] if who == "officer elsewhere" else [action])
    assert board.counts(staff[who], Filter(), TODAY).all == len(found(staff[who]))


def test_nothing_confidential_for_those_who_are_not_trusted(staff, action):
    Evaluation.objects.update(confidential=True)
    assert [who for who in FIVE if found(staff[who])] == ["evaluation unit", "action owner"]


@pytest.mark.parametrize(
    ("state", "over", "is_there"),
    [("final", False, True), ("published", False, True), ("closed", False, False), ("closed", True, True), ("cancelled", True, False)],
)  # fmt: skip
def test_evaluations_that_are_over_are_there_when_asked_for(unit, action, state, over, is_there):
    Evaluation.objects.update(state=state)
    assert bool(found(unit, over=over)) is is_there


def test_neither_what_was_removed_nor_what_stands_under_a_rejection(unit, answer, action):
    make.action(answer, removed_at=make.NOW)
    assert found(unit) == [action]
    answer.decision = Decision.REJECTED
    answer.save()
    assert found(unit) == []


# What filters find ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "finds"),
    [
        ({"q": "guidance PUBLISH"}, True), ({"q": "wells"}, True), ({"q": "NV-7"}, True), ({"q": "roads"}, False),
        ({"q": "100%"}, False), ({"q": "_"}, False), ({"evaluation": "water safe"}, True),
        ({"evaluation": "guidance"}, False), ({"lead": "quist"}, True), ({"lead": "arlo.quist@example.org"}, True),
        ({"lead": "Norland"}, False), ({"priority": 2}, True), ({"priority": 1}, False),
        ({"due_from": in_days(60), "due_to": in_days(60)}, True), ({"due_from": in_days(61)}, False),
        ({"due_to": in_days(59)}, False), ({"unreported_since": TODAY}, True), ({"status": "not_reported"}, True),
        ({"status": "completed"}, False), ({"show": "open"}, True), ({"show": "late"}, False),
    ],
)  # fmt: skip
def test_a_filter_finds_what_it_says(unit, action, wanted, finds):
    assert bool(found(unit, **wanted)) is finds


def test_an_office_counts_with_those_below_and_the_whole_organisation_by_its_evaluations(
    unit, office, action
):
    other = make.action(
        make.answer(make.recommendation(make.evaluation([office])), decision="accepted"), text="Of all."
    )
    elsewhere = make.office("Ruritania", parent=office.parent)
    assert set(found(unit, office=office)) == set(found(unit, office=office.parent)) == {action, other}
    assert found(unit, office=elsewhere) == []


@pytest.mark.parametrize(("as_of", "finds"), [(-1, True), (0, False), (1, False)])
def test_not_reported_since_a_day(unit, action, as_of, finds):
    progress.report(action, by=None, now=make.NOW, as_of=in_days(as_of), status="initiated")
    assert bool(found(unit, unreported_since=TODAY)) is finds


# How each stands -----------------------------------------------------------------------------------------

STANDINGS = [
    ({}, {}, Column.NOT_REPORTED),
    ({"common_status": "not_started"}, {}, Column.NOT_STARTED),
    ({"common_status": "in_progress"}, {}, Column.IN_PROGRESS),
    ({}, {"common_status": "not_started"}, Column.NOT_STARTED),
    ({}, {"common_status": "in_progress"}, Column.IN_PROGRESS),
    ({"common_status": "in_progress"}, {"common_status": "not_started"}, Column.IN_PROGRESS),
    # Reported as done or dropped, but not closed yet: it waits for approval or evidence.
    ({"common_status": "completed"}, {}, Column.IN_PROGRESS),
    ({"common_status": "dropped"}, {}, Column.IN_PROGRESS),
    (make.closed("completed"), {}, Column.COMPLETED),
    (make.closed("dropped"), {}, Column.DROPPED),
    ({"closed_as": ClosedAs.NOT_IMPLEMENTED, "closed_on": TODAY}, {}, Column.DROPPED),
    ({}, make.closed("completed"), Column.COMPLETED),
    ({}, make.closed("dropped"), Column.DROPPED),
    (make.closed("completed"), make.closed("dropped"), Column.COMPLETED),
    (make.closed("dropped"), make.closed("completed"), Column.DROPPED),
]


@pytest.mark.parametrize(("own", "above", "column"), STANDINGS)
def test_the_column_of_each(unit, answer, own, above, column):
    type(answer).objects.update(**above)
    made = make.action(answer, **own)
    assert found(unit, status=column.value) == [made]
    counted = board.counts(unit, Filter(status="completed"), TODAY).columns
    assert counted == {one.value: int(one == column) for one in Column}


def test_every_column_is_tried():
    assert {column for _own, _above, column in STANDINGS} == set(Column)


# What needs someone --------------------------------------------------------------------------------------


def asked_in_a_round(action):
    opened = Round.objects.create(name="Time 2", due_on=in_days(9), opened_at=make.NOW)
    matrix = RoundMatrix.objects.create(
        round=opened, response=action.answer.response, name="Time 2", due_on=in_days(9)
    )
    Question.objects.create(matrix=matrix, action=action, asked_at=make.NOW)


def disagreed(action):
    Verification.objects.create(action=action, at=make.NOW, reason="No.", question="Where is it?")


def postponed(action):
    DeadlineChange.objects.create(action=action, reason="Late.", asked_at=make.NOW, after_text="2027")


def closing(action):
    Closure.objects.create(answer=action.answer, closed_as="dropped", reason="No.", asked_at=make.NOW)


def party(action, **fields):
    action.parties.all().delete()
    ActionParty.objects.create(action=action, name="Legal unit", **fields)


NEEDS = [
    (lambda one: None, [Show.OPEN], Rank.LATER),
    (lambda one: one.due(0), [Show.OPEN], Rank.SOON),
    (lambda one: one.due(30), [Show.OPEN], Rank.SOON),
    (lambda one: one.due(31), [Show.OPEN], Rank.LATER),
    (lambda one: one.due(-1), [Show.OPEN, Show.LATE], Rank.OVERDUE),
    (lambda one: one.due(-30), [Show.OPEN, Show.LATE], Rank.OVERDUE),
    (lambda one: one.due(-31), [Show.OPEN, Show.LATE, Show.LATE_30], Rank.OVERDUE),
    (lambda one: one.due(-91), [Show.OPEN, Show.LATE, Show.LATE_30, Show.LATE_90], Rank.OVERDUE),
    (lambda one: one.set(deadline_due=None, check_on=TODAY), [Show.OPEN, Show.ASKED], Rank.ASKED),
    (lambda one: one.set(deadline_due=None, check_on=in_days(1)), [Show.OPEN], Rank.LATER),
    (lambda one: asked_in_a_round(one.action), [Show.OPEN, Show.ASKED], Rank.ASKED),
    (lambda one: disagreed(one.action), [Show.OPEN, Show.ASKED, Show.DISAGREEMENT], Rank.ASKED),
    (lambda one: postponed(one.action), [Show.OPEN, Show.WAITING], Rank.WAITING),
    (lambda one: closing(one.action), [Show.OPEN, Show.WAITING], Rank.WAITING),
    (lambda one: one.action.parties.all().delete(), [Show.OPEN, Show.NO_LEAD], Rank.NO_LEAD),
    (lambda one: party(one.action, part=Part.SUPPORT), [Show.OPEN, Show.NO_LEAD], Rank.NO_LEAD),
    (lambda one: party(one.action), [Show.OPEN, Show.UNREACHABLE], Rank.LATER),
    (lambda one: party(one.action, office=one.office), [Show.OPEN, Show.UNREACHABLE], Rank.LATER),
    (lambda one: party(one.action, office=one.office, role=Role.COORDINATOR), [Show.OPEN, Show.UNREACHABLE], Rank.LATER),
    (lambda one: party(one.action, office=one.office, role=Role.ME_OFFICER), [Show.OPEN], Rank.LATER),
    (lambda one: one.owner(is_active=False), [Show.OPEN, Show.UNREACHABLE], Rank.LATER),
    (lambda one: one.mail_comes_back(), [Show.OPEN, Show.UNREACHABLE], Rank.LATER),
    (lambda one: (one.due(-91), one.set(**make.closed())), [], Rank.CLOSED),
]  # fmt: skip


class Doing:
    def __init__(self, action, office):
        self.action, self.office = action, office

    def set(self, **fields):
        KeyAction.objects.filter(pk=self.action.pk).update(**fields)

    def due(self, days):
        self.set(deadline_due=in_days(days))

    def mail_comes_back(self):
        Bounce.objects.create(address=self.action.parties.get().person.email, at=make.NOW, reason="550")

    def owner(self, **fields):
        type(self.action.parties.get().person).objects.filter(pk=self.action.parties.get().person_id).update(
            **fields
        )


@pytest.mark.parametrize(("happens", "shows", "rank"), NEEDS)
def test_what_it_needs(unit, office, action, happens, shows, rank):
    happens(Doing(action, office))
    counted = board.counts(unit, Filter(), TODAY).shows
    assert counted == {one.value: int(one in shows) for one in Show}
    assert [one for one in Show if found(unit, show=one.value)] == shows
    (row,) = board.ordered(board.matching(unit, Filter(), TODAY), TODAY)
    assert row.rank == rank
    (line,) = board_lines.lines([action.pk], TODAY)
    assert line.marks == [str(one.label) for one in board_lines.MARKED if one in shows]


def test_what_needs_a_person_now_comes_first(unit, answer, staff):
    owner = staff["action owner"]
    late, later = (make.action(answer, due=in_days(days), lead=owner) for days in (-3, -30))
    asked = make.action(answer, lead=owner, check_on=in_days(-1))
    waiting = make.action(answer, due=in_days(90), lead=owner)
    postponed(waiting)
    soon, sooner = (make.action(answer, due=in_days(days), lead=owner) for days in (20, 2))
    nobody = make.action(answer, due=in_days(400))
    far, undated = make.action(answer, due=in_days(50), lead=owner), make.action(answer, lead=owner)
    done = make.action(answer, due=in_days(-300), **make.closed())
    order = list(board.ordered(board.matching(unit, Filter(), TODAY), TODAY))
    assert order == [later, late, asked, waiting, sooner, soon, nobody, far, undated, done]


def test_an_answer_in_the_round_ends_the_asking(unit, action):
    asked_in_a_round(action)
    progress.report(action, by=None, now=make.NOW, as_of=TODAY, status="initiated", round="Time 2")
    assert not found(unit, show="asked")


# As it is shown ------------------------------------------------------------------------------------------


def test_a_line_says_who_by_when_and_how_it_stands(unit, action, answer, office):
    make.action(answer, own_number="7b")
    ActionParty.objects.create(action=action, name="M&E", office=office, role=Role.ME_OFFICER, order=2)
    KeyAction.objects.filter(pk=action.pk).update(deadline_due=in_days(-12), status="initiated")
    first, second = board_lines.lines(
        list(board.ordered(board.seen_by(unit), TODAY).values_list("pk", flat=True)), TODAY
    )
    assert (first.number, first.text, first.office) == (
        "3.1",
        "Publish the guidance.",
        "Country Office Norland",
    )
    assert (first.distance, first.days_late) == ("12 days late", 12)
    assert first.leads == ["Arlo Quist", "M&E officer, Country Office Norland"]
    assert (second.number, second.leads, second.marks) == ("7b", [], ["No lead is named"])


def test_columns_hold_the_first_of_each_and_count_all(unit, answer, monkeypatch):
    monkeypatch.setattr(board_lines, "CARDS", 2)
    made = [make.action(answer, due=in_days(days)) for days in (9, -9, 5)]
    make.action(answer, **make.closed())
    groups = board_lines.by_column(board.matching(unit, Filter(), TODAY), TODAY)
    assert [(one.key, one.count, one.more) for one in groups] == [
        ("not_reported", 3, 1), ("not_started", 0, 0), ("in_progress", 0, 0), ("completed", 1, 0), ("dropped", 0, 0),
    ]  # fmt: skip
    assert [line.action for line in groups[0].lines] == [made[1], made[2]]


@pytest.mark.parametrize(
    ("due", "key"),
    [
        (date(2026, 3, 1), "overdue"), (date(2026, 3, 2), "2026-03"), (date(2026, 3, 31), "2026-03"),
        (date(2026, 4, 1), "2026-04"), (date(2027, 2, 28), "2027-02"), (date(2027, 3, 1), "later"),
        (None, "undated"),
    ],
)  # fmt: skip
def test_what_is_open_stands_in_the_month_it_is_due_in(unit, answer, due, key):
    made = make.action(answer, due=due)
    make.action(answer, due=due, **make.closed())
    (group,) = board_lines.by_month(board.matching(unit, Filter(), TODAY), TODAY)
    assert (group.key, [line.action for line in group.lines]) == (key, [made])


@pytest.mark.parametrize(
    "words",
    [
        "Publish the guidance.", "Publish **the** guidance.", "- Publish", "1. Publish", "a) publish", "Publish\n- print",
        "[Publish](https://example.org)", "&amp; <b>x</b>", "note[^1]", "https://example.org/a_b", "A. B", "– publish",
        "  spaced   out ", "5 wells, 3 pumps", "~~gone~~", "`code`", "\\*", "1) Publish", "• Publish",
    ],
)  # fmt: skip
def test_the_quick_way_to_one_line_says_the_same(words):
    assert board_lines.one_line(words) == " ".join(text.to_plain(words).split())
