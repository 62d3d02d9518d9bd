"""Rounds of many responses are asked and closed some at a time; of one response only one is open."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evaltrack", "0006_follow_up"),
        ("responses", "0011_my_actions"),
    ]

    operations = [
        migrations.AddField(
            model_name="roundmatrix",
            name="asked",
            field=models.PositiveIntegerField(default=0, verbose_name="asked about"),
        ),
        migrations.AddField(
            model_name="roundmatrix",
            name="asked_at",
            field=models.DateTimeField(null=True, verbose_name="leads asked"),
        ),
        migrations.AddField(
            model_name="roundmatrix",
            name="closing_at",
            field=models.DateTimeField(null=True, verbose_name="being closed since"),
        ),
        migrations.AddField(
            model_name="roundmatrix",
            name="not_reported",
            field=models.JSONField(default=list, verbose_name="not reported"),
        ),
        migrations.AddIndex(
            model_name="roundmatrix",
            index=models.Index(
                condition=models.Q(("asked_at", None), ("closed_at", None)),
                fields=["id"],
                name="round_still_to_ask",
            ),
        ),
        migrations.AddIndex(
            model_name="roundmatrix",
            index=models.Index(
                condition=models.Q(("closed_at", None), ("closing_at__isnull", False)),
                fields=["id"],
                name="round_still_to_close",
            ),
        ),
        migrations.AddConstraint(
            model_name="roundmatrix",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)),
                fields=("response",),
                name="one_open_round_per_response",
            ),
        ),
    ]
