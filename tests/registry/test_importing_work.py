# SPDX-License-Identifier: Apache-2.0
"""The long work of an import in a real process on a real file: followed, killed, done again."""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cartulary.registry import clock
from cartulary.registry.importing_shown import kept, rows
from cartulary.registry.importing_upload import Incoming, Upload, is_written, receive, waiting
from cartulary.registry.models import Account, Batch, Child, Due, Entry
from cartulary.registry.verifying import verify
from cartulary.registry.writing import Change, Hand, append
from cartulary.web.beside import work as beside
from cartulary.web.importing import work
from tests.registry.conftest import OwnLedger

CHILDREN, LONGEST_SECONDS = 200, 90


def tables(children: int = CHILDREN) -> dict[str, str]:
    """A programme of so many children, each with an indication and an infusion."""
    born = [f"P-{n:05d},f,9,2020-03-{1 + n % 28:02d}" for n in range(children)]
    given = [f"P-{n:05d},2020-05-{1 + n % 28:02d},1,2400000" for n in range(children)]
    return {
        "programme.csv": "key,value\nname,Trial run\norigin,recorded\n",
        "children.csv": "\n".join(["child,sex,age_years,indication_date", *born, ""]),
        "infusion.csv": "\n".join(["child,date,number,dose per kg", *given, ""]),
    }


@pytest.fixture(autouse=True)
def _real_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process that works starts as it does beside the server, and none outlives the test."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "cartulary.web.settings")
    yield
    for process in beside._working:
        process.wait()


@pytest.fixture
def somebody(own_ledger: OwnLedger) -> Account:
    return Account.objects.create_user(username="anna")


@pytest.fixture
def upload_of(own_ledger: OwnLedger, somebody: Account) -> Callable[..., Upload]:
    """These tables uploaded."""

    def made(files: dict[str, str]) -> Upload:
        incoming = [Incoming(name, [text.encode()]) for name, text in files.items()]
        return receive(incoming, own_ledger.centre, somebody, clock.now())

    return made


def followed(upload: Upload, until: Callable[[work.Work], bool]) -> work.Work:
    """The work of an upload once something can be said of it."""
    last = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < last:
        now = work.work_of(upload)
        assert now is not None
        if until(now):
            return now
        time.sleep(0.02)
    raise AssertionError(f"still {now}")


def ended(upload: Upload) -> work.Work:
    return followed(upload, lambda now: now.state != work.WORKING)


def kill() -> None:
    """The last process that was begun is ended as by a failing machine."""
    os.kill(beside._working[-1].pid, signal.SIGKILL)
    beside._working[-1].wait()


def to_write(upload: Upload, somebody: Account, **more: Any) -> dict[str, Any]:
    return {
        "act": work.WRITE,
        "account": somebody.pk,
        "username": somebody.username,
        "reason": "first load",
        "good_courses": False,
        "seen": kept(upload).run.fingerprint,
        "batch": str(uuid.uuid4()),
        **more,
    }


def read(upload: Upload) -> work.Work:
    assert work.begin(upload, {"act": work.READ, "said": None})
    return ended(upload)


def test_files_are_read_and_written_beside_the_pages(
    own_ledger: OwnLedger, upload_of: Callable[..., Upload], somebody: Account
) -> None:
    upload = upload_of(tables())
    assert read(upload).state == work.DONE
    assert kept(upload).run.changes == 3 * CHILDREN
    assert len(rows(upload, "new", size=10)) == 10
    assert not Entry.objects.exists()

    wanted = to_write(upload, somebody)
    assert work.begin(upload, wanted)
    # Pressed twice, it is done once.
    assert not work.begin(upload, to_write(upload, somebody))
    done = ended(upload)
    assert (done.state, done.ended["batch"]) == (work.DONE, wanted["batch"])
    assert Entry.objects.filter(batch=wanted["batch"], author="anna").count() == 3 * CHILDREN
    assert Batch.objects.get().account == somebody
    assert Due.objects.exists()
    assert verify(own_ledger.centre).intact
    assert is_written(upload)
    assert not upload.tables.exists()
    assert waiting(own_ledger.centre, clock.now()) == []

    again = upload_of(tables())
    read(again)
    assert kept(again).run.changes == 0


def test_killed_in_the_midst_of_writing_nothing_is_written(
    own_ledger: OwnLedger,
    upload_of: Callable[..., Upload],
    somebody: Account,
) -> None:
    upload = upload_of(tables(2000))
    assert read(upload).state == work.DONE
    wanted = to_write(upload, somebody)
    assert work.begin(upload, wanted)
    at = followed(upload, lambda now: now.step == "write" or now.state != work.WORKING)
    assert at.state == work.WORKING
    kill()
    lost = ended(upload)
    assert lost.state == work.LOST
    assert work.batch_of(upload, lost) is None
    assert not Entry.objects.exists()
    assert not Child.objects.exists()

    # Cut off once it is in the ledger, it is there whole, and is found by its key.
    assert work.begin(upload, wanted)
    at = followed(upload, lambda now: now.step == "worklists" or now.state != work.WORKING)
    assert at.state == work.WORKING
    kill()
    lost = ended(upload)
    assert lost.state == work.LOST
    assert work.batch_of(upload, lost) == Batch.objects.get()
    assert Entry.objects.count() == 6000
    assert verify(own_ledger.centre).intact


def test_what_is_refused_says_why_and_shows_what_stands_now(
    own_ledger: OwnLedger, upload_of: Callable[..., Upload], somebody: Account
) -> None:
    upload = upload_of(tables(3))
    read(upload)
    wanted = to_write(upload, somebody)
    key = uuid.uuid4()
    payload = {"course_id": "P-00001", "origin": "recorded", "sex": "male", "day0_is": "indication"}
    hand = Hand(somebody, "anna", own_ledger.centre, "form")
    append(hand, [Change(key, "child", "child", "write", payload, 0)], now=clock.now())

    assert work.begin(upload, wanted)
    refused = ended(upload)
    assert refused.state == work.REFUSED
    assert refused.ended["text"].startswith("The ledger has changed since the dry run")
    assert kept(upload).run.rows_of["changed"] == 1
    assert not Batch.objects.exists()
