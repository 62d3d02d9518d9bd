from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("responses", "0004_response_workflow"),
    ]

    operations = [
        migrations.AddField(
            model_name="suggestion",
            name="reply",
            field=models.TextField(blank=True, verbose_name="why it was left"),
        ),
    ]
