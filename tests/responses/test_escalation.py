"""What stays overdue: the head of the lead's office is told, then the evaluation unit, once for each deadline."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from evaltrack import deputies
from evaltrack.deadlines import from_date
from evaltrack.models import Bounce, Mail, Membership, Office, User
from evaltrack.roles import Role
from recommendations.models import Evaluation
from responses import reminders
from responses.models import ActionParty, KeyAction, Reminder
from tests import factories as make

pytestmark = pytest.mark.django_db

DUE = date(2026, 6, 15)
HEAD, UNIT = DUE + timedelta(days=30), DUE + timedelta(days=90)


def plan(day: date) -> reminders.Planned:
    return reminders.plan(now=datetime.combine(day, time(9, tzinfo=UTC)))


def told(occasion: str) -> set[str]:
    return set(Reminder.objects.filter(occasion=occasion).values_list("recipient__name", flat=True))


def digest(person: User, day: date) -> str:
    return Mail.objects.get(key=f"digest/{person.pk}/{day}").text


class World:
    """A country office below a regional one below headquarters; the country's lead promised one action."""

    def __init__(self) -> None:
        self.headquarters = make.office("Headquarters")
        self.region = make.office("Regional Office", parent=self.headquarters)
        self.country = make.office("Country Office", parent=self.region)
        self.unit = make.member(Role.EVALUATION_UNIT, self.headquarters, "Una Berg")
        self.head = make.member(Role.CLEARING_OFFICER, self.country, "Cleo Marsh")
        self.lead = make.member(Role.ACTION_OWNER, self.country, "Nadia Osei")
        evaluation = make.evaluation([self.country], short_title="Safe wells")
        self.response = make.response(evaluation, office=self.country)
        self.answer = make.answer(make.recommendation(evaluation), self.response, decision="accepted")
        self.action = make.action(self.answer, text="Train the mechanics.", due=DUE, lead=self.lead)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("day", "heads", "units"),
    [
        (HEAD - timedelta(days=1), set(), set()),
        (HEAD, {"Cleo Marsh"}, set()),
        (UNIT - timedelta(days=1), {"Cleo Marsh"}, set()),
        (UNIT, {"Cleo Marsh"}, {"Una Berg"}),
        (DUE + timedelta(days=400), {"Cleo Marsh"}, {"Una Berg"}),
    ],
)
def test_each_stage_has_its_day_and_a_late_run_catches_up(world: World, day: date, heads: set, units: set):
    plan(day)
    assert (told("head"), told("unit")) == (heads, units)
    days = dict(Reminder.objects.filter(occasion__in=("head", "unit")).values_list("occasion", "due_for"))
    assert days.items() <= {"head": HEAD, "unit": UNIT}.items()


def test_planned_again_and_again_for_a_year_each_is_told_once(world: World):
    for number in [*range(25, 40), *range(85, 100), *range(100, 365, 15)]:
        plan(DUE + timedelta(days=number))
    assert Reminder.objects.filter(occasion="head").count() == 1
    assert Reminder.objects.filter(occasion="unit").count() == 1
    assert Mail.objects.filter(person=world.head).count() == 1


def test_the_digest_of_the_head_names_the_lead_how_late_it_is_and_what_they_were_told(world: World):
    plan(DUE)
    plan(DUE + timedelta(days=14))
    plan(HEAD + timedelta(days=1))
    text = digest(world.head, HEAD + timedelta(days=1))
    assert "1 key action is overdue at your office" in text
    assert "\nOverdue at your office\n\n- Safe wells, recommendation 1\n  Train the mechanics.\n" in text
    assert "31 days late" in text
    assert "  Lead: Nadia Osei\n  Nadia Osei was reminded 2 times, last on 29 June 2026\n" in text


def test_a_lead_who_was_not_reminded_before_is_said_not_to_have_been(world: World):
    plan(HEAD)
    assert "The lead was not reminded by mail before today." in digest(world.head, HEAD)


def test_the_lead_reads_who_else_is_told(world: World):
    plan(HEAD)
    assert "  Also told, 15 July 2026: Cleo Marsh\n" in digest(world.lead, HEAD)


def test_a_deadline_that_moves_begins_anew_and_takes_back_what_was_not_mailed(world: World):
    plan(HEAD)
    KeyAction.objects.update(deadline_due=HEAD)
    plan(HEAD + timedelta(days=1))
    plan(HEAD + timedelta(days=30))
    rows = Reminder.objects.filter(occasion="head").order_by("due_for")
    assert list(rows.values_list("due_for", "deadline")) == [
        (HEAD, DUE), (HEAD + timedelta(days=30), HEAD),
    ]  # fmt: skip


def test_what_was_planned_for_a_head_is_not_mailed_once_it_is_done_moved_or_not_theirs(world: World):
    make.action(world.answer, text="Other.", due=DUE, lead=world.lead)
    run = reminders.Planner(datetime.combine(HEAD, time(9, tzinfo=UTC)), _book(HEAD))
    run.plan()
    KeyAction.objects.filter(pk=world.action.pk).update(**make.closed())
    Membership.objects.filter(person=world.head).delete()
    successor = make.member(Role.CLEARING_OFFICER, world.country, "Soren Vik")
    plan(HEAD)
    assert told("head") == set()
    plan(HEAD + timedelta(days=1))
    assert told("head") == {"Soren Vik"}
    assert "Other." in digest(successor, HEAD + timedelta(days=1))
    assert "mechanics" not in digest(successor, HEAD + timedelta(days=1))


def _book(day: date):
    from responses.recipients import AddressBook

    return AddressBook(now=datetime.combine(day, time(9, tzinfo=UTC)))


# Whom -----------------------------------------------------------------------------------------------------


def nobody_there(world: World) -> None:
    Membership.objects.filter(person=world.head).delete()


def test_without_a_head_it_is_the_nearest_office_above_and_else_the_focal_point(world: World):
    nobody_there(world)
    above = make.member(Role.CLEARING_OFFICER, world.headquarters, "Ada Holm")
    plan(HEAD)
    assert told("head") == {"Ada Holm"}
    Reminder.objects.all().delete()
    Membership.objects.filter(person=above).delete()
    Office.objects.filter(pk=world.region.pk).update(focal_point=make.user("Finn Lark"))
    plan(HEAD + timedelta(days=1))
    assert told("head") == {"Finn Lark"}


def test_who_leads_it_is_not_told_of_themselves_but_the_one_above_is(world: World):
    ActionParty.objects.filter(action=world.action).update(person=world.head)
    make.member(Role.CLEARING_OFFICER, world.region, "Rae Moss")
    plan(HEAD)
    assert told("head") == {"Rae Moss"}


def test_the_office_of_an_office_and_of_nobody_is_the_one_that_answers(world: World):
    other = make.office("Other Office", parent=world.region)
    make.member(Role.CLEARING_OFFICER, other, "Otto Fenn")
    ActionParty.objects.filter(action=world.action).update(person=None, office=other)
    plan(HEAD)
    assert told("head") == {"Otto Fenn"}
    Reminder.objects.all().delete()
    ActionParty.objects.filter(action=world.action).update(person=None, office=None)
    plan(HEAD + timedelta(days=1))
    assert told("head") == {"Cleo Marsh"}


def test_who_works_at_several_offices_promised_it_at_the_one_that_answers(world: World):
    other = make.office("Other Office", parent=world.region)
    make.member(Role.CLEARING_OFFICER, other, "Otto Fenn")
    Membership.objects.create(person=world.lead, office=other, role=Role.READER)
    plan(HEAD)
    assert told("head") == {"Cleo Marsh"}


def test_the_heads_deputy_is_told_too(world: World):
    deputy = make.user("Dana Ek")
    deputies.name(
        world.head, deputy, by=None, starts_on=HEAD, ends_on=HEAD, today=HEAD,
        now=datetime.combine(HEAD, time(8, tzinfo=UTC)),
    )  # fmt: skip
    plan(HEAD)
    assert told("head") == {"Cleo Marsh", "Dana Ek"}


def test_of_what_is_confidential_the_evaluation_unit_alone_is_told(world: World):
    Evaluation.objects.update(confidential=True)
    plan(HEAD)
    assert told("head") == {"Una Berg"}


def test_who_was_told_sees_it_while_it_is_open(world: World):
    evaluation = make.evaluation([make.office("Elsewhere")])
    answer = make.answer(make.recommendation(evaluation), decision="accepted")
    action = make.action(answer, due=DUE, lead=world.lead)
    assert not KeyAction.objects.visible_to(world.head).filter(pk=action.pk).exists()
    plan(HEAD)
    assert KeyAction.objects.visible_to(world.head).filter(pk=action.pk).exists()
    KeyAction.objects.update(**make.closed())
    assert not KeyAction.objects.visible_to(world.head).filter(pk=action.pk).exists()


@pytest.mark.parametrize("never", ["head_after", "unit_after"])
def test_a_profile_with_0_days_never_escalates(world: World, never: str):
    profile = world.response.evaluation.profile
    profile.data["escalation"][never] = 0
    profile.save()
    plan(UNIT)
    assert told(never.partition("_")[0]) == set()


# Leads whose mail comes back --------------------------------------------------------------------------------


def test_the_coordinator_is_told_with_a_lead_whose_mail_comes_back(world: World):
    world.response.coordinator = coordinator = make.user("Cora Vale")
    world.response.save()
    Bounce.objects.create(address=world.lead.email, at=make.NOW, reason="550 no such user")
    plan(DUE)
    assert "Train the mechanics." in digest(world.lead, DUE)
    text = digest(coordinator, DUE)
    assert "\nMail to who leads these comes back\n\n1. Safe wells" in text
    assert "Mail to Nadia Osei comes back." in text


# At scale ---------------------------------------------------------------------------------------------------


def test_the_number_of_statements_does_not_grow_with_what_is_overdue(world: World):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def statements(more: int) -> int:
        for _number in range(more):
            make.action(world.answer, due=DUE, lead=world.lead)
        Reminder.objects.all().delete()
        Mail.objects.all().delete()
        with CaptureQueriesContext(connection) as captured:
            assert plan(UNIT).mails == 3
        return len(captured)

    few = statements(1)
    assert statements(30) == few


def test_after_forty_days_of_stop_everyone_gets_one_digest(world: World):
    world.response.coordinator = make.user("Cora Vale")
    world.response.save()
    for days in (0, 20, 40, 60, 100):
        make.action(world.answer, due=DUE - timedelta(days=days), lead=world.lead)
    plan(DUE)
    before = Mail.objects.count()
    assert plan(DUE + timedelta(days=40)).mails == 3  # the lead, the head, the unit
    assert plan(DUE + timedelta(days=40, hours=1)).mails == 0
    assert Mail.objects.count() == before + 3


def test_a_deadline_in_words_escalates_by_its_day(world: World):
    KeyAction.objects.update(deadline_text=from_date(DUE, "en").text)
    plan(HEAD)
    assert told("head") == {"Cleo Marsh"}
