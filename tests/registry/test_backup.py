# SPDX-License-Identifier: Apache-2.0
"""A backup made and restored by the commands a hospital would type; and what must not open."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cartulary.registry.sealed_file import PART_BYTES, SealedFileError, header_of, seal, unsealed

PASSPHRASE = "a passphrase of the night"


def cartulary(
    home: Path, *arguments: str, secret: str = PASSPHRASE
) -> subprocess.CompletedProcess[str]:
    whole = {k: v for k, v in os.environ.items() if not k.startswith(("CARTULARY", "DJANGO"))}
    return subprocess.run(
        [Path(sys.executable).with_name("cartulary"), *arguments],
        env=whole | {"CARTULARY_HOME": str(home), "CARTULARY_BACKUP_PASSPHRASE": secret},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("demo") / "home"
    done = cartulary(home, "demo", "--no-serve", "--home", str(home))
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture(scope="module")
def backup(demo: Path) -> Path:
    target = demo.parent / "night.backup"
    done = cartulary(demo, "backup", str(target))
    assert done.returncode == 0, done.stderr
    return target


def test_a_backup_comes_back_to_the_same_head(demo: Path, backup: Path, tmp_path: Path) -> None:
    home = tmp_path / "restored"
    done = cartulary(home, "restore", str(backup), "--home", str(home))
    assert done.returncode == 0, done.stderr
    before = cartulary(demo, "ledger", "verify").stdout
    after = cartulary(home, "ledger", "verify").stdout
    assert before == after
    assert "example: intact" in after
    assert "0 rows mended" in cartulary(home, "ledger", "rebuild").stdout


def test_a_backup_names_its_heads_and_nothing_of_a_child(backup: Path) -> None:
    assert set(header_of(backup)["heads"]) == {"example"}
    contents = backup.read_bytes()
    # Long enough not to come about by chance.
    assert not [
        word for word in (b"SQLite format 3", b"registry_entry", b"M-027") if word in contents
    ]
    assert backup.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("backup", "{backup}"), "There is a file night.backup already"),
        (("restore", "{backup}", "--home", "{demo}"), "is not empty"),
    ],
)
def test_nothing_is_written_over(
    demo: Path, backup: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = cartulary(demo, *(part.format(backup=backup, demo=demo) for part in arguments))
    assert done.returncode == 1
    assert words in done.stderr


def test_a_short_passphrase_is_refused(demo: Path, tmp_path: Path) -> None:
    done = cartulary(demo, "backup", str(tmp_path / "x.backup"), secret="short")
    assert done.returncode == 1
    assert "Choose a longer one" in done.stderr


def test_another_passphrase_opens_nothing_and_leaves_nothing(backup: Path, tmp_path: Path) -> None:
    home = tmp_path / "restored"
    done = cartulary(home, "restore", str(backup), "--home", str(home), secret="another long one")
    assert done.returncode == 1
    assert "does not open" in done.stderr
    assert not home.exists()


def test_a_chain_that_was_altered_before_the_backup_is_not_restored(
    demo: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "altered"
    shutil.copytree(demo, copy)
    database = sqlite3.connect(copy / "ledger.sqlite3")
    for (name,) in database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        database.execute(f'DROP TRIGGER "{name}"')
    database.execute("UPDATE registry_entry SET reason = 'x' WHERE number = 7")
    database.commit()
    database.close()
    assert cartulary(copy, "ledger", "verify").returncode == 1
    target = tmp_path / "bad.backup"
    assert cartulary(copy, "backup", str(target)).returncode == 0
    home = tmp_path / "restored"
    done = cartulary(home, "restore", str(target), "--home", str(home))
    assert done.returncode == 1
    assert "is not intact" in done.stderr
    assert not home.exists()


@pytest.mark.parametrize("length", [0, 1, PART_BYTES - 1, PART_BYTES, 2 * PART_BYTES + 5])
def test_a_sealed_file_opens_to_the_same_bytes(tmp_path: Path, length: int) -> None:
    source = tmp_path / "plain"
    source.write_bytes(bytes(n % 251 for n in range(1000)) * (length // 1000 + 1))
    source.write_bytes(source.read_bytes()[:length])
    seal(source, tmp_path / "sealed", PASSPHRASE, {})
    assert b"".join(unsealed(tmp_path / "sealed", PASSPHRASE)) == source.read_bytes()


@pytest.mark.parametrize("change", ["flip", "cut", "swap", "header"])
def test_an_altered_sealed_file_does_not_open(tmp_path: Path, change: str) -> None:
    source, sealed = tmp_path / "plain", tmp_path / "sealed"
    source.write_bytes(b"a" * PART_BYTES + b"b" * PART_BYTES + b"c" * 10)
    seal(source, sealed, PASSPHRASE, {"heads": {}})
    header, _, body = sealed.read_bytes().partition(b"\n")
    size = PART_BYTES + 16
    if change == "flip":
        body = body[:5] + bytes([body[5] ^ 1]) + body[6:]
    elif change == "cut":
        body = body[: 2 * size]
    elif change == "swap":
        body = body[size : 2 * size] + body[:size] + body[2 * size :]
    else:
        said = json.loads(header) | {"heads": {"x": [1, "y"]}}
        header = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    sealed.write_bytes(header + b"\n" + body)
    with pytest.raises(SealedFileError, match="does not open"):
        list(unsealed(sealed, PASSPHRASE))
