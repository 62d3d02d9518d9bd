from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evaltrack", "0006_follow_up")]

    operations = [
        migrations.AddField(
            model_name="office",
            name="rest_days",
            field=models.CharField(blank=True, max_length=7, verbose_name="days of rest"),
        ),
    ]
