# SPDX-License-Identifier: Apache-2.0
"""What `cartulary doctor` sees of the settings, the files, the disk and the backups."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cartulary.cli.doctor_finding import Finding, beware, good, unasked, wrong

NETWORK_DISKS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "glusterfs")
LEAST_FREE_BYTES = 1_000_000_000
OLDEST_BACKUP = timedelta(hours=26)
MOUNTS = Path("/proc/mounts")


def settings_findings() -> Iterator[Finding]:
    """The settings that the environment decides."""
    from django.conf import settings

    yield (
        wrong(
            "debugging",
            "CARTULARY_DEBUG is 1",
            "A fault would show settings and values of children in the browser.",
            "Take CARTULARY_DEBUG out of the environment and start again.",
        )
        if settings.DEBUG
        else good("debugging", "off")
    )
    yield (
        wrong(
            "demo",
            "CARTULARY_DEMO is 1",
            "Every page says that the children are invented, and the date may be pretended.",
            "Take CARTULARY_DEMO and CARTULARY_TODAY out of the environment.",
        )
        if settings.CARTULARY_DEMO
        else good("demo", "off")
    )
    yield _hosts(list(settings.ALLOWED_HOSTS))
    yield (
        good("TLS", "a proxy ends it; cookies are secure and HSTS is sent")
        if settings.CARTULARY_TLS
        else wrong(
            "TLS",
            "CARTULARY_TLS is not set",
            "Passwords and records would travel in the clear, and cookies without protection.",
            "Put a proxy that ends TLS before the app and set CARTULARY_TLS=1 (see "
            "docs/how-to/run_it_in_a_hospital.md).",
        )
    )
    if settings.CARTULARY_TLS and settings.CARTULARY_PROXIES < 1:
        yield wrong(
            "proxies",
            f"CARTULARY_PROXIES is {settings.CARTULARY_PROXIES}",
            "The log would name the proxy as the address of everybody, and one person's wrong "
            "passwords would shut everybody out.",
            "Set CARTULARY_PROXIES to the number of proxies before the app.",
        )
    sso = settings.CARTULARY_SSO
    yield good("single sign-on", sso.issuer) if sso else unasked("single sign-on", "not set up")


def _hosts(hosts: list[str]) -> Finding:
    if "*" in hosts or not hosts:
        return wrong(
            "host names",
            ", ".join(hosts) or "none",
            "A request under any name is answered, which lets a foreign page poison links.",
            "Name in CARTULARY_HOSTS the one under which the ward reaches the app.",
        )
    if set(hosts) <= {"localhost", "127.0.0.1", "[::1]"}:
        return beware(
            "host names",
            ", ".join(hosts),
            "Only this machine reaches the app.",
            "Name in CARTULARY_HOSTS the one under which the ward reaches it.",
        )
    return good("host names", ", ".join(hosts))


def file_findings() -> Iterator[Finding]:
    """The home folder: who may read it, on what disk it stands, and how much room is left."""
    from django.conf import settings

    home = Path(settings.CARTULARY_HOME)
    open_to_others = [
        f"{path.relative_to(home) if path != home else 'the home'} ({_mode(path):03o})"
        for path in (home, *sorted(home.rglob("*")))
        if _mode(path) & 0o077 and (path == home or _mode(home) & 0o077 or _is_secret(path, home))
    ]
    yield (
        wrong(
            "file modes",
            ", ".join(open_to_others[:5]),
            "Other accounts of this machine can read the records or the keys that seal them.",
            f"Run: chmod -R go= {home}",
        )
        if open_to_others
        else good("file modes", "nobody else reads the home or its keys")
    )
    if os.geteuid() == 0:
        yield beware(
            "account of the server",
            "root",
            "A fault in the app would be a fault with every right on this machine.",
            "Run it as an account of its own, as the systemd unit and the container file do.",
        )
    else:
        yield good("account of the server", "not root")
    disk = _disk_of(home)
    yield (
        wrong(
            "disk",
            f"the home is on a network disk ({disk})",
            "SQLite's write-ahead log can lose or damage what is written there.",
            "Move the home to a local disk, or use PostgreSQL (CARTULARY_DATABASE).",
        )
        if disk in NETWORK_DISKS and not os.environ.get("CARTULARY_DATABASE")
        else good("disk", disk or "kind not known")
    )
    free = shutil.disk_usage(home).free
    held = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
    needed = max(LEAST_FREE_BYTES, 2 * held)
    yield (
        beware(
            "room on the disk",
            f"{free / 1e9:.1f} GB free, the home holds {held / 1e9:.2f} GB",
            "A ledger that cannot write refuses entries; nothing is lost, and nothing is added.",
            f"Make room for {needed / 1e9:.1f} GB.",
        )
        if free < needed
        else good("room on the disk", f"{free / 1e9:.1f} GB free")
    )


def _is_secret(path: Path, home: Path) -> bool:
    return path.is_relative_to(home / "keys") or path.is_relative_to(home / "cache")


def _mode(path: Path) -> int:
    return path.lstat().st_mode & 0o777


def _disk_of(home: Path) -> str:
    """The kind of file system under a folder, as Linux names it; empty elsewhere."""
    if not MOUNTS.exists():
        return ""
    best, kind = "", ""
    for line in MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
        fields = line.split()
        if len(fields) > 2 and home.is_relative_to(fields[1]) and len(fields[1]) >= len(best):
            best, kind = fields[1], fields[2]
    return kind


def backup_findings(folder: Path | None) -> Iterator[Finding]:
    """How old the newest backup is."""
    from django.conf import settings

    if folder is None:
        yield beware(
            "backups",
            "no folder was named",
            "A ledger without a backup lives as long as its disk.",
            "Run cartulary backup every night, and give its folder as --backups or in "
            "CARTULARY_BACKUPS.",
        )
        return
    if folder.resolve().is_relative_to(Path(settings.CARTULARY_HOME)):
        yield wrong(
            "place of the backups",
            "within the home",
            "What takes the home takes the backups with it.",
            "Write them to another disk, and copy them off the machine.",
        )
    made = [path for path in folder.iterdir() if path.is_file()]
    if not made:
        yield wrong(
            "backups",
            f"none in {folder}",
            "A ledger without a backup lives as long as its disk.",
            f"Run: cartulary backup {folder}/$(date +%F).backup",
        )
        return
    newest = max(made, key=lambda path: path.stat().st_mtime)
    at = datetime.fromtimestamp(newest.stat().st_mtime, tz=UTC)
    # The true clock, because a demo's pretended date has nothing to do with files.
    age = datetime.now(UTC) - at  # noqa: TID251 - an age of a file on this disk
    hours = age / timedelta(hours=1)
    yield (
        wrong(
            "backups",
            f"the newest, {newest.name}, is {hours:.0f} hours old",
            "What was written since would be lost with the disk.",
            "See why last night's did not run; make one now: cartulary backup.",
        )
        if age > OLDEST_BACKUP
        else good("backups", f"the newest, {newest.name}, is {hours:.0f} hours old")
    )
