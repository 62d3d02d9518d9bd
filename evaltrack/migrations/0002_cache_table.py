"""The table of the database cache (rate limits), so that ``migrate`` alone prepares a database.

Its columns are those of Django's ``createcachetable``.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evaltrack", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.CreateModel(
                    name="CacheEntry",
                    fields=[
                        ("cache_key", models.CharField(max_length=255, primary_key=True)),
                        ("value", models.TextField()),
                        ("expires", models.DateTimeField(db_index=True)),
                    ],
                    options={"db_table": "evaltrack_cache"},
                )
            ]
        )
    ]
