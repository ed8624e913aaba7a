# SPDX-License-Identifier: Apache-2.0
"""What `cartulary doctor` sees of the database: its settings, its triggers and its clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from cartulary.cli.doctor_finding import Finding, beware, good, unasked, wrong

CLOCK_SLACK = timedelta(seconds=5)
VERIFIED_WITHIN = timedelta(days=2)
SYNCHRONOUS = {0: "OFF", 1: "NORMAL", 2: "FULL", 3: "EXTRA"}


def findings() -> Iterator[Finding]:
    """Everything of the database."""
    from django.db import connection

    yield from _sqlite() if connection.vendor == "sqlite" else _postgresql()
    yield from _ledgers()


def _ask(question: str, *values: Any) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(question, values or None)
        row = cursor.fetchone()
    return row[0] if row else None


def _column(question: str) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(question)
        return [row[0] for row in cursor.fetchall()]


def _sqlite() -> Iterator[Finding]:
    journal = str(_ask("PRAGMA journal_mode")).upper()
    synchronous = SYNCHRONOUS.get(int(_ask("PRAGMA synchronous")), "?")
    foreign = bool(_ask("PRAGMA foreign_keys"))
    seen = (
        f"journal {journal}, synchronous {synchronous}, foreign keys {'on' if foreign else 'off'}"
    )
    right = journal == "WAL" and synchronous in ("FULL", "EXTRA") and foreign
    yield (
        good("SQLite", seen)
        if right
        else wrong(
            "SQLite",
            seen,
            "With less, an acknowledged entry can be lost when the power fails.",
            "Use the settings of Cartulary as they are; see who opened the file otherwise.",
        )
    )
    health = str(_ask("PRAGMA quick_check(1)"))
    yield (
        good("database file", "sound")
        if health == "ok"
        else wrong(
            "database file",
            "damaged",
            "Pages of it do not fit together; what stands on them may be lost.",
            "Stop the server, keep the file, and restore the last backup: cartulary restore.",
        )
    )
    from cartulary.registry.triggers import sqlite_statements

    held = set(_column("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    yield _triggers({statement.split()[2] for statement in sqlite_statements()} - held)
    yield unasked("row-level security", "SQLite has none; every query is scoped by the app")


def _triggers(missing: set[str]) -> Finding:
    if missing:
        return wrong(
            "triggers",
            f"missing: {', '.join(sorted(missing))}",
            "The database would no longer refuse to change what was written.",
            "Find out who dropped them; verify the ledger; restore from a backup.",
        )
    return good("triggers", "the database refuses to change what was written")


def _postgresql() -> Iterator[Finding]:
    from cartulary.registry.triggers import postgresql_statements
    from cartulary.registry.walls import WALLED

    powers = [
        word
        for word, column in (("superuser", "rolsuper"), ("bypasses row security", "rolbypassrls"))
        if _ask(f"SELECT {column} FROM pg_roles WHERE rolname = current_user")  # noqa: S608
    ]
    yield (
        wrong(
            "user of the database",
            f"{_ask('SELECT current_user')}: {', '.join(powers)}",
            "Row-level security does not hold for it, so the second wall between centres is gone.",
            "Use a role with LOGIN alone, NOSUPERUSER NOBYPASSRLS.",
        )
        if powers
        else good("user of the database", "an ordinary role")
    )
    walled = set(
        _column("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    )
    open_tables = set(WALLED) - walled
    yield (
        wrong(
            "row-level security",
            f"not forced on {', '.join(sorted(open_tables))}",
            "A query that forgets its centre would see another centre's children.",
            "Restore the policies: migrate again from a backup made before they were dropped.",
        )
        if open_tables
        else good("row-level security", f"forced on {len(WALLED)} tables")
    )
    held = set(_column("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"))
    asked = {text.split()[2] for text in postgresql_statements() if "CREATE TRIGGER" in text}
    yield _triggers(asked - held)
    local = _ask("SELECT inet_server_addr() IS NULL OR inet_server_addr() = inet_client_addr()")
    ciphered = _ask("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    yield (
        wrong(
            "way to the database",
            "over the network without TLS",
            "Records travel in the clear between the two machines.",
            "Add ?sslmode=verify-full to CARTULARY_DATABASE.",
        )
        if not local and not ciphered
        else good("way to the database", "on this machine" if local else "TLS")
    )
    sync = str(_ask("SELECT current_setting('synchronous_commit')"))
    fsync = str(_ask("SELECT current_setting('fsync')"))
    yield (
        good("durability", f"synchronous_commit {sync}, fsync {fsync}")
        if sync != "off" and fsync == "on"
        else wrong(
            "durability",
            f"synchronous_commit {sync}, fsync {fsync}",
            "An acknowledged entry can be lost when the power fails.",
            "Set both to on in postgresql.conf.",
        )
    )


def _ledgers() -> Iterator[Finding]:
    """The chain of each centre: the clock, the last verification, the last anchor."""
    from cartulary.registry import clock
    from cartulary.registry.models import Centre, ChainHead

    now = clock.now()
    heads = {head.centre_id: head for head in ChainHead.objects.all()}
    for centre in Centre.objects.order_by("code"):
        head = heads.get(centre.pk)
        if head is None or head.number == 0:
            yield unasked(f"ledger of {centre.code}", "empty")
            continue
        ahead = (head.recorded_at or now) - now
        yield (
            wrong(
                f"clock at {centre.code}",
                f"{ahead / timedelta(seconds=1):.0f} s behind the last entry",
                "Entries would bear the time of the one before them until the clock is right.",
                "Let the machine keep time by NTP, and see why it went back.",
            )
            if ahead > CLOCK_SLACK
            else good(f"clock at {centre.code}", "not behind the last entry")
        )
        yield _verified(centre, now)
        yield _anchored(centre, now)


def _verified(centre: Any, now: Any) -> Finding:
    from cartulary.registry.last_verification import last_verification

    subject = f"ledger of {centre.code}"
    seen = last_verification(centre)
    remedy = "Run cartulary ledger verify every night."
    if seen is None:
        return beware(subject, "never verified", "What was altered would go unseen.", remedy)
    if not seen.intact:
        return wrong(
            subject,
            f"damaged, as seen on {seen.at:%Y-%m-%d %H:%M} UTC",
            "Entries were altered, removed or put in another order.",
            "Keep everything as it is, read what cartulary ledger verify names, and restore.",
        )
    if now - seen.at > VERIFIED_WITHIN:
        said = f"last verified on {seen.at:%Y-%m-%d}"
        return beware(subject, said, "What was altered since would go unseen.", remedy)
    return good(subject, f"intact, {seen.entries} entries")


def _anchored(centre: Any, now: Any) -> Finding:
    subject = f"anchor of {centre.code}"
    if centre.anchored_at is None or now - centre.anchored_at > VERIFIED_WITHIN:
        said = f"last on {centre.anchored_at:%Y-%m-%d}" if centre.anchored_at else "never"
        return beware(
            subject,
            said,
            "Who holds database and keys could rewrite the whole chain; a head kept elsewhere "
            "would show it.",
            "Run cartulary ledger anchor every day, to a log on another machine.",
        )
    return good(subject, f"last on {centre.anchored_at:%Y-%m-%d %H:%M} UTC")
