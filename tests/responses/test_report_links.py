"""The link in a digest: made for many at once, good for one person in one browser, and no longer than it may be."""

import pytest

from responses import report_links
from responses.models import ReportLink
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_links_for_many_people_are_made_in_one_insert(django_assert_num_queries):
    people = [make.user().pk for _ in range(3)]
    closed = make.user(is_active=False).pk
    with django_assert_num_queries(2):
        made = report_links.issue([*people, closed], now=make.NOW)
    assert made.keys() == set(people)
    assert len(set(made.values())) == 3
    assert set(ReportLink.objects.values_list("person", flat=True)) == set(people)
