# SPDX-License-Identifier: Apache-2.0
"""The forecast of a child: to whom it opens, logged, refused with its reason, as of a day."""

from __future__ import annotations

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
from cartulary.studies.child_forecast.build import make, source
from cartulary.studies.child_forecast.library import default_folder, save
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


def test_the_tab_is_there_for_those_alone(client_of: Clients, infused: Child) -> None:
    page = f"/children/{infused.key}/"
    assert b"/forecast/" not in client_of(Role.CLINICIAN).get(page).content
    assert b"/forecast/" in client_of(Role.CLINICIAN, also=READER).get(page).content


def test_a_child_of_another_centre_is_not_there(client_of: Clients, their_child: Child) -> None:
    assert client_of(Role.CLINICIAN, also=READER).get(address(their_child)).status_code == 404


def test_every_look_is_written_down(client_of: Clients, infused: Child) -> None:
    client_of(Role.DIRECTOR, also=READER).get(address(infused))
    looked = Reading.objects.get(page="forecast")
    assert looked.child == infused.key
    assert looked.account.username.startswith("director")


# --- what --------------------------------------------------------------------------------------


def test_without_a_library_it_says_how_to_have_one(client_of: Clients, infused: Child) -> None:
    said = text_of(client_of(Role.CLINICIAN, also=READER).get(address(infused)))
    assert "There is no library of simulated children" in said
    assert "cartulary forecast library" in said
    assert "Have the library built" not in said


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
