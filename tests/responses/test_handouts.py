"""What was given out is known again when it comes back, by those who may see the response, for a year."""

from dataclasses import replace
from datetime import timedelta

import pytest

from evaltrack.roles import Role
from responses import handouts
from responses.models import Handout
from tests import factories as make
from tests.responses.matrix.matrices import harbour

pytestmark = pytest.mark.django_db

NOW = make.NOW


@pytest.fixture
def here():
    return make.office("Country Office Norland")


@pytest.fixture
def officer(here):
    return make.member(Role.ME_OFFICER, here)


@pytest.fixture
def response(here):
    return make.response(make.evaluation([here]), office=here)


def test_what_comes_back_is_compared_with_what_was_given_out(response, officer):
    token = handouts.issue(response, harbour(), "docx", officer, NOW)
    given = handouts.found(token, officer)
    assert (given.response, given.format, given.by, given.at) == (response, "docx", officer, NOW)
    assert handouts.matrix_of(given) == harbour()


def test_who_takes_the_same_away_again_gets_the_same_token(response, officer):
    first = handouts.issue(response, harbour(), "docx", officer, NOW)
    later = NOW + timedelta(days=3)
    assert handouts.issue(response, harbour(), "docx", officer, later) == first
    assert Handout.objects.get().at == later


def test_every_other_file_has_a_token_of_its_own(response, officer):
    changed = replace(harbour(), coordinator="Someone else")
    tokens = [
        handouts.issue(response, harbour(), "docx", officer, NOW),
        handouts.issue(response, changed, "docx", officer, NOW),
        handouts.issue(response, harbour(), "xlsx", officer, NOW),
        handouts.issue(response, harbour(), "docx", None, NOW),
        handouts.issue(make.response(), harbour(), "docx", officer, NOW),
    ]
    assert len(set(tokens)) == Handout.objects.count() == 5
    assert all(len(token) > 20 for token in tokens)


def test_only_who_may_see_the_response_finds_it(response, officer):
    token = handouts.issue(response, harbour(), "docx", officer, NOW)
    stranger = make.member(Role.ME_OFFICER, make.office("Country Office Ostania"))
    assert handouts.found(token, officer) is not None
    assert handouts.found(token, stranger) is None
    response.evaluation.confidential = True
    response.evaluation.save()
    assert handouts.found(token, make.member(Role.READER, response.office)) is None


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "a b", "\x00", "é" * 22, "../../etc"])
def test_what_is_no_token_finds_nothing(response, officer, token):
    handouts.issue(response, harbour(), "docx", officer, NOW)
    assert handouts.found(token, officer) is None


def test_it_is_forgotten_a_year_after_it_was_last_taken_away(response, officer):
    token = handouts.issue(response, harbour(), "docx", officer, NOW)
    assert handouts.forget(now=NOW + timedelta(days=365)) == 0
    handouts.issue(response, harbour(), "docx", officer, NOW + timedelta(days=100))
    assert handouts.forget(now=NOW + timedelta(days=366)) == 0
    assert handouts.forget(now=NOW + timedelta(days=466)) == 1
    assert handouts.found(token, officer) is None
