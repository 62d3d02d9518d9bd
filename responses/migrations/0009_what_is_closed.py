"""What was reported as completed or dropped is closed; what was cleared keeps its deadline as the first one."""

from django.db import migrations
from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce, Now, TruncDate

CLOSES = ("completed", "dropped")


def close(apps, schema_editor):
    ProgressUpdate = apps.get_model("responses", "ProgressUpdate")
    for name, subject in (("KeyAction", "action"), ("RecommendationResponse", "answer")):
        rows = apps.get_model("responses", name).objects
        updates = ProgressUpdate.objects.filter(**{subject: OuterRef("pk")}).order_by("-as_of", "-pk")
        reported = Subquery(updates.values("as_of")[:1])
        rows.filter(Exists(updates)).update(reported_on=reported)
        rows.filter(common_status__in=CLOSES).update(
            closed_as=F("common_status"), closed_on=Coalesce(reported, TruncDate(Now()))
        )


def keep_first_deadlines(apps, schema_editor):
    Snapshot = apps.get_model("responses", "Snapshot")
    cleared = Snapshot.objects.filter(response=OuterRef("answer__response"), kind="cleared")
    actions = apps.get_model("responses", "KeyAction").objects.filter(Exists(cleared))
    actions.update(first_deadline_text=F("deadline_text"), first_due=F("deadline_due"))


class Migration(migrations.Migration):
    dependencies = [("responses", "0008_follow_up")]
    operations = [
        migrations.RunPython(close, migrations.RunPython.noop),
        migrations.RunPython(keep_first_deadlines, migrations.RunPython.noop),
    ]
