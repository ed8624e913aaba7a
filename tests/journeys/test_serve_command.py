# SPDX-License-Identifier: Apache-2.0
"""`cartulary user`, `cartulary serve` and `cartulary doctor` on homes of their own."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.registry import postgresql_server

COMMAND = (sys.executable, "-c", "from cartulary.cli.main import main; main()")
MEMORY_LIMIT_MB = 400


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CARTULARY_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return {**kept, "CARTULARY_HOME": str(home), **more}


def cartulary(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment(home, **more),
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one administrator; its tests leave it as they found it."""
    made = tmp_path_factory.mktemp("ledger") / "home"
    ran = cartulary(
        *(made, "user", "add", "a.yilmaz", "--role", "administrator"),
        *("--centre", "ours", "--centre-name", "Our centre", "--full-name", "A. Yılmaz"),
    )
    assert ran.returncode == 0, ran.stderr
    assert re.search(r"first sign-in, where it is replaced: \S{19}\n", ran.stdout)
    return made


@contextmanager
def changed(home: Path, *statements: str, undo: tuple[str, ...]) -> Iterator[None]:
    def run(lines: tuple[str, ...]) -> None:
        with closing(sqlite3.connect(home / "ledger.sqlite3")) as database:
            for line in lines:
                database.execute(line)
            database.commit()

    run(statements)
    try:
        yield
    finally:
        run(undo)


def free_port() -> int:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


# --- accounts ----------------------------------------------------------------------------------


def test_the_home_and_all_in_it_are_for_its_owner_alone(home: Path) -> None:
    open_to_others = [path for path in (home, *home.rglob("*")) if path.stat().st_mode & 0o077]
    assert not open_to_others


def test_accounts_are_listed_given_roles_and_closed(home: Path) -> None:
    assert "a.yilmaz: administrator at ours" in cartulary(home, "user", "list").stdout
    added = cartulary(home, "user", "add", "k.bakker", "--role", "clinician", "--centre", "ours")
    assert added.returncode == 0
    assert (
        "k.bakker is now auditor"
        in cartulary(home, "user", "role", "k.bakker", "auditor", "--centre", "ours").stdout
    )
    ended = cartulary(home, "user", "role", "k.bakker", "auditor", "--centre", "ours", "--end")
    assert "no longer auditor" in ended.stdout
    assert "k.bakker: clinician at ours" in cartulary(home, "user", "list").stdout
    assert cartulary(home, "user", "reset-mfa", "k.bakker").returncode == 0
    assert cartulary(home, "user", "reset-password", "k.bakker").returncode == 0
    assert "no longer sign in" in cartulary(home, "user", "disable", "k.bakker").stdout
    assert "k.bakker (disabled)" in cartulary(home, "user", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("user", "add", "a.yilmaz", "--role", "auditor", "--centre", "ours"), "already"),
        (("user", "add", "x", "--role", "auditor", "--centre", "elsewhere"), "--centre-name"),
        (("user", "role", "a.yilmaz", "administrator", "--centre", "ours"), "already"),
        (("user", "disable", "nobody"), "cartulary user list"),
    ],
)
def test_a_mistake_is_said_in_one_line(home: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = cartulary(home, *arguments)
    assert ran.returncode == 1
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_home_without_a_ledger_is_named(tmp_path: Path) -> None:
    ran = cartulary(tmp_path / "nothing", "user", "list")
    assert ran.returncode == 1
    assert "There is no ledger in" in ran.stderr
    assert not (tmp_path / "nothing").exists()


# --- the server --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "undo", "said"),
    [
        (
            "DELETE FROM django_migrations WHERE app = 'registry' AND name LIKE '0006%'",
            "INSERT INTO django_migrations (app, name, applied) VALUES "
            "('registry', '0006_reader_of_forecasts', '2026-01-01 00:00:00')",
            "1 change waits, registry.0006_reader_of_forecasts",
        ),
        (
            "DELETE FROM django_migrations WHERE app = 'registry' AND name > '0004_z'",
            "INSERT INTO django_migrations (app, name, applied) VALUES "
            "('registry', '0005_quick_lists', '2026-01-01 00:00:00'), "
            "('registry', '0006_reader_of_forecasts', '2026-01-01 00:00:00')",
            "2 changes wait, registry.0005_quick_lists, registry.0006_reader_of_forecasts",
        ),
        (
            "DELETE FROM django_migrations WHERE app = 'registry' AND name LIKE '0005%'",
            "INSERT INTO django_migrations (app, name, applied) VALUES "
            "('registry', '0005_quick_lists', '2026-01-01 00:00:00')",
            "later changes were made and not registry.0005_quick_lists",
        ),
        (
            "INSERT INTO django_migrations (app, name, applied) VALUES "
            "('registry', '9999_of_a_later_version', '2026-01-01 00:00:00')",
            "DELETE FROM django_migrations WHERE name = '9999_of_a_later_version'",
            "newer than this version",
        ),
    ],
)
def test_tables_of_another_version_are_refused_untouched(
    home: Path, statement: str, undo: str, said: str
) -> None:
    with changed(home, statement, undo=(undo,)):
        ran = cartulary(home, "serve", "--port", str(free_port()))
        assert ran.returncode == 1
        assert said in ran.stderr
        assert "Nothing was touched." in ran.stderr


def test_a_gap_in_the_tables_is_refused_where_they_should_be_brought_up_to_date(
    home: Path,
) -> None:
    gap = "DELETE FROM django_migrations WHERE app = 'registry' AND name LIKE '0004%'"
    mended = (
        "INSERT INTO django_migrations (app, name, applied) VALUES "
        "('registry', '0004_one_time_password_and_small_counts', '2026-01-01 00:00:00')"
    )
    with changed(home, gap, undo=(mended,)):
        ran = cartulary(home, "serve", "--migrate", "--port", str(free_port()))
        assert ran.returncode == 1
        assert "registry.0004_one_time_password_and_small_counts" in ran.stderr
        assert "Restore the last backup" in ran.stderr
        assert "Traceback" not in ran.stderr


def test_the_server_answers_within_its_memory_and_stops(tmp_path: Path) -> None:
    new = tmp_path / "new home"
    port = free_port()
    log = tmp_path / "log"
    with log.open("w") as written:
        server = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(port), "--workers", "2"],
            env=environment(new),
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        for _ in range(240):
            assert server.poll() is None, log.read_text()
            if _answers(port, "/healthz"):
                break
            time.sleep(0.25)
        # Both workers draw a page, so that what they load late is loaded.
        pages = [_answers(port, "/account/login/") for _ in range(20)]
        assert all(pages)
        assert _memory_mb(server.pid) < MEMORY_LIMIT_MB
    finally:
        server.send_signal(signal.SIGTERM)
        _wait_for_end(server)
    assert f"http://127.0.0.1:{port}/" in log.read_text()
    assert "There is no account yet" in log.read_text()
    assert "Traceback" not in log.read_text()


def _wait_for_end(server: subprocess.Popen[bytes]) -> None:
    """Until it has stopped; one that does not within a minute is ended, and is a fault."""
    try:
        server.wait(60)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
        raise


def _answers(port: int, page: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=20) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _memory_mb(root: int) -> float:
    """What a process and those it started hold, shared pages counted once a process."""
    if not Path("/proc/self/status").exists():
        pytest.skip("this system has no /proc to read memory from")
    parents: dict[int, int] = {}
    held: dict[int, float] = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            told = dict(
                line.split(":", 1) for line in status.read_text().splitlines() if ":" in line
            )
        except OSError:
            continue
        number = int(status.parent.name)
        parents[number] = int(told["PPid"])
        held[number] = int(told.get("VmRSS", "0 kB").split()[0]) / 1024
    tree = {root}
    while more := {child for child, parent in parents.items() if parent in tree} - tree:
        tree |= more
    return sum(held[number] for number in tree)


# --- the doctor --------------------------------------------------------------------------------


def doctor(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return cartulary(home, "doctor", *arguments, **more)


def test_a_home_set_up_as_the_guide_says_passes(home: Path, tmp_path: Path) -> None:
    (tmp_path / "last-night.backup").write_bytes(b"x")
    ran = doctor(
        *(home, "--all", "--backups", str(tmp_path)),
        CARTULARY_TLS="1",
        CARTULARY_HOSTS="ledger.hospital.example",
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "ok      TLS" in ran.stdout
    assert "ok      headers of the app: strict" in ran.stdout
    assert "ok      SQLite: journal WAL, synchronous FULL, foreign keys on" in ran.stdout
    assert ran.stdout.endswith(" 0 wrong.\n")
    assert "WRONG" not in ran.stdout


def test_each_setting_that_a_hospital_refuses_is_named(home: Path) -> None:
    bad = {"CARTULARY_TLS": "0", "CARTULARY_DEBUG": "1", "CARTULARY_DEMO": "1"}
    ran = doctor(home, **bad, CARTULARY_HOSTS="*")
    assert ran.returncode == 1
    for said in (
        "TLS: CARTULARY_TLS is not set",
        "debugging: CARTULARY_DEBUG is 1",
        "demo: CARTULARY_DEMO is 1",
        "host names: *",
    ):
        assert f"WRONG   {said}" in ran.stdout
    proxies = doctor(home, CARTULARY_TLS="1", CARTULARY_PROXIES="0")
    assert "WRONG   proxies: CARTULARY_PROXIES is 0" in proxies.stdout


def test_a_dropped_trigger_an_open_key_folder_and_an_old_backup_are_found(
    home: Path, tmp_path: Path
) -> None:
    old = tmp_path / "old.backup"
    old.write_bytes(b"x")
    os.utime(old, (time.time() - 3 * 86400,) * 2)
    with closing(sqlite3.connect(home / "ledger.sqlite3")) as database:
        (made,) = database.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'registry_entry_no_update'"
        ).fetchone()
    (home / "keys").chmod(0o755)
    try:
        with changed(home, "DROP TRIGGER registry_entry_no_update", undo=(made,)):
            ran = doctor(home, "--backups", str(tmp_path))
    finally:
        (home / "keys").chmod(0o700)
    assert ran.returncode == 1
    assert "WRONG   triggers: missing: registry_entry_no_update" in ran.stdout
    assert "WRONG   file modes: keys (755)" in ran.stdout
    assert "WRONG   backups: the newest, old.backup, is 72 hours old" in ran.stdout


def test_a_key_that_others_can_read_stops_everything(home: Path) -> None:
    key = home / "keys" / "django.key"
    key.chmod(0o644)
    try:
        ran = doctor(home)
    finally:
        key.chmod(0o600)
    assert ran.returncode == 1
    assert "chmod 600 django.key" in ran.stderr


def test_an_address_that_does_not_answer_is_wrong(home: Path) -> None:
    ran = doctor(home, "--address", f"https://127.0.0.1:{free_port()}")
    assert "WRONG   address" in ran.stdout
    assert doctor(home, "--address", "ledger").returncode == 1


# --- on PostgreSQL -----------------------------------------------------------------------------


def test_on_postgresql_the_doctor_sees_both_walls_and_whoever_takes_one_down(
    tmp_path: Path,
) -> None:
    with postgresql_server.running() as server:
        server.create("ledger")
        address = server.address("ledger")
        home = tmp_path / "home"
        empty = cartulary(home, "user", "list", CARTULARY_DATABASE=address)
        assert "There is no ledger" in empty.stderr
        added = cartulary(
            *(home, "user", "add", "a.yilmaz", "--role", "administrator"),
            *("--centre", "ours", "--centre-name", "Our centre"),
            CARTULARY_DATABASE=address,
        )
        assert added.returncode == 0, added.stderr
        whole = doctor(home, "--all", CARTULARY_DATABASE=address, CARTULARY_TLS="1")
        assert whole.returncode == 0, whole.stdout + whole.stderr
        assert "ok      user of the database: an ordinary role" in whole.stdout
        assert "ok      row-level security: forced on" in whole.stdout
        assert "ok      triggers" in whole.stdout
        assert not (home / "ledger.sqlite3").exists()

        server.instance.psql(
            "\\c ledger\nALTER TABLE registry_child NO FORCE ROW LEVEL SECURITY; "
            "DROP TRIGGER registry_entry_no_change ON registry_entry; "
            f"ALTER ROLE {postgresql_server.ROLE} BYPASSRLS;"
        )
        broken = doctor(home, CARTULARY_DATABASE=address, CARTULARY_TLS="1")
        assert broken.returncode == 1
        for said in (
            "row-level security: not forced on registry_child",
            "triggers: missing: registry_entry_no_change",
            f"user of the database: {postgresql_server.ROLE}: bypasses row security",
        ):
            assert f"WRONG   {said}" in broken.stdout
