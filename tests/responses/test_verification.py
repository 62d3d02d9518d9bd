"""The independent check: who may give a verdict, on what scales, and what follows from one."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from evaltrack import hand_over, holdings
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Notification, Office, User
from evaltrack.roles import Role
from recommendations.models import Evaluation
from responses import progress, verification, verified
from responses.models import KeyAction, ManagementResponse, Reviewer, Verification
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office() -> Office:
    return make.office("Country Office Arvendia")


@pytest.fixture
def unit(office: Office) -> User:
    return make.member(Role.EVALUATION_UNIT, office, "Una Berg")


@pytest.fixture
def lead() -> User:
    return make.user("Arlo Quist")


@pytest.fixture
def coordinator() -> User:
    return make.user("Cora Lind")


@pytest.fixture
def response(office: Office, coordinator: User) -> ManagementResponse:
    return make.response(make.evaluation([office], short_title="River ports"), coordinator=coordinator)


@pytest.fixture
def action(response: ManagementResponse, lead: User) -> KeyAction:
    answer = make.answer(make.recommendation(response.evaluation), response, decision="accepted")
    return make.action(answer, lead=lead, text="Mend the pump.", due=date(2026, 6, 30))


@pytest.fixture
def reported(action: KeyAction, lead: User) -> KeyAction:
    say(action, lead, "completed")
    return action


def say(action: KeyAction, by: User, status: str, at: datetime = NOW - timedelta(days=1)) -> None:
    progress.report(action, by=by, now=at, as_of=at.date(), status=status, comment="As told.")


def check(subject: Any, by: User, implementation: str = "full", **more: Any) -> Verification:
    more = {"reason": "Seen on the visit of August.", "now": NOW, **more}
    return verification.check(subject, by=by, implementation=implementation, **more)


def test_a_verdict_stands_beside_the_report_and_changes_nothing_of_it(
    reported: KeyAction, unit: User
) -> None:
    made = check(reported, unit, "full", alignment="high", timeliness="late")
    reported.refresh_from_db()
    assert (reported.status, reported.closed_as) == ("completed", "completed")
    assert (made.update, made.reviewer) == (progress.latest(reported), unit)
    entry = AuditEntry.objects.get(verb="checked")
    assert entry.changes["implementation"] == ["", "full"]
    assert entry.changes["reason"] == ["", "Seen on the visit of August."]


@pytest.mark.parametrize("who", ["lead", "coordinator", "someone else", "reader"])
def test_who_has_no_part_in_checking_may_not(
    who: str, reported: KeyAction, lead: User, coordinator: User, office: Office
) -> None:
    people = {
        "lead": lead,
        "coordinator": coordinator,
        "someone else": make.user(),
        "reader": make.member(Role.READER, office),
    }
    with pytest.raises(PermissionDenied):
        check(reported, people[who])


@pytest.mark.parametrize(
    ("make_dependent", "sentence"),
    [
        (lambda action, unit: say(action, unit, "completed"), "You reported on this yourself"),
        (
            lambda action, unit: action.parties.create(name="U", person=unit, part="support"),
            "You are responsible for this key action",
        ),
        (
            lambda action, unit: ManagementResponse.objects.update(coordinator=unit),
            "You coordinate this response",
        ),
    ],
)
def test_nobody_checks_what_they_have_a_part_in(
    reported: KeyAction, unit: User, make_dependent: Any, sentence: str
) -> None:
    make_dependent(reported, unit)
    with pytest.raises(Refused, match=sentence):
        check(KeyAction.objects.get(pk=reported.pk), unit)


def test_a_named_second_person_may_and_sees_the_evaluation(reported: KeyAction, unit: User) -> None:
    second = make.user("Sefa Tau")
    response = reported.answer.response
    assert not Evaluation.objects.visible_to(second).exists()
    reviewer = verification.name_reviewer(response, second, by=unit, now=NOW)
    assert list(Evaluation.objects.visible_to(second)) == [response.evaluation]
    assert "River ports" in Notification.objects.get(person=second).text
    check(reported, second)
    verification.dismiss_reviewer(reviewer, by=unit)
    with pytest.raises(PermissionDenied):
        check(reported, second)
    assert Verification.objects.count() == 1


def test_only_who_oversees_names_and_never_the_coordinator(
    response: ManagementResponse, unit: User, coordinator: User, lead: User
) -> None:
    with pytest.raises(PermissionDenied):
        verification.name_reviewer(response, make.user(), by=coordinator, now=NOW)
    with pytest.raises(Refused, match="coordinates this response"):
        verification.name_reviewer(response, coordinator, by=unit, now=NOW)
    with pytest.raises(Refused, match="no active account"):
        verification.name_reviewer(response, make.user(is_active=False), by=unit, now=NOW)
    assert not Reviewer.objects.exists()


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        ({"implementation": "splendid"}, "“splendid” is not on the scale. Choose one of: full, largely"),
        ({"implementation": ""}, "is not on the scale"),
        ({"alignment": "odd"}, "“odd” is not on the scale"),
        ({"timeliness": "odd"}, "“odd” is not on the scale"),
        ({"reason": "  "}, "what the verdict rests on"),
        ({"reason": "x" * 4001}, "At most 4000 characters"),
        ({"implementation": "partly"}, "This is not what was reported"),
    ],
)
def test_what_a_verdict_must_say(
    reported: KeyAction, unit: User, verdict: dict[str, str], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        check(reported, unit, **{"implementation": "full", **verdict})
    assert not Verification.objects.exists()


@pytest.mark.parametrize(
    ("status", "grade", "asks"),
    [
        ("completed", "full", False),
        ("completed", "largely", True),
        ("completed", "not", True),
        ("initiated", "partly", False),
        ("initiated", "full", True),
        ("not_initiated", "not", False),
        ("", "not", False),
    ],
)
def test_a_question_is_needed_where_the_verdict_is_another(
    action: KeyAction, lead: User, unit: User, status: str, grade: str, asks: bool
) -> None:
    if status:
        say(action, lead, status)
    if asks:
        with pytest.raises(Refused):
            check(action, unit, grade)
        check(action, unit, grade, question="Where is the second pump?")
    else:
        check(action, unit, grade)


def test_who_disagrees_asks_the_lead_and_the_next_report_answers(
    reported: KeyAction, unit: User, lead: User, coordinator: User
) -> None:
    check(reported, unit, "partly", question="Where is the second pump?")
    told = Notification.objects.filter(kind="check_question")
    assert {row.person for row in told} == {lead, coordinator}
    assert {row.detail for row in told} == {"Where is the second pump?"}
    assert Verification.objects.unanswered().count() == 1
    say(reported, lead, "completed", NOW + timedelta(hours=1))
    assert not Verification.objects.unanswered().exists()
    (verdict,) = verified.verdicts_of(reported, reported.answer.response.evaluation.profile.rules)
    assert (verdict.disagrees, verdict.before_report, verdict.unanswered) == (True, True, False)


def test_a_later_check_settles_an_open_question(reported: KeyAction, unit: User, office: Office) -> None:
    check(reported, unit, "partly", question="Where is the second pump?")
    check(reported, make.member(Role.EVALUATION_UNIT, office), "full", now=NOW + timedelta(days=1))
    assert not Verification.objects.unanswered().exists()


@pytest.mark.parametrize("named_already", [False, True])
def test_the_naming_is_handed_over_once(
    response: ManagementResponse, unit: User, named_already: bool
) -> None:
    leaver, taker = make.user("Sefa Tau"), make.user("Noa Lind")
    verification.name_reviewer(response, leaver, by=unit, now=NOW)
    if named_already:
        verification.name_reviewer(response, taker, by=unit, now=NOW)
    (holding,) = [one for one in holdings.of(leaver, by=None, today=NOW.date()) if one.items]
    assert (holding.key, holding.items[0].text) == ("reviews", "River ports")
    hand_over.hand_over(
        leaver, {"reviews": taker}, by=None, reason="She moves on.", now=NOW, today=NOW.date()
    )
    assert [row.person for row in Reviewer.objects.all()] == [taker]


# A later evaluation ---------------------------------------------------------------------------------------


def note(action: KeyAction, by: User, evaluation: Evaluation) -> Verification:
    return verification.note_later_verdict(
        action, by=by, now=NOW, evaluation=evaluation, implementation="not", reason="No pump was found.",
        where="paragraph 48",
    )  # fmt: skip


def test_a_later_evaluations_verdict_is_a_third_column(
    reported: KeyAction, unit: User, office: Office
) -> None:
    check(reported, unit, "full")
    later = make.evaluation([office], report_date=date(2028, 3, 1), short_title="River ports, again")
    note(reported, unit, later)
    (row,) = verified.columns_of(reported.answer.response)
    assert row.checked
    assert row.later
    assert (row.reported.words, row.checked.implementation.words, row.later.implementation.words) == (
        "Completed", "Fully", "Not",
    )  # fmt: skip
    assert (row.later.row.evaluation, row.later.row.where) == (later, "paragraph 48")


def test_which_evaluations_can_be_later(reported: KeyAction, unit: User, office: Office) -> None:
    own = reported.answer.response.evaluation
    Evaluation.objects.filter(pk=own.pk).update(report_date=date(2025, 5, 1))
    own.refresh_from_db()
    unseen = make.evaluation([make.office()], report_date=date(2028, 1, 1))
    earlier = make.evaluation([office], report_date=date(2024, 1, 1), short_title="Before")
    for evaluation, sentence in (
        (own, "no later verdict on its own"),
        (unseen, "no such evaluation"),
        (earlier, "“Before” is earlier"),
    ):
        with pytest.raises(Refused, match=sentence):
            note(reported, unit, evaluation)


# Figures --------------------------------------------------------------------------------------------------


def test_the_checked_figure_stands_beside_the_reported_one(
    response: ManagementResponse, unit: User, lead: User
) -> None:
    answer = make.answer(make.recommendation(response.evaluation), response, decision="accepted")
    actions = [make.action(answer, lead=lead) for _each in range(5)]
    for one, status in zip(actions, ["completed", "completed", "completed", "initiated", ""], strict=True):
        if status:
            say(one, lead, status)
    check(actions[0], unit, "full")
    check(actions[1], unit, "partly", question="Both?")
    found = {one.code: (one.reported, one.checked) for one in verified.figures(verified.columns_of(response))}
    assert found == {
        "completed": (3, 1),
        "in_progress": (1, 1),
        "not_reported": (1, 0),
        "not_checked": (0, 3),
    }


def test_what_is_still_to_check(
    response: ManagementResponse, unit: User, lead: User, django_assert_num_queries: Any
) -> None:
    answer = make.answer(make.recommendation(response.evaluation), response, decision="accepted")
    for _each in range(3):
        say(make.action(answer, lead=lead), lead, "completed")
    first, second, _third = answer.actions.all()
    check(first, unit)
    check(second, unit, "not", question="Since when?")
    say(first, lead, "completed", NOW + timedelta(days=1))  # what was checked is older than the last report
    (row,) = verified.to_check(verified.checked_by(unit))
    assert (row.completed, row.checked, row.open, row.questions) == (3, 1, 2, 1)
    with django_assert_num_queries(2):
        verified.to_check(ManagementResponse.objects.all())


def test_where_the_status_stands_with_the_recommendation_that_is_checked(unit: User, office: Office) -> None:
    evaluation = make.evaluation([office], "iom-2022")
    answer = make.answer(make.recommendation(evaluation), decision="accepted")
    officer = make.member(Role.ME_OFFICER, office)
    make.action(answer)
    progress.report(answer, by=officer, now=NOW, as_of=NOW.date(), status="completed", round="Time 2")
    check(answer, unit)
    (row,) = verified.columns_of(answer.response)
    assert (row.number, row.is_action, row.reported.words) == ("1", False, "Completed")
    (waiting,) = verified.to_check(verified.checked_by(unit))
    assert (waiting.completed, waiting.checked) == (1, 1)
