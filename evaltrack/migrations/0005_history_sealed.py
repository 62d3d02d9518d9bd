"""The history is sealed: the database itself chains every entry, and refuses to change or remove one.

On PostgreSQL a seal is made at the very end of the transaction, in two steps of deferred triggers. The first
only notes that an entry waits; the second, which thereby runs after every other deferred check (foreign keys
wait for rows that others hold), takes the one lock of the chain and writes the link. So whoever holds that lock
waits for nobody. The functions run with the rights of their owner, so the role that EvalTrack runs as needs no
right to write seals (docs/history.md).

On SQLite, which has one writer at a time, a seal is made with its entry.
"""

from django.db import migrations

from evaltrack.models.audit import digest_of, link

BATCH = 1_000

POSTGRES = (
    # No row of it outlives a transaction, so it needs no write-ahead log.
    """
    CREATE UNLOGGED TABLE evaltrack_auditunsealed (entry_id bigint PRIMARY KEY, digest text NOT NULL)
    """,
    """
    CREATE FUNCTION evaltrack_history_awaits_seal() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
    BEGIN
        INSERT INTO evaltrack_auditunsealed VALUES (NEW.id, NEW.digest);
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION evaltrack_history_seal() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
    DECLARE
        before evaltrack_auditseal%ROWTYPE;
        place bigint;
    BEGIN
        PERFORM pg_advisory_xact_lock('evaltrack_auditseal'::regclass::oid::bigint);
        SELECT * INTO before FROM evaltrack_auditseal ORDER BY position DESC LIMIT 1;
        place := coalesce(before.position, 0) + 1;
        INSERT INTO evaltrack_auditseal (position, entry_id, digest, chain) VALUES (
            place,
            NEW.entry_id,
            NEW.digest,
            encode(sha256(convert_to(
                concat(before.chain, ' ', place, ' ', NEW.entry_id, ' ', NEW.digest), 'UTF8'
            )), 'hex')
        );
        DELETE FROM evaltrack_auditunsealed WHERE entry_id = NEW.entry_id;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION evaltrack_history_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'The history is only added to: no row of % is changed or removed.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER history_entry_awaits_seal AFTER INSERT ON evaltrack_auditentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evaltrack_history_awaits_seal()
    """,
    """
    CREATE CONSTRAINT TRIGGER history_seal AFTER INSERT ON evaltrack_auditunsealed
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evaltrack_history_seal()
    """,
    *(
        f"""
        CREATE TRIGGER history_{name}_{what} BEFORE {events} ON evaltrack_audit{name}
        FOR EACH STATEMENT EXECUTE FUNCTION evaltrack_history_refuse()
        """
        for name in ("entry", "seal")
        for what, events in (("unaltered", "UPDATE OR DELETE"), ("kept", "TRUNCATE"))
    ),
)
UNDO_POSTGRES = (
    "DROP TRIGGER history_entry_awaits_seal ON evaltrack_auditentry",
    "DROP TABLE evaltrack_auditunsealed",
    *(
        f"DROP TRIGGER history_{name}_{what} ON evaltrack_audit{name}"
        for name in ("entry", "seal")
        for what in ("unaltered", "kept")
    ),
    "DROP FUNCTION evaltrack_history_awaits_seal()",
    "DROP FUNCTION evaltrack_history_seal()",
    "DROP FUNCTION evaltrack_history_refuse()",
)

REFUSE = "BEGIN SELECT RAISE(ABORT, 'The history is only added to: no row of it is changed or removed.'); END"
SQLITE = (
    # SHA256 is Django's; a program without it cannot add to the history.
    """
    CREATE TRIGGER history_entry_sealed AFTER INSERT ON evaltrack_auditentry BEGIN
        INSERT INTO evaltrack_auditseal (position, entry_id, digest, chain)
        SELECT place, NEW.id, NEW.digest, SHA256(
            coalesce((SELECT chain FROM evaltrack_auditseal WHERE position = place - 1), '')
            || ' ' || place || ' ' || NEW.id || ' ' || NEW.digest
        )
        FROM (SELECT coalesce(max(position), 0) + 1 AS place FROM evaltrack_auditseal);
    END
    """,
    *(
        f"CREATE TRIGGER history_{name}_{what} BEFORE {event} ON evaltrack_audit{name} {REFUSE}"
        for name in ("entry", "seal")
        for what, event in (("unaltered", "UPDATE"), ("kept", "DELETE"))
    ),
    # INSERT OR REPLACE would remove a row without a word to the trigger on DELETE.
    *(
        f"CREATE TRIGGER history_{name}_unreplaced BEFORE INSERT ON evaltrack_audit{name}"
        f" WHEN EXISTS (SELECT 1 FROM evaltrack_audit{name} WHERE {key} = NEW.{key}) {REFUSE}"
        for name, key in (("entry", "id"), ("seal", "position"))
    ),
)
UNDO_SQLITE = tuple(
    f"DROP TRIGGER history_{name}"
    for name in (
        "entry_sealed",
        *(f"{name}_{what}" for name in ("entry", "seal") for what in ("unaltered", "kept", "unreplaced")),
    )
)


def seal_what_is_there(apps, schema_editor):
    """The entries written so far, in the order of their numbers."""
    AuditEntry = apps.get_model("evaltrack", "AuditEntry")
    AuditSeal = apps.get_model("evaltrack", "AuditSeal")
    chain, position, last = "", 0, 0
    while entries := list(AuditEntry.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
        seals = []
        for entry in entries:
            entry.digest = digest_of(entry)
            position += 1
            chain = link(chain, position, entry.pk, entry.digest)
            seals.append(AuditSeal(position=position, entry_id=entry.pk, digest=entry.digest, chain=chain))
        AuditEntry.objects.bulk_update(entries, ["digest"])
        AuditSeal.objects.bulk_create(seals)
        last = entries[-1].pk


def unseal(apps, schema_editor):
    apps.get_model("evaltrack", "AuditSeal").objects.all().delete()


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        statements = SQLITE
    else:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT quote_ident(current_schema())")
            schema = cursor.fetchone()[0]
        statements = [one.format(schema=schema) for one in POSTGRES]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def unguard(apps, schema_editor):
    for statement in UNDO_SQLITE if schema_editor.connection.vendor == "sqlite" else UNDO_POSTGRES:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("evaltrack", "0004_working_together")]

    operations = [
        migrations.RunPython(seal_what_is_there, unseal),
        migrations.RunPython(guard, unguard),
    ]
