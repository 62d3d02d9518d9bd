"""Links know for which address and password they were made; an update sent twice is one."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("responses", "0010_verification")]

    operations = [
        migrations.AddField(
            "reportlink", "issued_for", models.CharField(default="", editable=False, max_length=64)
        ),
        migrations.AddField(
            "progressupdate", "client_key", models.CharField(blank=True, default="", editable=False, max_length=40)
        ),
        migrations.AddConstraint(
            "progressupdate",
            models.UniqueConstraint(
                condition=~Q(client_key=""), fields=["action", "client_key"], name="update_sent_once"
            ),
        ),
    ]
