"""What a person may do is asked once for a request that changes nothing, and anew for every other."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltrack import roles
from evaltrack.models import Membership, Office, User
from evaltrack.roles import Permission, Role, can, reach, remembering
from recommendations.models import Evaluation
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return make.office("Country Office Norland")


@pytest.fixture
def reader(office: Office) -> User:
    return make.member(Role.READER, office)


def test_within_a_reading_request_it_is_asked_once(office: Office, reader: User) -> None:
    with remembering():
        assert can(reader, Permission.VIEW, [office.pk])
        with CaptureQueriesContext(connection) as asked:
            assert can(reader, Permission.VIEW, [office.pk])
            assert reach(reader).at(Permission.VIEW) == {office.pk}
            assert not can(reader, Permission.CLEAR)
        assert len(asked) == 1  # whom they stand in for, which had not been asked yet


def test_of_another_person_it_is_asked_by_itself(office: Office, reader: User) -> None:
    with remembering():
        assert can(reader, Permission.VIEW)
        assert not can(make.user(), Permission.VIEW)
        assert not Evaluation.objects.visible_to(make.user()).exists()


def test_a_role_counts_from_the_next_request_on(office: Office, reader: User) -> None:
    with remembering():
        assert not can(reader, Permission.CLEAR)
        Membership.objects.create(person=reader, office=office, role=Role.CLEARING_OFFICER)
        assert not can(reader, Permission.CLEAR)
    assert can(reader, Permission.CLEAR)
    with remembering():
        assert can(reader, Permission.CLEAR)


def test_an_account_that_was_closed_is_not_remembered_as_open(office: Office, reader: User) -> None:
    with remembering():
        assert can(reader, Permission.VIEW, [office.pk])
        reader.is_active = False
        assert not can(reader, Permission.VIEW, [office.pk])
        assert not reach(reader).identities


@pytest.mark.parametrize(("method", "held"), [("get", True), ("head", True), ("post", False)])
def test_only_requests_that_change_nothing_remember(client, monkeypatch, reader, method, held) -> None:
    seen: list[bool] = []
    ask = roles.remembered

    def noted(question, answer):
        seen.append(roles._answers.get() is not None)
        return ask(question, answer)

    monkeypatch.setattr(roles, "remembered", noted)
    client.force_login(reader)
    getattr(client, method)("/evaluations/" if held else "/evaluations/1/recommendations/")
    assert set(seen) == {held}
