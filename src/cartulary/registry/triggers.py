# SPDX-License-Identifier: Apache-2.0
"""What the database itself refuses: changing or deleting what was written, and a forked chain."""

# ruff: noqa: S608 - every name in these statements is our own

from __future__ import annotations

ENTRY = "registry_entry"
READING = "registry_reading"
INSERT_ONLY = (ENTRY, READING)

_SAYS = {
    ENTRY: "the ledger is append-only: an entry is never changed or deleted",
    READING: "the reading log is append-only: a line is never changed or deleted",
}
_OUT_OF_LINE = "the ledger is one chain: an entry follows the last one of its centre"


def sqlite_statements() -> list[str]:
    """The triggers for SQLite.

    `INSERT OR REPLACE` deletes without asking a delete trigger, so an insert that would replace
    a row is refused as well.
    """
    made = []
    for table in INSERT_ONLY:
        made += [
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{_SAYS[table]}'); END"
            for act in ("UPDATE", "DELETE")
        ]
    made.append(
        f"CREATE TRIGGER {READING}_no_replace BEFORE INSERT ON {READING} "
        f"WHEN EXISTS (SELECT 1 FROM {READING} WHERE id = NEW.id) "
        f"BEGIN SELECT RAISE(ABORT, '{_SAYS[READING]}'); END"
    )
    made.append(
        f"CREATE TRIGGER {ENTRY}_in_line BEFORE INSERT ON {ENTRY} BEGIN SELECT CASE "
        f"WHEN EXISTS (SELECT 1 FROM {ENTRY} WHERE id = NEW.id) "
        f"OR EXISTS (SELECT 1 FROM {ENTRY} WHERE child = NEW.child AND event = NEW.event "
        f"AND version = NEW.version) THEN RAISE(ABORT, '{_SAYS[ENTRY]}') "
        "WHEN (NEW.number, NEW.previous_hash) IS NOT "
        f"(SELECT number + 1, hash FROM {ENTRY} WHERE centre_id = NEW.centre_id "
        "ORDER BY number DESC LIMIT 1) "
        f"AND (NEW.number <> 1 OR EXISTS (SELECT 1 FROM {ENTRY} "
        f"WHERE centre_id = NEW.centre_id)) THEN RAISE(ABORT, '{_OUT_OF_LINE}') END; END"
    )
    return made


def sqlite_undo() -> list[str]:
    """What takes the triggers of SQLite away."""
    names = [f"{table}_no_{what}" for table in INSERT_ONLY for what in ("update", "delete")]
    names += [f"{READING}_no_replace", f"{ENTRY}_in_line"]
    return [f"DROP TRIGGER IF EXISTS {name}" for name in names]


def postgresql_statements() -> list[str]:
    """The functions and triggers for PostgreSQL."""
    made = []
    for table in INSERT_ONLY:
        made += [
            f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{_SAYS[table]}'; END $$",
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
        ]
    made += [
        f"CREATE FUNCTION {ENTRY}_chain() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "DECLARE last record; BEGIN "
        f"SELECT number, hash INTO last FROM {ENTRY} WHERE centre_id = NEW.centre_id "
        "ORDER BY number DESC LIMIT 1; "
        "IF (FOUND AND (NEW.number <> last.number + 1 OR NEW.previous_hash <> last.hash)) "
        "OR (NOT FOUND AND NEW.number <> 1) "
        f"THEN RAISE EXCEPTION '{_OUT_OF_LINE}'; END IF; RETURN NEW; END $$",
        f"CREATE TRIGGER {ENTRY}_in_line BEFORE INSERT ON {ENTRY} "
        f"FOR EACH ROW EXECUTE FUNCTION {ENTRY}_chain()",
    ]
    return made


def postgresql_undo() -> list[str]:
    """What takes the triggers of PostgreSQL away."""
    made = [f"DROP TRIGGER IF EXISTS {ENTRY}_in_line ON {ENTRY}"]
    made.append(f"DROP FUNCTION IF EXISTS {ENTRY}_chain()")
    for table in INSERT_ONLY:
        made += [
            f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
            f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}",
            f"DROP FUNCTION IF EXISTS {table}_refuse()",
        ]
    return made
