# SPDX-License-Identifier: Apache-2.0
"""Look ahead: answered from the shelf, computed beside when asked, never with a child in it."""

from __future__ import annotations

import csv
import fcntl
import io
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

from cartulary.registry.models import Reading
from cartulary.registry.roles import Role
from cartulary.studies.policies_compared import Compared, shelf
from cartulary.studies.policies_compared.compared_json import from_json
from cartulary.studies.policies_compared.shelf import put
from cartulary.web.beside import work
from cartulary.web.beside.work_files import ENDED, LOCK, PROGRESS, STOP, STOPPED, WANTED, written
from cartulary.web.lookahead import comparisons, doing, offered, runs, worker
from tests.web.comparison_made import AGAINST, POLICY, POPULATION, made

Clients = Callable[..., Client]
ASKED = f"?policy={POLICY}&against={AGAINST}&for={POPULATION}"


@pytest.fixture(autouse=True)
def own_home(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What one test computes is not the other's, and nothing lies there that was shipped."""
    monkeypatch.setattr(shelf, "shipped", lambda: tmp_path / "nothing shipped")
    keys = Path(settings.CARTULARY_HOME) / "keys"
    home = tmp_path / "home"
    home.mkdir()
    if keys.exists():
        (home / "keys").symlink_to(keys)
    settings.CARTULARY_HOME = home
    return home


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Runs are written down and not begun; their lock is let go, as when a process ends."""
    folders: list[Path] = []

    def start(folder: Path, lock: int, worker: str) -> None:
        folders.append(folder)

    monkeypatch.setattr(work, "start", start)
    return folders


@pytest.fixture
def shelved() -> Compared:
    """One comparison on this server's shelf."""
    compared = made()
    put(compared, comparisons.shelf_here())
    return compared


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def held(folder: Path) -> int:
    """The lock of a run, as its process would hold it."""
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


# --- from the shelf ----------------------------------------------------------------------------


def test_what_is_on_the_shelf_is_shown_at_once(
    client_of: Clients, shelved: Compared, begun: list[Path]
) -> None:
    answer = client_of(Role.DIRECTOR).get(f"/look-ahead/{ASKED}")
    said = text_of(answer)
    assert "Research, not for decisions" in said
    assert "42% instead of 36%" in said
    assert "6 points more" in said
    assert "one year could not show it" in said
    found = shelved.difference(POLICY, AGAINST, "efs.indication.12", 20)
    low, high = (round(100 * end) for end in found.parameters)
    assert f"+{low} to +{high}" in said
    assert "Growth under bridging" in said
    assert "speculative" in said
    assert answer.content.count(b"<desc ") == 4
    assert b" style=" not in answer.content
    assert not begun


def test_the_same_in_dutch(client_of: Clients, shelved: Compared) -> None:
    said = text_of(client_of(Role.DIRECTOR, lang="nl").get(f"/look-ahead/{ASKED}"))
    for words in ("Vooruitblik", "Wat als het beleid", "Wat we niet weten", "Wat toeval doet"):
        assert words in said
    for english in ("What if the policy", "Take away", "Policies of your own", "judged by"):
        assert english not in said


def test_the_first_look_says_something_without_an_address(
    client_of: Clients, shelved: Compared
) -> None:
    assert "42% instead of 36%" in text_of(client_of(Role.CLINICIAN).get("/look-ahead/"))


def test_chance_widens_as_the_programme_shrinks(client_of: Clients, shelved: Compared) -> None:
    client = client_of(Role.DIRECTOR)
    small, large = (
        text_of(client.get(f"/look-ahead/{ASKED}&size={size}")) for size in ("10", "200")
    )
    assert "10 children a policy" in small
    assert "200 children a policy" in large
    wide, narrow = (
        shelved.difference(POLICY, AGAINST, "efs.indication.12", size).chance.half_width
        for size in (10, 200)
    )
    assert wide > 3 * narrow


def test_another_outcome_has_its_own_figures(client_of: Clients, shelved: Compared) -> None:
    said = text_of(client_of(Role.DIRECTOR).get(f"/look-ahead/{ASKED}&by=days_to_infusion"))
    assert "23 d instead of 48 d" in said
    assert "25 days fewer" in said


def test_a_comparison_of_other_files_is_passed_over(
    client_of: Clients, shelved: Compared, own_home: Path
) -> None:
    here = own_home / "policies"
    here.mkdir()
    shipped = Path(offered.__file__).parents[2] / "twin" / "policies" / f"{POLICY}.toml"
    text = shipped.read_text(encoding="utf-8").replace("delay_days = 42", "delay_days = 49")
    (here / "ours.toml").write_text(text, encoding="utf-8")
    said = text_of(client_of(Role.DIRECTOR).get(f"/look-ahead/{ASKED}"))
    assert "have not been compared" in said


def test_a_broken_file_is_named_to_who_can_mend_it(
    client_of: Clients, shelved: Compared, own_home: Path
) -> None:
    (own_home / "policies").mkdir()
    (own_home / "policies" / "half.toml").write_text("id = \n", encoding="utf-8")
    assert "half.toml" in text_of(client_of(Role.DIRECTOR).get(f"/look-ahead/{ASKED}"))
    assert "half.toml" not in text_of(client_of(Role.CLINICIAN).get(f"/look-ahead/{ASKED}"))


def test_nonsense_in_an_address_does_nothing(client_of: Clients, shelved: Compared) -> None:
    client = client_of(Role.DIRECTOR)
    for query in ("?policy=../../etc/passwd", "?by=nothing&size=-3", f"?policy={AGAINST}",
                  f"?policy={POLICY}&against={POLICY}", "?for=%00"):  # fmt: skip
        assert client.get(f"/look-ahead/{query}").status_code == 200


def test_it_is_quick_and_asks_the_database_little(
    client_of: Clients, shelved: Compared, django_assert_max_num_queries: Any
) -> None:
    client = client_of(Role.DIRECTOR)
    client.get(f"/look-ahead/{ASKED}")
    with django_assert_max_num_queries(8):
        client.get(f"/look-ahead/{ASKED}")
    spent = []
    for _ in range(5):
        start = time.process_time()
        client.get(f"/look-ahead/{ASKED}")
        spent.append(time.process_time() - start)
    assert sorted(spent)[2] < 0.15


def test_no_child_is_read_for_it(client_of: Clients, shelved: Compared) -> None:
    client_of(Role.DIRECTOR).get(f"/look-ahead/{ASKED}")
    assert not Reading.objects.exists()


# --- taken away --------------------------------------------------------------------------------


def test_the_figures_are_taken_away_in_four_forms(client_of: Clients, shelved: Compared) -> None:
    client = client_of(Role.DATA_MANAGER)
    whole = client.get(f"/look-ahead/comparison.json{ASKED}")
    again = from_json(whole.content.decode()).difference(POLICY, AGAINST, "efs.indication.12")
    there = shelved.difference(POLICY, AGAINST, "efs.indication.12")
    # The file keeps five decimals of each draw.
    assert again.parameters == pytest.approx(there.parameters, abs=1e-5)
    assert again.chance == there.chance
    table = client.get(f"/look-ahead/outcomes.csv{ASKED}").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table)))
    assert "research" in rows[0][0]
    efs = next(row for row in rows if row[0] == "efs.indication.12")
    assert [float(efs[4]), float(efs[5]), float(efs[6])] == [0.36, 0.42, 0.06]
    assert client.get(f"/look-ahead/comparison.pdf{ASKED}").content[:5] == b"%PDF-"
    html = client.get(f"/look-ahead/comparison.html{ASKED}")
    assert "attachment" in html.headers["Content-Disposition"]
    other = f"?policy=next_day&against={AGAINST}&for={POPULATION}"
    assert client.get(f"/look-ahead/comparison.json{other}")["Location"] == f"/look-ahead/{other}"


# --- computed when asked -----------------------------------------------------------------------


def test_who_may_has_it_computed_and_others_are_told_whom_to_ask(
    client_of: Clients, begun: list[Path]
) -> None:
    clinician = client_of(Role.CLINICIAN)
    said = text_of(clinician.get(f"/look-ahead/{ASKED}"))
    assert "A data manager or the programme director" in said
    assert clinician.post("/look-ahead/run/", {"policy": POLICY}).status_code == 403
    director = client_of(Role.DIRECTOR)
    assert b"Compute it" in director.get(f"/look-ahead/{ASKED}").content
    posted = {"policy": POLICY, "against": AGAINST, "for": POPULATION}
    answer = director.post("/look-ahead/run/", posted)
    assert answer["Location"] == f"/look-ahead/{ASKED}"
    wanted = json.loads((begun[0] / WANTED).read_text())
    assert (wanted["policy"], wanted["against"]) == (POLICY, AGAINST)


def test_its_progress_is_followed_and_survives_a_reload(
    client_of: Clients, begun: list[Path]
) -> None:
    client = client_of(Role.DATA_MANAGER)
    posted = {"policy": POLICY, "against": AGAINST, "for": POPULATION}
    client.post("/look-ahead/run/", posted)
    folder = begun[0]
    lock = held(folder)
    poll = {"HTTP_HX_REQUEST": "true"}
    assert "that one goes first" in text_of(client.get(f"/look-ahead/{ASKED}", **poll))
    written(folder / PROGRESS, {"done": 25, "of": 100, "began": time.time() - 60})
    for more in ({}, poll, {}):
        said = text_of(client.get(f"/look-ahead/{ASKED}", **more))
        assert "25 of 100 draws" in said
        assert "about 3 minutes left" in said
    client.post("/look-ahead/run/", posted)
    assert len(begun) == 1, "what is being done is not begun again"
    client.post("/look-ahead/stop/", posted)
    assert (folder / STOP).exists()
    assert "Stopping." in text_of(client.get(f"/look-ahead/{ASKED}", **poll))
    written(folder / ENDED, {"state": STOPPED})
    os.close(lock)
    answer = client.get(f"/look-ahead/{ASKED}", **poll)
    assert answer.headers["HX-Redirect"] == f"/look-ahead/{ASKED}"
    assert "nothing of it was kept" in text_of(client.get(f"/look-ahead/{ASKED}"))
    put(made(), comparisons.shelf_here())
    assert "42% instead of 36%" in text_of(client.get(f"/look-ahead/{ASKED}"))


def test_a_run_whose_process_is_gone_is_said_to_be_lost(
    client_of: Clients, begun: list[Path]
) -> None:
    client = client_of(Role.DIRECTOR)
    posted = {"policy": POLICY, "against": AGAINST, "for": POPULATION}
    client.post("/look-ahead/run/", posted)
    assert "broke off" in text_of(client.get(f"/look-ahead/{ASKED}"))
    client.post("/look-ahead/run/", posted)
    assert len(begun) == 2


def test_the_process_computes_and_shelves(
    client_of: Clients, begun: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int]] = []

    def compare(arms: Any, sets: Any, **asked: Any) -> Compared:
        asked["progress"](1, len(sets))
        seen.append((len(sets), asked["children"]))
        return made()

    monkeypatch.setattr("cartulary.studies.policies_compared.compare", compare)
    client = client_of(Role.DIRECTOR)
    posted = {"policy": POLICY, "against": AGAINST, "for": POPULATION}
    client.post("/look-ahead/run/", posted)
    assert worker.work(begun[0]) == "done"
    assert seen == [(doing.DRAWS, doing.CHILDREN)]
    assert json.loads((begun[0] / PROGRESS).read_text())["of"] == doing.DRAWS
    assert "42% instead of 36%" in text_of(client.get(f"/look-ahead/{ASKED}"))


def test_a_refusal_reaches_the_page(client_of: Clients, begun: list[Path]) -> None:
    client = client_of(Role.DIRECTOR)
    posted = {"policy": POLICY, "against": AGAINST, "for": POPULATION}
    client.post("/look-ahead/run/", posted)
    said = json.loads((begun[0] / WANTED).read_text())
    written(begun[0] / WANTED, said | {"policy": "gone"})
    assert worker.work(begun[0]) == "refused"
    assert "not on this server any more" in text_of(client.get(f"/look-ahead/{ASKED}"))


@pytest.mark.slow
def test_a_run_in_its_own_process_is_stopped(own_home: Path) -> None:
    folder = runs.run_folder("run")
    said = {"act": doing.COMPARE, "policy": POLICY, "against": AGAINST, "population": POPULATION,
            "draws": 100, "children": 2000, "years": 3.0, "seed": 1}  # fmt: skip
    assert runs.begin(folder, said)
    assert not runs.begin(folder, said)
    assert work.stop(folder)
    for _ in range(1200):
        now = work.work_in(folder)
        assert now is not None
        if now.state != "working":
            break
        time.sleep(0.1)
    assert now.state == STOPPED
    assert not comparisons.shelf_here().exists()


# --- how well it fits --------------------------------------------------------------------------


def test_without_a_validation_the_page_says_how_to_make_one(
    client_of: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cartulary.web.lookahead.fit_page.validation", dict)
    said = text_of(client_of(Role.CLINICIAN).get("/look-ahead/fit/"))
    assert "cartulary validate --out FOLDER" in said


def test_the_validation_is_a_table_with_its_misses(client_of: Clients, own_home: Path) -> None:
    from cartulary.studies.calibration.target import targets

    one, other = targets()[:2]
    rows = [
        {
            "id": target.id,
            "use": use,
            "benchmark": target.benchmark,
            "outcome": {"en": target.words.en, "nl": target.words.nl},
            "definition": target.definition,
            "n": target.n,
            "observed": 0.5,
            "observed_low": 0.4,
            "observed_high": 0.6,
            "predicted": 0.8,
            "predicted_low": 0.7,
            "predicted_high": 0.9,
            "met": use == "fit",
            "miss": {"en": "because of this", "nl": "hierom"},
        }
        for target, use in ((one, "fit"), (other, "kept_aside"))
    ]
    tally = {"met": 1, "of": 1, "main": 0, "main_narrow": 0}
    said = {
        "posterior": "another",
        "provisional": False,
        "draws": 10,
        "children": 100,
        "control_hash": "0" * 64,
        "tally": {"fit": tally, "kept_aside": {**tally, "met": 0}},
        "figures": rows,
    }
    (own_home / "validation.json").write_text(json.dumps(said), encoding="utf-8")
    page = text_of(client_of(Role.CLINICIAN).get("/look-ahead/fit/"))
    assert one.words.en in page
    assert "because of this" in page
    assert "These figures are of the posterior another" in page
    dutch = text_of(client_of(Role.CLINICIAN, lang="nl").get("/look-ahead/fit/"))
    assert "hierom" in dutch
    assert "because of this" not in dutch


# --- the library of forecasts ------------------------------------------------------------------


def test_the_library_is_built_by_who_may(client_of: Clients, begun: list[Path]) -> None:
    administrator = client_of(Role.ADMINISTRATOR)
    assert "There is no library" in text_of(administrator.get("/look-ahead/library/"))
    assert administrator.get("/look-ahead/").status_code == 403
    assert administrator.post("/look-ahead/library/build/").status_code == 302
    assert json.loads((begun[0] / WANTED).read_text())["act"] == doing.LIBRARY
    lock = held(begun[0])
    written(begun[0] / PROGRESS, {"done": 3, "of": 80, "began": time.time() - 9})
    assert "3 of 80 draws" in text_of(administrator.get("/look-ahead/library/"))
    os.close(lock)
    assert client_of(Role.CLINICIAN).post("/look-ahead/library/build/").status_code == 403
