"""What a migration of data leaves behind, tried on rows as they were before it."""

from datetime import UTC, date, datetime
from importlib import import_module

import pytest
from django.apps import apps

from recommendations.models import Evaluation
from responses.models import ManagementResponse
from tests import factories as make

pytestmark = pytest.mark.django_db

BEGUN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def test_what_was_begun_before_is_due_by_the_profile_and_handed_over():
    fill_in = import_module("responses.migrations.0007_due_and_handed_over").fill_in
    dated = make.response(make.evaluation(profile_slug="plain", report_date=date(2026, 1, 1)))
    undated = make.response()
    asked = make.response(
        make.evaluation(report_date=date(2026, 1, 1)), due_on=date(2026, 9, 1), state="prefilling"
    )
    untouched = make.evaluation()
    ManagementResponse.objects.update(created_at=BEGUN)
    fill_in(apps, None)
    due = dict(ManagementResponse.objects.values_list("pk", "due_on"))
    assert due == {dated.pk: date(2026, 2, 12), undated.pk: None, asked.pk: date(2026, 9, 1)}
    handed_over = dict(Evaluation.objects.values_list("pk", "handed_over_at"))
    assert handed_over == {
        dated.evaluation_id: BEGUN, undated.evaluation_id: BEGUN, asked.evaluation_id: None, untouched.pk: None,
    }  # fmt: skip
