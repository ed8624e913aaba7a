# SPDX-License-Identifier: Apache-2.0
"""How fast entries are checked, chained and written, and how fast a chain is verified.

    python -m benchmarks ledger [--entries 200000] [--rows 100000]

Writes generated children with fifty entries each into a new ledger on SQLite as an import does, in
one transaction with the settings of a ward: every payload checked, every entry hashed, chained and
sealed, and what is current written beside it. Then puts the very same rows into the same tables of
another file, without triggers, by executemany alone. Then verifies the chain, works out what is
current anew, and reads the programme back. Last, an upload of so many rows goes the way of the
import page: read, laid beside the ledger in a dry run, written, worklists and all. All in one
process and in processor seconds, so that the times stand side by side on a busy machine, each
printed when it is known; `--entries 1000000` verifies a million.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

LEAST_SPEED = 10_000
LEAST_SHARE_OF_RAW = 0.25
MOST_SECONDS_A_MILLION = 60.0
ENTRIES_A_CHILD = 50
NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
AT_ONCE = 4000


def start(home: Path) -> None:
    """Django with the ledger alone, on SQLite in this folder."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    from cartulary.web.databases import database_settings

    settings.configure(
        CARTULARY_HOME=home,
        SECRET_KEY="benchmark",
        DATABASES={"default": database_settings("", home)},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "cartulary.registry",
        ],
        AUTH_USER_MODEL="registry.Account",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        TIME_ZONE="Europe/Amsterdam",
    )
    django.setup()
    call_command("migrate", verbosity=0)


def changes(entries: int) -> Iterator[Any]:
    """The changes of an import: children, and the findings, measurements and drugs of each."""
    from cartulary.course import Origin
    from cartulary.registry.child_payload import ChildFacts
    from cartulary.registry.writing import Change

    def written(key: uuid.UUID, event: str, kind: str, payload: dict[str, Any]) -> Any:
        return Change(key, event, kind, "write", payload, 0)

    for number in range(entries // ENTRIES_A_CHILD):
        key = uuid.uuid4()
        day0 = date(2016, 1, 1) + timedelta(days=number % 2500)
        facts = ChildFacts(f"P-{number:06d}", Origin.SIMULATED, age_days_at_day0=3000, day0=day0)
        yield written(key, "child", "child", facts.payload())
        for count in range(ENTRIES_A_CHILD - 1):
            when = (day0 + timedelta(days=35 + count)).isoformat()
            row = {"date": when, "source": f"import.csv, row {count}"}
            if count % 3 == 0:
                signs = {
                    "temperature_c": 38.5 + count / 100,
                    "vasopressors": 0,
                    "oxygen_support": "none",
                    "ice_score": 10,
                    "seizure": "none",
                }
                yield written(key, f"finding-{count}", "finding", row | {"facts": signs})
            elif count % 3 == 1:
                value = {"analyte": "neutrophils", "value": 1.25 + count, "unit": "10⁹/L"}
                yield written(key, f"measurement-{count}", "measurement", row | {"facts": value})
            else:
                drug = {"drug": "tocilizumab", "given_for": "crs", "doses": 1}
                yield written(key, f"treatment-{count}", "treatment", row | {"facts": drug})


def raw(ledger: Path, empty: Path) -> float:
    """Processor seconds in which executemany alone puts the same rows into the same tables."""
    source = sqlite3.connect(ledger)
    database = sqlite3.connect(empty, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
        database.execute(f"PRAGMA {pragma}")
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        database.execute(f"DROP TRIGGER {name}")
    centre = source.execute("SELECT * FROM registry_centre").fetchall()
    marks = ", ".join("?" * len(centre[0]))
    database.executemany(f"INSERT INTO registry_centre VALUES ({marks})", centre)
    seconds = -time.process_time()
    database.execute("BEGIN IMMEDIATE")
    for name in ("registry_child", "registry_entry", "registry_current"):
        rows = source.execute(f"SELECT * FROM {name}")
        marks = ", ".join("?" * len(rows.description))
        # Reading them is no part of it, and a million are not held at once.
        seconds += time.process_time()
        while part := rows.fetchmany(AT_ONCE):
            seconds -= time.process_time()
            database.executemany(f"INSERT INTO {name} VALUES ({marks})", part)
            seconds += time.process_time()
        seconds -= time.process_time()
    database.execute("COMMIT")
    seconds += time.process_time()
    database.close()
    source.close()
    return seconds


def main() -> int:
    """Prints the speeds and their ratios; the status is 1 when one misses its target."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--rows", type=int, default=100_000, help="of the upload; 0 leaves it out")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        home.mkdir()
        start(home)
        met = measured(home, given.entries)
        if given.rows:
            uploaded(Path(name) / "upload", given.rows)
    return 0 if met else 1


def say(text: str) -> None:
    """A line at once, since the whole takes minutes."""
    print(text, flush=True)


def measured(home: Path, entries: int) -> bool:
    """Write, verify, work out anew and read back; whether the targets are met."""
    from django.db import connection

    from cartulary.registry.bulk import append_many
    from cartulary.registry.courses import programme_of
    from cartulary.registry.current import differences
    from cartulary.registry.models import Centre
    from cartulary.registry.verifying import verify
    from cartulary.registry.writing import Hand

    centre = Centre.objects.create(code="bench", name="Benchmark")
    ledger, empty = home / "ledger.sqlite3", home / "raw.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(ledger, empty)
    with sqlite3.connect(empty) as database:
        database.execute("DELETE FROM registry_centre")
    begun = time.process_time()
    count = sum(1 for _ in changes(entries))
    drawing = time.process_time() - begun
    say(f"{count} entries of {count // ENTRIES_A_CHILD} children on SQLite")
    begun = time.process_time()
    append_many(Hand(None, "bench", centre, "import"), changes(entries), NOW)
    imported = time.process_time() - begun - drawing
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    say(f"  checked, chained and written {speed(count, imported)} (target {LEAST_SPEED:,})")
    say(f"  most memory meanwhile        {memory:9.2f} GiB")
    alone = raw(ledger, empty)
    say(
        f"  executemany alone            {speed(count, alone)}; the ledger reaches "
        f"{alone / imported:.2f} of it (target {LEAST_SHARE_OF_RAW:g})"
    )
    begun = time.process_time()
    verdict = verify(centre)
    verified = time.process_time() - begun
    assert verdict.intact
    assert verdict.entries == count
    a_million = verified / count * 1e6
    say(
        f"  verified                     {speed(count, verified)}, {a_million:.0f} s a million "
        f"(target {MOST_SECONDS_A_MILLION:g} s)"
    )
    begun = time.process_time()
    assert differences(centre) == ()
    say(f"  current worked out anew      {speed(count, time.process_time() - begun)}")
    begun = time.process_time()
    assert programme_of(centre).cohort is not None
    say(f"  read back as a programme     {speed(count, time.process_time() - begun)}")
    return (
        count / imported >= LEAST_SPEED
        and alone / imported >= LEAST_SHARE_OF_RAW
        and a_million <= MOST_SECONDS_A_MILLION
    )


def uploaded(folder: Path, rows: int) -> None:
    """An upload of so many rows on its way through the import page, step by step."""
    from benchmarks.bench_reading import write
    from cartulary.registry.importing import commit, dry_run, read_tables
    from cartulary.registry.models import Centre
    from cartulary.registry.writing import Hand

    folder.mkdir()
    count = write(folder, rows, 0.0, 7)
    centre = Centre.objects.create(code="upload", name="Upload")
    say(f"an upload of {count} rows into a centre of its own")
    begun = time.process_time()
    tables = read_tables(folder, "upload.zip", "0" * 64)
    say(f"  read and checked             {speed(count, time.process_time() - begun, 'rows')}")
    begun = time.process_time()
    shown = dry_run(tables, centre)
    assert not shown.errors
    say(f"  dry run                      {speed(count, time.process_time() - begun, 'rows')}")
    begun = time.process_time()
    hand = Hand(None, "bench", centre, "import")
    commit(hand, tables, NOW, "benchmark", seen=shown.fingerprint)
    say(f"  written, with worklists      {speed(count, time.process_time() - begun, 'rows')}")
    begun = time.process_time()
    again = dry_run(tables, centre)
    assert not again.changes
    say(f"  dry run of the same again    {speed(count, time.process_time() - begun, 'rows')}")


def speed(count: int, seconds: float, what: str = "entries") -> str:
    """So many a second of the processor, in words."""
    return f"{count / seconds:9,.0f} {what}/s"


if __name__ == "__main__":
    sys.exit(main())
