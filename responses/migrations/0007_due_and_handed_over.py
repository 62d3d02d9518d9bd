"""What was begun before responses were asked for is due by its profile's term, and counts as handed over."""

from typing import Any

from django.db import migrations
from django.db.models import Min

from recommendations import terms
from recommendations.profiles import Term


def fill_in(apps: Any, schema_editor: Any) -> None:
    ManagementResponse = apps.get_model("responses", "ManagementResponse")
    Evaluation = apps.get_model("recommendations", "Evaluation")
    RuleProfile = apps.get_model("recommendations", "RuleProfile")
    rules = {pk: Term(**data["response_term"]) for pk, data in RuleProfile.objects.values_list("pk", "data")}
    undated = ManagementResponse.objects.filter(due_on=None).exclude(evaluation__report_date=None)
    rows = undated.values_list("pk", "evaluation__report_date", "evaluation__profile")
    due = [
        ManagementResponse(pk=pk, due_on=terms.ends(rules[profile], issued))
        for pk, issued, profile in rows.iterator()
    ]
    ManagementResponse.objects.bulk_update(due, ["due_on"], batch_size=500)
    begun = Evaluation.objects.filter(handed_over_at=None).exclude(responses=None)
    begun = begun.exclude(responses__state="prefilling").annotate(begun_at=Min("responses__created_at"))
    handed_over = [
        Evaluation(pk=pk, handed_over_at=moment) for pk, moment in begun.values_list("pk", "begun_at")
    ]
    Evaluation.objects.bulk_update(handed_over, ["handed_over_at"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("recommendations", "0003_way_of_an_evaluation"),
        ("responses", "0006_snapshots_stay"),
    ]
    operations = [migrations.RunPython(fill_in, migrations.RunPython.noop)]
