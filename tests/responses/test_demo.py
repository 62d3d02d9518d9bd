"""The demo data: of real size, telling the same story on whatever day it is made."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from statistics import mean

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from evaltrack.deadlines import Kind
from evaltrack.management.commands import serve
from evaltrack.models import AuditEntry, Mail, Membership, Notification, Office, Part, User
from evaltrack.roles import Role
from recommendations.choices import CommonStatus, Decision
from recommendations.models import Evaluation
from responses import demo
from responses.matrix import check
from responses.matrix.build import build
from responses.matrix.texts import texts
from responses.models import (
    ActionParty,
    ClearanceStep,
    KeyAction,
    ManagementResponse,
    ProgressUpdate,
    Snapshot,
)
from responses.reminders import to_remind_of
from responses.snapshots import is_intact
from tests import factories

OUTSIDERS = {"Regional water bureau", "Ministries of health", "Radios communautaires", "Health referral team"}


@pytest.fixture(scope="module", params=[date(2026, 3, 2), date(2028, 2, 29), date(2026, 12, 31)], ids=str)
def today(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[date]:
    """A day on which the demo was made; it stays until the tests of this day are over."""
    now = datetime.combine(request.param, datetime.min.time(), UTC) + timedelta(hours=10)
    with django_db_blocker.unblock(), time_machine.travel(now, tick=False), transaction.atomic():
        demo.seed(now=timezone.now())
        yield request.param
        transaction.set_rollback(True)


def largest() -> Evaluation:
    return Evaluation.objects.get(short_title="Clear Springs")


def rows() -> dict[str, int]:
    """How many rows there are in each table."""
    return {model.__name__: model._default_manager.count() for model in apps.get_models()}


def test_four_evaluations_of_different_offices_profiles_and_languages(today: date) -> None:
    found = Evaluation.objects.order_by("report_date")
    assert [one.profile.slug for one in found] == ["iom-matrix", "iom-2022", "plain", "plain"]
    assert [one.language for one in found] == ["en", "fr", "en", "en"]
    assert len({one.responses.get().office for one in found}) == 4


def test_responses_stand_at_every_stage_of_their_way(today: date) -> None:
    found = ManagementResponse.objects.order_by("evaluation__report_date")
    assert [(one.state, one.version) for one in found] == [
        ("published", 2),
        ("published", 1),
        ("in_clearance", 1),
        ("drafting", 1),
    ]
    assert all(is_intact(one) for one in Snapshot.objects.all())
    assert Snapshot.objects.filter(kind="cleared").count() == 3
    assert ClearanceStep.objects.filter(state="returned").count() == 2


def test_what_was_told_in_the_past_was_mailed_then(today: date) -> None:
    waiting = Mail.objects.filter(state=Mail.State.WAITING)
    assert {mail.kind for mail in waiting} == {"digest", "answer"}
    assert not Notification.objects.filter(read_at=None, at__lt=timezone.now() - timedelta(days=15)).exists()


def test_the_largest_is_of_real_size(today: date) -> None:
    matrix = build(largest().responses.get())
    assert len(matrix.recommendations) == 12
    assert sum(len(one.actions) for one in matrix.recommendations) == 60
    narratives = [one.response.narrative or "" for one in matrix.recommendations]
    assert min(map(len, narratives)) > 800
    assert 1_000 <= mean(map(len, narratives)) <= 1_200


def test_decisions_are_of_every_kind(today: date) -> None:
    found = [one for each in ManagementResponse.objects.all() for one in build(each).recommendations]
    decisions = Counter(one.response.decision for one in found)
    assert decisions.keys() == {*Decision.values, None}
    assert decisions[None] == 3
    bare = [one for one in found if one.response.decision == Decision.ACCEPTED and not one.actions]
    assert [one.number for one in bare] == ["11"]


def test_the_tree_of_offices_has_a_renamed_one_and_aliases(today: date) -> None:
    kinds = Counter(Office.objects.values_list("kind", flat=True))
    assert (kinds["regional"], kinds["country"]) == (2, 6)
    renamed = Office.objects.all().named("gender and protection unit")
    assert renamed
    assert renamed.name == "Protection and Inclusion Division"
    assert renamed.aliases.get(ends_on__lt=today).starts_on


def test_every_role_signs_in(today: date) -> None:
    signed_in = set()
    for person in demo.sign_ins():
        client = Client()
        assert client.login(username=person.email, password=person.password), person
        assert client.get("/").status_code == 200, person
        roles = Membership.objects.filter(person__email=person.email)
        signed_in |= set(roles.values_list("role", flat=True))
    assert signed_in == set(Role.values)


def test_some_actions_are_overdue_and_some_due_in_the_next_days(today: date) -> None:
    to_do = to_remind_of()
    for response in ManagementResponse.objects.exclude(evaluation__profile__slug="plain"):
        own = to_do.filter(answer__response=response)
        assert own.filter(deadline_due__lt=today).count() >= 5, response
        assert own.filter(deadline_due__range=(today, today + timedelta(days=7))).count() >= 1, response
    owner = User.objects.get(email="bran.teferi-lowe@example.org")
    led = to_do.filter(parties__person=owner, parties__part=Part.LEAD)
    assert led.filter(deadline_due__lt=today).count() >= 3
    assert led.filter(deadline_due__range=(today, today + timedelta(days=14))).count() >= 2


def test_statuses_and_lateness_are_mixed(today: date) -> None:
    own = KeyAction.objects.filter(answer__response__evaluation=largest())
    statuses = Counter(own.values_list("common_status", flat=True))
    assert statuses.keys() == {*CommonStatus.values, ""}
    assert min(statuses[CommonStatus.COMPLETED], statuses[CommonStatus.IN_PROGRESS]) >= 15
    done = ProgressUpdate.objects.filter(action__in=own, status="completed").select_related("action")
    late = [
        one for one in done if one.action and one.action.deadline_due and one.as_of > one.action.deadline_due
    ]
    assert len(late) >= 3
    assert own.filter(updates=None, deadline_due__lt=today).exists()


def test_deadlines_are_written_in_every_way(today: date) -> None:
    kinds = set(KeyAction.objects.values_list("deadline_kind", flat=True))
    assert kinds == {*Kind, ""}


def test_every_lead_is_known_but_for_bodies_outside(today: date) -> None:
    leads = ActionParty.objects.filter(part=Part.LEAD)
    unknown = leads.filter(person=None, office=None).values_list("name", flat=True)
    assert set(unknown) == OUTSIDERS


def test_no_time_is_left_to_be_filled_in_and_every_footnote_is_there(today: date) -> None:
    for response in ManagementResponse.objects.all():
        matrix = build(response)
        assert check.problems(matrix, response.evaluation.profile.rules) == []
        assert list(check.faults(matrix)) == []
        assert [path for path, text in texts(matrix) if "{" in text or "}" in text] == []


def test_the_history_is_told_by_many_people_and_lies_in_the_past(today: date) -> None:
    now = timezone.now()
    assert not AuditEntry.objects.filter(at__gte=now).exists()
    entries = AuditEntry.objects.filter(parent_type="evaluation")
    assert entries.values("actor").distinct().count() >= 10
    assert entries.filter(at__gte=now - timedelta(days=2)).exists()
    for evaluation in Evaluation.objects.all():
        own = entries.filter(parent_id=evaluation.pk).order_by("at", "pk")
        assert own[0].verb == "entered"
        assert evaluation.report_date
        assert own[0].at.date() > evaluation.report_date
    assert not ProgressUpdate.objects.filter(reported_by=None).exists()


def test_a_reminder_waits_for_the_action_owner(today: date) -> None:
    mail = Mail.objects.get(to="bran.teferi-lowe@example.org", kind="digest")
    assert (mail.state, mail.not_before) == (Mail.State.WAITING, timezone.now())
    french = Mail.objects.get(to="ousmane.baobabou@example.org", kind="digest")
    assert french.reminders.count() >= 3


def test_a_second_run_changes_nothing_and_tells_the_sign_ins_again(today: date) -> None:
    before, said = rows(), StringIO()
    call_command("seed_demo", stdout=said)
    assert rows() == before
    assert "already" in said.getvalue()
    assert all(person.email in said.getvalue() for person in demo.sign_ins())


@pytest.mark.parametrize(
    ("host", "warned"),
    [
        ("127.0.0.1", False),
        ("127.8.0.1", False),
        ("::1", False),
        ("localhost", False),
        ("0.0.0.0", True),
        ("::", True),
        ("192.0.2.7", True),
        ("evaltrack.example.org", True),
    ],
)
def test_it_is_warned_of_where_others_can_reach_it(today: date, host: str, warned: bool) -> None:
    assert ("password is published" in serve.warning(host)) == warned


@pytest.mark.django_db
def test_without_it_there_is_nothing_to_warn_of() -> None:
    factories.evaluation()
    assert serve.warning("0.0.0.0") == ""


@pytest.mark.django_db
def test_fiction_is_not_put_among_real_evaluations() -> None:
    factories.evaluation()
    before, said = rows(), StringIO()
    with pytest.raises(CommandError, match="without any"):
        call_command("seed_demo")
    call_command("seed_demo", if_empty=True, stdout=said)
    assert "without any" in said.getvalue()
    assert demo.DEMO_PASSWORD not in said.getvalue()
    assert rows() == before


@pytest.mark.django_db
def test_what_fails_half_way_leaves_nothing() -> None:
    factories.office("Nivalis Chad")
    before = rows()
    with pytest.raises(CommandError, match="Nivalis Chad"):
        call_command("seed_demo")
    assert rows() == before
