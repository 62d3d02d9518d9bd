"""Reporting: what a report keeps, what it leaves as it was, and for which round it counts."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from evaltrack.errors import Refused
from evaltrack.models import AuditEntry
from responses import actions, progress, snapshots
from responses.choices import Channel, SnapshotKind
from responses.models import Round, RoundMatrix
from tests import factories as make
from tests.responses.follow_ups import World, days

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to(make.NOW)


@pytest.fixture
def there():
    return World()


def open_round(there, name="Spring 2026", **fields):
    now = timezone.now()
    opened = Round.objects.create(name=name, due_on=now.date(), opened_at=now)
    return RoundMatrix.objects.create(
        round=opened, response=there.response, name=name, due_on=now.date(), **fields
    )


def test_a_report_keeps_each_thing_that_was_said(there):
    update = there.report(
        there.word("in_progress"), comment="Half.", done="Two workshops.", next_step="The third.",
        channel=Channel.MAIL,
    )  # fmt: skip
    update.refresh_from_db()
    assert (update.comment, update.done, update.next_step, update.channel) == (
        "Half.", "Two workshops.", "The third.", "mail",
    )  # fmt: skip
    said = AuditEntry.objects.get(verb="reported").changes
    assert said["done"] == ["", "Two workshops."]
    assert said["next_step"] == ["", "The third."]


def test_a_report_without_status_leaves_it_as_it_was(there):
    there.report(there.word("in_progress"), as_of=timezone.localdate() - days(2))
    update = there.report(comment="Still at it.")
    assert update.status == there.word("in_progress")
    assert there.stands == ("in_progress", "")
    assert there.action.reported_on == timezone.localdate()


def test_not_reported_is_not_not_started(there):
    assert there.stands == ("", "")
    there.report(comment="Nobody told me yet.")
    assert there.stands == ("", "")
    there.report(there.word("not_started"))
    assert there.stands == ("not_started", "")


def test_a_report_that_says_nothing_is_refused(there):
    with pytest.raises(Refused, match="Choose a status or say in a sentence"):
        there.report(comment="  ")


def test_what_comes_next_alone_is_a_report(there):
    assert there.report(next_step="Ask the ministry.").next_step == "Ask the ministry."


def test_progress_before_the_response_is_issued_is_allowed(there):
    there.response.state = "drafting"
    there.response.save()
    there.report(there.word("completed"), as_of=there.evaluation.report_date - timedelta(days=30))
    assert there.stands == ("completed", "completed")


def test_reports_are_made_by_its_parties_and_those_who_report_for_the_office(there):
    with pytest.raises(PermissionDenied):
        there.report(there.word("completed"), by=there.head)
    there.report(there.word("completed"), by=there.coordinator)


# Rounds --------------------------------------------------------------------------------------------------


def test_a_report_counts_for_the_round_that_is_open(there):
    assert there.report(comment="Before.").round == ""
    open_round(there)
    assert there.report(comment="Within.").round == "Spring 2026"
    assert there.report(comment="By name.", round="Spring 2026").round == "Spring 2026"


def test_a_report_does_not_count_for_a_round_of_another_response(there):
    now = timezone.now()
    opened = Round.objects.create(name="Spring 2026", due_on=now.date(), opened_at=now)
    other = make.response(make.evaluation())
    RoundMatrix.objects.create(round=opened, response=other, name="Spring 2026", due_on=now.date())
    assert there.report(comment="Not mine.").round == ""


def test_what_was_reported_in_a_closed_round_stays_as_it_is(there):
    matrix = open_round(there)
    update = there.report(there.word("in_progress"))
    RoundMatrix.objects.filter(pk=matrix.pk).update(closed_at=timezone.now(), snapshot=snapshot_of(there))
    assert there.report(comment="After.").round == ""
    with pytest.raises(Refused, match="“Spring 2026” is closed"):
        there.report(comment="Late.", round="Spring 2026")
    with pytest.raises(Refused, match="“Spring 2026” is closed"):
        progress.correct(update, by=there.lead, status=there.word("completed"), comment="")
    update.refresh_from_db()
    assert update.status == there.word("in_progress")


def snapshot_of(there):
    return snapshots.take(there.response, SnapshotKind.ROUND, submission=0, now=timezone.now(), by=None)


# What goes on --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deadline", "until"),
    [
        ("Continuous until 31 December 2026", "2026-12-31"),
        ("January 2026 - June 2026", "2026-06-30"),
        ("31 December 2026", None),
        ("Ongoing", None),
        ("Continuous until 28 February 2026", None),
    ],
)
def test_what_goes_on_until_a_day_is_asked_back_about_before_it(there, deadline, until):
    there.response.state = "drafting"
    there.response.save()
    actions.set_deadline(there.action, deadline, by=None)
    found = progress.runs_until(there.action, timezone.localdate())
    assert (found.isoformat() if found else None) == until
