# SPDX-License-Identifier: Apache-2.0
"""The report in the app: asked for, made beside it, taken away with a trace, gated by consent."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.test import Client

from cartulary.cli.main import cartulary
from cartulary.registry import clock
from cartulary.registry.models import Centre, Child, Reading
from cartulary.registry.roles import Role
from cartulary.registry.writing import Change, Hand, append
from cartulary.web.evidence import tasks, worker
from cartulary.web.evidence.report_wanted import FORMS

ASKED = {"lang": "en", "purpose": "", "first": "", "last": "", "as_of": "", "suppress": "0"}


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
    """Tasks are run here and now: another process would not see this test's database."""
    folders: list[Path] = []
    ledger = Path(settings.CARTULARY_HOME) / "ledger.sqlite3"
    is_there = ledger.exists()
    ledger.touch()
    monkeypatch.setenv("CARTULARY_HOME", str(settings.CARTULARY_HOME))

    def run(command: list[str], folder: Path, longest_seconds: float) -> int:
        result = CliRunner().invoke(cartulary, command[3:])
        (folder / worker.PROGRESS).write_text(result.stderr)
        return result.exit_code

    monkeypatch.setattr(worker, "_run", run)
    monkeypatch.setattr(
        tasks, "start", lambda folder: folders.append(folder) or worker.work(folder)
    )
    yield folders
    if not is_there:
        ledger.unlink()


@pytest.fixture
def infused(a_child: Child, hand: Hand) -> Child:
    """The child, infused and seen again."""
    said = [
        ("indication", "2020-02-03"),
        ("infusion", "2020-03-20"),
        ("last_contact", "2020-09-01"),
    ]
    changes = [
        Change(a_child.key, "", kind, "write", {"date": day, "facts": {}}, 0) for kind, day in said
    ]
    append(hand, changes, now=clock.now())
    return a_child


def test_a_report_is_made_and_taken_in_four_forms(
    client_of: Callable[..., Client], infused: Child, centre: Centre, begun: list[Path]
) -> None:
    client = client_of(Role.DIRECTOR)
    assert client.get("/report/").status_code == 200
    answer = client.post("/report/", ASKED)
    assert answer.status_code == 302, answer.content
    page = client.get(answer.url)
    assert b"is ready" in page.content
    key = answer.url.split("/")[2]
    for form in FORMS:
        file = client.get(f"/report/{key}/{form}/")
        content = b"".join(file.streaming_content)
        digest = hashlib.sha256(content).hexdigest()
        assert (
            file.headers["Content-Disposition"]
            == f'attachment; filename="cartulary-ours-en.{form}"'
        )
        assert "M-001" not in file.headers["Content-Disposition"]
        said = Reading.objects.filter(page="report").order_by("-pk").first()
        assert said is not None
        assert said.purpose == f"{form}, own use, 1 children, sha256 {digest[:16]}"
        assert said.centre == centre
    assert json.loads(content)["programme"] == "Our centre"


def test_the_second_time_it_is_there_at_once(
    client_of: Callable[..., Client], infused: Child, hand: Hand, begun: list[Path]
) -> None:
    client = client_of(Role.DATA_MANAGER)
    first = client.post("/report/", ASKED).url
    assert client.post("/report/", ASKED).url == first
    assert len(begun) == 1
    assert client.post("/report/", ASKED | {"lang": "nl"}).url != first
    assert len(begun) == 2
    late = {"date": "2020-09-20", "facts": {}}
    append(hand, [Change(infused.key, "", "last_contact", "write", late, 0)], now=clock.now())
    # The ledger moved on: the old one can no longer be taken, and another is made.
    assert b"has moved on" in client.get(first).content
    assert client.get(f"{first}pdf/").status_code == 302
    assert client.post("/report/", ASKED).url != first


def test_only_those_with_consent_leave_for_research(
    client_of: Callable[..., Client], infused: Child, hand: Hand, begun: list[Path]
) -> None:
    client = client_of(Role.DIRECTOR)
    refused = client.post("/report/", ASKED | {"purpose": "research"})
    assert refused.status_code == 422
    assert b"No child has consent for this purpose today" in refused.content
    assert not begun
    facts = {"purpose": "research", "status": "given"}
    given = {"date": "2020-02-03", "facts": facts}
    append(hand, [Change(infused.key, "", "consent", "write", given, 0)], now=clock.now())
    answer = client.post("/report/", ASKED | {"purpose": "research"})
    assert answer.status_code == 302
    assert b"is ready" in client.get(answer.url).content


def test_a_report_never_shows_what_the_centre_withholds(
    client_of: Callable[..., Client], infused: Child, centre: Centre, begun: list[Path]
) -> None:
    Centre.objects.filter(pk=centre.pk).update(suppress_below=5)
    client = client_of(Role.DIRECTOR)
    assert b'value="5"' in client.get("/report/").content
    assert client.post("/report/", ASKED | {"suppress": "3"}).status_code == 422
    assert client.post("/report/", ASKED | {"suppress": "5"}).status_code == 302


@pytest.mark.parametrize(
    "changed",
    [
        {"first": "2020-05-01", "last": "2020-04-01"},
        {"as_of": "2999-01-01"},
        {"lang": "de"},
        {"purpose": "curiosity"},
        {"suppress": "-1"},
        {"first": "spring"},
    ],
)
def test_what_cannot_be_made_is_refused_at_the_field(
    client_of: Callable[..., Client], infused: Child, begun: list[Path], changed: dict[str, str]
) -> None:
    answer = client_of(Role.DIRECTOR).post("/report/", ASKED | changed)
    assert answer.status_code == 422
    assert answer.content.count(b'role="alert"') == 1
    assert not begun


def test_a_report_of_another_centre_is_not_there(
    client_of: Callable[..., Client],
    infused: Child,
    their_child: Child,
    other_centre: Centre,
    begun: list[Path],
) -> None:
    url = client_of(Role.DIRECTOR).post("/report/", ASKED).url
    theirs = client_of(Role.DIRECTOR, other_centre)
    assert theirs.get(url).status_code == 404
    assert theirs.get(f"{url}json/").status_code == 404


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.LABORATORY, Role.AUDITOR])
def test_who_may_not_export_gets_nothing(
    client_of: Callable[..., Client], infused: Child, begun: list[Path], role: Role
) -> None:
    url = client_of(Role.DIRECTOR).post("/report/", ASKED).url
    client = client_of(role)
    assert {client.get(place).status_code for place in ("/report/", url, f"{url}pdf/")} == {403}


def test_one_that_cannot_be_made_says_so(
    client_of: Callable[..., Client], infused: Child, begun: list[Path]
) -> None:
    client = client_of(Role.DIRECTOR)
    url = client.post("/report/", ASKED | {"last": "2001-01-01"}).url
    page = client.get(url).content.decode()
    assert "could not be made" in page
    assert "M-001" not in page
    assert client.get(f"{url}pdf/").status_code == 404


def test_the_worker_writes_down_how_a_task_ended(tmp_path: Path) -> None:
    """In a process as it truly runs: what is said on the way, the status, the files."""
    folder = tmp_path / "one"
    folder.mkdir()
    script = (
        "import pathlib, sys; print('reckoning ...', file=sys.stderr);"
        f"p = pathlib.Path({str(folder / 'made')!r}); p.mkdir(); (p / 'a.txt').write_text('a')"
    )
    (folder / worker.COMMAND).write_text(json.dumps([sys.executable, "-c", script]))
    (folder / worker.RUNNING).touch()
    assert tasks.state(folder) == "working"
    assert worker.work(folder) == 0
    assert tasks.state(folder) == "done"
    assert tasks.steps(folder) == ("reckoning",)
    assert tasks.ended(folder)["files"] == {"a.txt": hashlib.sha256(b"a").hexdigest()}


def test_a_task_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    folder = tmp_path / "slow"
    folder.mkdir()
    (folder / worker.COMMAND).write_text(
        json.dumps([sys.executable, "-c", "import time; time.sleep(30)"])
    )
    (folder / worker.RUNNING).touch()
    assert worker.work(folder, longest_seconds=0.2) == 124
    assert tasks.state(folder) == "failed"
