# SPDX-License-Identifier: Apache-2.0
"""The forecast of a child: to whom it opens, logged, refused with its reason, as of a day."""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cartulary.registry import clock
from cartulary.registry.models import Centre, Child, Entry, Reading
from cartulary.registry.roles import Role
from cartulary.registry.writing import Change, Hand, append
from cartulary.reports.wording import NARROW
from cartulary.studies.child_forecast.build import CHILDREN_A_DRAW, make, source
from cartulary.studies.child_forecast.library import About, default_folder, save
from cartulary.studies.child_forecast.source import FORMAT
from cartulary.web.beside import work
from cartulary.web.beside.work_files import LOCK, PROGRESS, WANTED, written
from cartulary.web.forecast import weighing

Clients = Callable[..., Client]
READER = Role.FORECASTS


@pytest.fixture(autouse=True)
def own_home(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a library, whatever this machine has elsewhere."""
    monkeypatch.delenv("CARTULARY_FORECAST_LIBRARY", raising=False)
    keys = Path(settings.CARTULARY_HOME) / "keys"
    home = tmp_path / "home"
    home.mkdir()
    if keys.exists():
        (home / "keys").symlink_to(keys)
    settings.CARTULARY_HOME = home
    weighing._opened.cache_clear()
    return home


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small library of real virtual children, made once."""
    folder = tmp_path_factory.mktemp("library") / "forecast-library"
    save(make(source(), draws=6, children=250, threads=1), folder)
    return folder


@pytest.fixture
def with_library(library: Path, own_home: Path) -> Path:
    default_folder(own_home).symlink_to(library)
    return library


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What would be begun beside the server is written down and not begun."""
    folders: list[Path] = []
    monkeypatch.setattr(work, "start", lambda folder, lock, worker: folders.append(folder))
    return folders


@pytest.fixture
def infused(a_child: Child, hand: Hand) -> Child:
    """Infused on 17 March 2020, in remission four weeks later."""
    events = {
        "infusion": {"date": "2020-03-17", "facts": {"number": 1}},
        "assessment": {
            "date": "2020-04-14",
            "facts": {"marrow_blasts_percent": 0, "response": "CR"},
        },
    }
    changes = [
        Change(a_child.key, f"{kind}-1", kind, "write", payload, 0)
        for kind, payload in events.items()
    ]
    append(hand, changes, now=clock.now())
    return a_child


def address(child: Child) -> str:
    return f"/children/{child.key}/forecast/"


def text_of(answer: Any) -> str:
    return re.sub(r"[ \n\t]+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


# --- who ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_no_role_alone_opens_it(role: Role, client_of: Clients, infused: Child) -> None:
    assert client_of(role).get(address(infused)).status_code == 403
    assert not Reading.objects.filter(page="forecast").exists()


@pytest.mark.parametrize(
    ("role", "opens"),
    [
        (Role.CLINICIAN, True),
        (Role.DIRECTOR, True),
        (Role.DATA_MANAGER, False),
        (Role.LABORATORY, False),
        (Role.AUDITOR, False),
        (Role.ADMINISTRATOR, False),
    ],
)
def test_it_opens_for_a_clinician_or_director_to_whom_it_was_given(
    role: Role, opens: bool, client_of: Clients, infused: Child
) -> None:
    answer = client_of(role, also=READER).get(address(infused))
    assert answer.status_code == (200 if opens else 403)


@pytest.mark.parametrize("page", ["", "table/", "toxicity/", "events/", "events/infusion-1/"])
def test_the_tab_is_there_for_those_alone(page: str, client_of: Clients, infused: Child) -> None:
    page = f"/children/{infused.key}/{page}"
    seen = client_of(Role.CLINICIAN).get(page)
    assert (seen.status_code, b"/forecast/" in seen.content) == (200, False)
    assert b"/forecast/" in client_of(Role.CLINICIAN, also=READER).get(page).content


def test_a_child_of_another_centre_is_not_there(client_of: Clients, their_child: Child) -> None:
    assert client_of(Role.CLINICIAN, also=READER).get(address(their_child)).status_code == 404


def test_every_look_is_written_down(client_of: Clients, infused: Child) -> None:
    client_of(Role.DIRECTOR, also=READER).get(address(infused))
    looked = Reading.objects.get(page="forecast")
    assert looked.child == infused.key
    assert looked.account.username.startswith("director")


# --- what --------------------------------------------------------------------------------------


def test_without_a_library_it_says_whom_to_ask(
    client_of: Clients, infused: Child, begun: list[Path]
) -> None:
    client = client_of(Role.CLINICIAN, also=READER)
    said = text_of(client.get(address(infused)))
    assert "No library was made on this server yet" in said
    assert "Ask an administrator" in said
    assert "Have the library built" not in said
    assert not begun, "outside a demo nothing is simulated unasked"
    dutch = text_of(client_of(Role.CLINICIAN, lang="nl", also=READER).get(address(infused)))
    assert "Vraag een beheerder" in dutch
    assert "library" not in dutch


def test_one_out_of_date_is_told_apart_from_none(
    client_of: Clients, infused: Child, own_home: Path
) -> None:
    folder = default_folder(own_home)
    folder.mkdir()
    about = dict.fromkeys(About.__dataclass_fields__, 0)
    about |= {"format": FORMAT, "version": "0", "fingerprint": "another", "plans": [], "limits": {}}
    (folder / "library.json").write_text(json.dumps(about), encoding="utf-8")
    client = client_of(Role.CLINICIAN, also=READER)
    assert "made with other parameters" in text_of(client.get(address(infused)))
    (folder / "library.json").write_text("{", encoding="utf-8")
    assert "it is not whole" in text_of(client.get(address(infused)))
    dutch = text_of(client_of(Role.CLINICIAN, lang="nl", also=READER).get(address(infused)))
    assert "die is niet volledig" in dutch


def test_a_demo_builds_its_library_when_it_is_first_asked(
    client_of: Clients, infused: Child, begun: list[Path], settings: Any
) -> None:
    settings.CARTULARY_DEMO = True
    client = client_of(Role.CLINICIAN, also=READER)
    waiting = "/look-ahead/library/progress/"
    assert client.get(waiting).headers["HX-Refresh"] == "true", "nothing is waited for"
    client.get(address(infused))
    assert json.loads((begun[0] / WANTED).read_text())["children"] == CHILDREN_A_DRAW // 4
    lock = os.open(begun[0] / LOCK, os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    written(begun[0] / PROGRESS, {"done": 16, "of": 64, "began": time.time() - 60})
    assert "16 of 64 draws" in text_of(client.get(address(infused)))
    assert "about 3 minutes left" in text_of(client.get(waiting))
    assert len(begun) == 1
    os.close(lock)
    assert client_of(Role.DATA_MANAGER).get(waiting).status_code == 403


@pytest.mark.slow
def test_the_forecast_is_given_with_what_it_rests_on(
    client_of: Clients, infused: Child, with_library: Path
) -> None:
    client = client_of(Role.CLINICIAN, also=READER)
    answer = client.get(address(infused))
    said = text_of(answer)
    assert "Research, not for decisions" in said
    made = answer.context["forecast"]
    assert made.effective_children >= 50
    share = round(100 * made.outcomes[0].line.value[-1])
    assert f"{share}% are still in remission after 24 months" in said
    assert "What would change it" in said
    assert f"{round(made.effective_children)} alike" in said.replace(NARROW, "")
    assert b" style=" not in answer.content
    assert b"<desc" in answer.content
    dutch = text_of(client_of(Role.CLINICIAN, lang="nl", also=READER).get(address(infused)))
    assert "nog in remissie" in dutch
    for english in ("What comes first", "Like how many", "Still in remission", "Relapsed"):
        assert english not in dutch


@pytest.mark.slow
def test_a_refusal_is_shown_with_its_reason(
    client_of: Clients, a_child: Child, with_library: Path
) -> None:
    said = text_of(client_of(Role.CLINICIAN, also=READER).get(address(a_child)))
    assert "No forecast" in said
    assert "No infusion is recorded" in said
    assert "still in remission after" not in said


@pytest.mark.slow
def test_what_was_written_later_does_not_count(
    client_of: Clients, infused: Child, hand: Hand, with_library: Path, centre: Centre
) -> None:
    relapse = {"date": "2020-07-01", "facts": {}}
    append(hand, [Change(infused.key, "relapse-1", "relapse", "write", relapse, 0)],
           now=clock.now())  # fmt: skip
    client = client_of(Role.CLINICIAN, also=READER)
    assert "No forecast" in text_of(client.get(address(infused)))
    assert Entry.objects.filter(centre=centre).count() == 4
    day = clock.today().isoformat()
    before = client.get(f"{address(infused)}?as_of=2020-01-01")
    assert before.status_code == 404, "the child was not in the ledger yet"
    assert client.get(f"{address(infused)}?as_of={day}").status_code == 200


@pytest.mark.slow
def test_an_earlier_day_is_asked_of_the_record_as_it_stands_now(
    client_of: Clients, infused: Child, hand: Hand, with_library: Path
) -> None:
    relapse = {"date": "2020-07-01", "facts": {}}
    append(hand, [Change(infused.key, "relapse-1", "relapse", "write", relapse, 0)],
           now=clock.now())  # fmt: skip
    client = client_of(Role.CLINICIAN, also=READER)
    assert "No forecast" in text_of(client.get(address(infused)))
    before = client.get(f"{address(infused)}?until=2020-06-30")
    assert "still in remission after 24 months" in text_of(before)
    assert "30 June 2020" in text_of(before)
    assert before.context["forecast"].days_after_infusion == 28
    for nonsense in ("?until=", "?until=9999-01-01", "?until=x"):
        assert "No forecast" in text_of(client.get(address(infused) + nonsense))


@pytest.mark.slow
def test_it_is_quick_and_asks_the_database_little(
    client_of: Clients, infused: Child, with_library: Path, django_assert_max_num_queries: Any
) -> None:
    client = client_of(Role.CLINICIAN, also=READER)
    client.get(address(infused))
    with django_assert_max_num_queries(16):
        client.get(address(infused))
    spent = []
    for _ in range(5):
        start = time.process_time()
        client.get(address(infused))
        spent.append(time.process_time() - start)
    assert sorted(spent)[2] < 0.3
