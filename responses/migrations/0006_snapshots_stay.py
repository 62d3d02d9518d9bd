"""A snapshot says when its version was published; and the database refuses to alter or remove one.

What may still change is who took it, when that account is deleted, and once the day of its publication.
"""

from django.db import migrations, models

FROZEN = (
    "id, response_id, kind, version, submission, label, matrix, cleared_by, sha256, taken_at"
)
SENTENCE = "A snapshot stays as it was taken: it is neither changed nor removed."

POSTGRES = (
    f"""
    CREATE FUNCTION responses_snapshot_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    f"""
    CREATE TRIGGER snapshot_unaltered BEFORE UPDATE OF {FROZEN} OR DELETE ON responses_snapshot
    FOR EACH STATEMENT EXECUTE FUNCTION responses_snapshot_refuse()
    """,
    """
    CREATE TRIGGER snapshot_published_once BEFORE UPDATE OF published_at ON responses_snapshot
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION responses_snapshot_refuse()
    """,
    """
    CREATE TRIGGER snapshot_kept BEFORE TRUNCATE ON responses_snapshot
    FOR EACH STATEMENT EXECUTE FUNCTION responses_snapshot_refuse()
    """,
)
UNDO_POSTGRES = (
    *(
        f"DROP TRIGGER {name} ON responses_snapshot"
        for name in ("snapshot_unaltered", "snapshot_published_once", "snapshot_kept")
    ),
    "DROP FUNCTION responses_snapshot_refuse()",
)

REFUSE = f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
SQLITE = (
    f"CREATE TRIGGER snapshot_unaltered BEFORE UPDATE OF {FROZEN} ON responses_snapshot {REFUSE}",
    "CREATE TRIGGER snapshot_published_once BEFORE UPDATE OF published_at ON responses_snapshot"
    f" WHEN OLD.published_at IS NOT NULL {REFUSE}",
    f"CREATE TRIGGER snapshot_kept BEFORE DELETE ON responses_snapshot {REFUSE}",
    # INSERT OR REPLACE would remove a row without a word to the trigger on DELETE.
    "CREATE TRIGGER snapshot_unreplaced BEFORE INSERT ON responses_snapshot"
    f" WHEN EXISTS (SELECT 1 FROM responses_snapshot WHERE id = NEW.id) {REFUSE}",
)
UNDO_SQLITE = tuple(
    f"DROP TRIGGER snapshot_{name}" for name in ("unaltered", "published_once", "kept", "unreplaced")
)


def guard(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRES:
        schema_editor.execute(statement, params=None)


def unguard(apps, schema_editor):
    for statement in UNDO_SQLITE if schema_editor.connection.vendor == "sqlite" else UNDO_POSTGRES:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("responses", "0005_reply_to_a_suggestion")]

    operations = [
        migrations.AddField(
            model_name="snapshot",
            name="published_at",
            field=models.DateTimeField(null=True, verbose_name="published"),
        ),
        migrations.RunPython(guard, unguard),
    ]
