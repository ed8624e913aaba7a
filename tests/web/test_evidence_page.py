# SPDX-License-Identifier: Apache-2.0
"""The page of outcomes: the report's own figures, refusals in words, no child in an address."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import io
import os
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cartulary.course.events.treatment import Purpose
from cartulary.course.tables import Programme, read_programme
from cartulary.registry import clock
from cartulary.registry.loading import describe_centre, load_courses
from cartulary.registry.models import Centre, Child, Reading
from cartulary.registry.roles import Role
from cartulary.registry.writing import Change, Hand, append, register
from cartulary.reports.figures_json import figure_record
from cartulary.reports.programme_report import build_report
from cartulary.studies.programme import programme_figures
from cartulary.web.evidence import evidence_wanted, reckoner, tasks
from cartulary.web.evidence.evidence_wanted import EvidenceWanted
from cartulary.web.evidence.worker import DONE, RUNNING, written


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Programme:
    script = repository / "examples" / "maxima_2020" / "write_tables.py"
    spec = importlib.util.spec_from_file_location("example_tables", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return read_programme(module.write(tmp_path_factory.mktemp("programme")))


@pytest.fixture
def loaded(centre: Centre, example: Programme) -> Centre:
    """The example in the ledger of the centre."""
    describe_centre(centre, example)
    assert example.cohort is not None
    load_courses(Hand(None, "anna", centre, "command"), example.cohort.courses(), clock.now())
    return centre


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Views are reckoned here and now: another process would not see this test's database."""
    folders: list[Path] = []

    def start(folder: Path) -> None:
        folders.append(folder)
        reckoner.reckon(folder)
        written(folder / DONE, {"status": 0, "files": {}})
        (folder / RUNNING).unlink()

    monkeypatch.setattr(tasks, "start", start)
    return folders


def page_of(centre: Centre, **changed: Any) -> dict[str, Any]:
    wanted = replace(EvidenceWanted(centre.code, "en"), **changed)
    return reckoner.evidence_of(centre, wanted)[0]


def words_of(runs: Any) -> str:
    """Sentences of a page as plain text."""
    return " ".join("".join(run["text"] for run in sentence) for sentence in runs)


def text_of(content: str) -> str:
    """A page as it is read: without its marks."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", content)))


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("suppress", [0, 5])
def test_every_figure_is_that_of_the_report(
    loaded: Centre, example: Programme, lang: str, suppress: int
) -> None:
    from cartulary.reports.disclosure import controlled

    assert example.cohort is not None
    figures = programme_figures(example.cohort, not_reported=example.not_reported)
    report = controlled(build_report(figures, example, lang, suppress))
    page = page_of(loaded, lang=lang, suppress=suppress)
    assert page["figures"] == [figure_record(figure) for figure in report.figures]


def test_the_page_says_the_finding_and_draws_it(
    client_of: Callable[..., Client], loaded: Centre, begun: list[Path]
) -> None:
    client = client_of(Role.DIRECTOR)
    content = client.get("/evidence/").content.decode()
    assert "At twelve months, 40% of 19 treated children were event-free (95% CI 13 to 69)." in (
        text_of(content)
    )
    # The curve, the month beside it, and relapse; the rows of the table have theirs.
    assert content.count("<desc ") == 3
    assert content.count('aria-hidden="true" font-family') > 15
    assert "efs.hypothetical.infusion · edition 1" in content
    assert " style=" not in content
    client.get("/evidence/")
    assert len(begun) == 1, "the second time it was found"
    assert Reading.objects.filter(page="evidence").count() == 2
    dutch = client_of(Role.DIRECTOR, lang="nl").get("/evidence/").content.decode()
    said = "Na twaalf maanden was 40% van de 19 behandelde kinderen vrij van events"
    assert said in text_of(dutch)


def test_another_clock_counts_other_children(loaded: Centre) -> None:
    page = page_of(loaded, endpoint="efs.hypothetical.indication")
    said = words_of(page["finding"])
    assert "of 26 children with an indication" in said
    assert "neither stands beside this figure" in said
    assert "printed" not in said
    # A cohort that counts from its own allocation may stand there, and only by name.
    assert [one[0] for one in page["cohorts"]] == ["uk_2024"]
    assert page["cohorts_first"] == []


def test_any_published_cohort_may_stand_beside_it(loaded: Centre) -> None:
    assert page_of(loaded)["cohorts_first"] == ["eliana_nejm_2018", "cibmtr_2020"]
    alone = page_of(loaded, beside=())
    assert "printed" not in words_of(alone["finding"])
    assert not [n for n in alone["margin"] if n["identifier"].startswith(("eliana", "cibmtr"))]
    german = words_of(page_of(loaded, beside=("germany_2023",))["finding"])
    assert "Germany prints nothing at twelve months, but at 24." in german
    assert "Germany states no definition" in german


def test_two_cuts_of_one_trial_stay_apart_and_named(loaded: Centre) -> None:
    page = page_of(loaded, beside=("eliana_nejm_2018", "eliana_2018_04"))
    said = words_of(page["finding"])
    assert "ELIANA NEJM 2018 printed 50% (35 to 64) and ELIANA April 2018 57%" in said
    assert "the figure itself is unconfirmed" in said
    curve = page["sections"]["curve"]["blocks"][0]["strip"]
    assert "n 75" in curve
    assert "n 79" in curve


def test_a_cohort_that_is_not_known_is_not_asked_for(centre: Centre) -> None:
    of = evidence_wanted.wanted_of(
        {"beside": "nobody eliana_nejm_2018 prwcc_2022 uk_2024"}, centre, "en"
    )
    assert of.beside == ("eliana_nejm_2018", "prwcc_2022")
    assert evidence_wanted.wanted_of({"beside": "none"}, centre, "en").beside == ()


def test_ours_under_their_definition_is_the_figure_of_that_definition(loaded: Centre) -> None:
    """What is said beside a cohort that counts otherwise is ours by its own rule."""
    page = page_of(loaded)
    by_name = {(one["endpoint"], one["at_days"]): one["value"] for one in page["figures"]}
    ours = round(100 * by_name["cibmtr.efs.infusion", 365])
    reading = "The definition of CIBMTR is our reading (rule for transplant not seen by us)"
    assert f"{reading}; under that ours is {ours}%." in words_of(page["finding"])


def test_each_word_of_the_sentence_leads_to_the_view_it_names(
    client_of: Callable[..., Client], loaded: Centre, begun: list[Path]
) -> None:
    client = client_of(Role.DIRECTOR)
    content = client.get("/evidence/?burden=high").content.decode()
    queries = {unescape(q) for q in re.findall(r'<li><a href="(\?[^"]*)"', content)}
    assert len(queries) > 15
    names = {part.split("=")[0] for q in queries for part in q.removeprefix("?").split("&") if part}
    assert {"endpoint", "beside", "burden", "product"} <= names
    # A word changed keeps the others.
    assert "?burden=high&product=tisagenlecleucel" in queries
    without = sum(not q.removeprefix("?") for q in queries)
    assert without == 1, "one leads back to every burden"
    pseudonyms = set(Child.objects.values_list("course_id", flat=True))
    assert not [name for name in pseudonyms if any(name in q for q in queries)]


def test_too_small_a_part_is_refused_in_words(
    client_of: Callable[..., Client], loaded: Centre, begun: list[Path]
) -> None:
    client = client_of(Role.DIRECTOR)
    content = client.get("/evidence/?age=under_3&sex=female&bridging=inotuzumab").content.decode()
    assert "children are chosen" in content
    assert "<svg" not in content
    # The way back is in the same sentence.
    assert "?age=under_3&amp;sex=female" in content


def test_a_group_that_is_settled_later_than_the_clock_is_refused(loaded: Centre) -> None:
    page = page_of(loaded, endpoint="efs.hypothetical.indication", codes={"burden": "high"})
    assert page["refusal"] == "foreseeing"
    assert "figures" not in page
    assert "infusion" in page["endpoints"], "the way out is offered"


def test_what_is_left_out_cannot_be_reckoned_back(loaded: Centre) -> None:
    """With small counts withheld, a choice that leaves out one child is refused."""
    burdens = page_of(loaded)["codes"]["burden"]
    for code, _ in burdens:
        page = page_of(loaded, codes={"burden": code}, suppress=20)
        assert page["refusal"] in ("too_few", "rest_too_small")
        assert page.get("children") is None


def test_no_drawing_tells_what_disclosure_control_withholds(loaded: Centre) -> None:
    """Relapses of two and three children are withheld: no ground, no label, no interval."""
    page = page_of(loaded, suppress=5)
    relapse = page["sections"]["relapse"]
    assert "CD19" not in "".join(block.get("svg", "") for block in relapse["blocks"])
    rows = page["sections"]["toxicity"]["blocks"][0]["table"]["rows"]
    ours = [row for row in rows if row["drawn"]["style"] == "ours"]
    for row in ours:
        withheld = any("withheld" in words_of([cell["runs"]]) for cell in row["cells"])
        assert ("svg" not in row["drawn"]) == withheld
    assert any("svg" not in row["drawn"] for row in ours)
    everything = page_of(loaded)["sections"]["toxicity"]["blocks"][0]["table"]["rows"]
    assert all("svg" in row["drawn"] for row in everything)


def test_a_definition_that_the_programme_does_not_report(loaded: Centre) -> None:
    assert page_of(loaded, endpoint="os.infusion")["refusal"] == "no_curve"


def test_children_of_two_origins_are_never_mixed(loaded: Centre, hand: Hand) -> None:
    register(hand, course_id="P-900", day0=date(2020, 3, 1), now=clock.now())
    Centre.objects.filter(pk=loaded.pk).update(origin="reconstructed")
    loaded.refresh_from_db()
    page = page_of(loaded)
    assert page["origin"] == "reconstructed"
    assert page["others"] == 1
    assert "19 treated children" in words_of(page["finding"])
    assert page_of(loaded, origin="recorded")["refusal"] == "no_curve"


def test_for_a_purpose_only_those_with_consent_count(loaded: Centre, hand: Hand) -> None:
    research = Purpose.RESEARCH
    assert page_of(loaded, purpose=research)["refusal"] == "no_consent"
    infused = page_of(loaded)
    assert "19 treated children" in words_of(infused["finding"])
    given = {"day": 0, "facts": {"purpose": "research", "status": "given"}}
    some = list(Child.objects.filter(centre=loaded).order_by("position")[:12])
    append(hand, [Change(c.key, "", "consent", "write", given, 0) for c in some], now=clock.now())
    page = page_of(loaded, purpose=research)
    assert page["without_consent"] == 14
    assert [f["value"] for f in page["figures"] if f["id"] == "flow.indication"] == [12]


def test_the_children_behind_each_number_are_as_many_as_it_says(loaded: Centre) -> None:
    page, behind = reckoner.evidence_of(loaded, EvidenceWanted(loaded.code, "en"))
    checked = 0
    for section in page["sections"].values():
        for block in section["blocks"]:
            for row in block.get("table", {"rows": ()})["rows"]:
                units = words_of([cell["runs"] for cell in row["cells"]])
                if "infusions" in units or block["table"]["id"].endswith("grades"):
                    continue  # a child may have had several
                for cell in row["cells"]:
                    if cell["behind"]:
                        assert len(behind[cell["behind"]]) == int(words_of([cell["runs"]]))
                        checked += 1
                    if cell["behind_tail"]:
                        assert len(behind[cell["behind_tail"]]) == int(cell["tail"].strip("/"))
                        checked += 1
    assert checked > 30
    drawn = page["sections"]["curve"]["blocks"][0]["svg"]
    groups = re.findall(r'data-behind="([^"]+)"[^>]*>', drawn)
    at_risk = re.findall(r'data-behind="[^"]*at_risk_(\d+)"', drawn)
    assert at_risk == ["3", "6", "9", "12", "18", "24"]
    assert set(groups) <= set(behind)
    steps = [name for name in groups if ".step_" in name]
    assert sum(len(behind[name]) for name in steps) == 9


def test_the_children_behind_a_figure(
    client_of: Callable[..., Client], loaded: Centre, begun: list[Path], other_centre: Centre
) -> None:
    client = client_of(Role.DIRECTOR)
    content = client.get("/evidence/").content.decode()
    links = {unescape(url) for url in re.findall(r'<a class="behind" href="([^"]+)"', content)}
    view = begun[0].name
    event = f"/evidence/{view}/children/efs.hypothetical.infusion/"
    assert event in links
    for url in sorted(links):
        answer = client.get(url)
        assert answer.status_code == 200, url
        assert answer.context["children"]
    assert len(client.get(event).context["children"]) == 9
    relapsed = client.get(f"/evidence/{view}/children/relapse.early/")
    assert len(relapsed.context["children"]) == 4
    assert client.get(f"/evidence/{view}/children/relapse.sideways/").status_code == 404
    names = set(Child.objects.values_list("course_id", flat=True))
    assert not [name for name in names if any(name in url for url in links)]
    auditor = client_of(Role.AUDITOR)
    plain = auditor.get("/evidence/").content.decode()
    assert 'class="behind' not in plain
    assert text_of(plain).count("40%") == text_of(content).count("40%")
    assert auditor.get(event).status_code == 403
    theirs = client_of(Role.DIRECTOR, other_centre)
    assert theirs.get(event).status_code == 404


def test_looking_behind_a_figure_is_written_down_child_by_child(
    client_of: Callable[..., Client], loaded: Centre, begun: list[Path]
) -> None:
    client = client_of(Role.DIRECTOR)
    client.get("/evidence/")
    client.get(f"/evidence/{begun[0].name}/children/efs.hypothetical.infusion/")
    client.get(f"/evidence/{begun[0].name}/children/relapse.early/")
    assert Reading.objects.filter(page="evidence", child__isnull=False).count() == 13


def test_a_table_is_taken_as_it_is_shown_and_logged(
    client_of: Callable[..., Client], loaded: Centre, begun: list[Path], hand: Hand
) -> None:
    client = client_of(Role.DIRECTOR)
    content = client.get("/evidence/").content.decode()
    view = begun[0].name
    urls = {unescape(url) for url in re.findall(rf'"(/evidence/{view}/[^"]+\.csv)"', content)}
    assert {url.rsplit("/", 1)[1] for url in urls} >= {"curve.csv", "toxicity-beside.csv"}
    for url in urls:
        assert client.get(url).status_code == 200, url
    there = f"/evidence/{view}/toxicity-beside.csv"
    answer = client.get(there)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    ours = next(row for row in rows if row[:2] == ["CRS, any grade", "Programme"])
    assert ours[2:6] == ["9/19", "children", "47", "24 to 71"]
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]
    said = Reading.objects.filter(page="outcome table").latest("pk").purpose
    digest = hashlib.sha256(answer.content).hexdigest()[:16]
    assert said == f"csv, toxicity-beside, own use, 26 children, sha256 {digest}"
    assert client.get(there.replace("csv", "xlsx")).content[:2] == b"PK"
    audit = client.get("/evidence/exports/").content.decode()
    assert digest in audit
    assert "toxicity beside the benchmarks" in audit
    assert client_of(Role.AUDITOR).get(there).status_code == 403
    child = Child.objects.filter(centre=loaded).first()
    assert child is not None
    late = {"day": 900, "facts": {}}
    append(hand, [Change(child.key, "", "last_contact", "write", late, 0)], now=clock.now())
    assert client.get(there).status_code == 302, "the ledger moved on: to the page that knows"


def test_what_a_table_withholds_its_file_withholds(
    client_of: Callable[..., Client], loaded: Centre, begun: list[Path]
) -> None:
    Centre.objects.filter(pk=loaded.pk).update(suppress_below=5)
    client = client_of(Role.DIRECTOR)
    client.get("/evidence/")
    answer = client.get(f"/evidence/{begun[0].name}/relapse.csv").content.decode("utf-8-sig")
    rows = {row[0]: row for row in csv.reader(io.StringIO(answer)) if row}
    assert rows["CD19-negative"][1] == "withheld"


def test_while_it_is_reckoned_the_page_says_so_and_shows_what_stood(
    client_of: Callable[..., Client],
    loaded: Centre,
    begun: list[Path],
    hand: Hand,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = client_of(Role.DIRECTOR)
    before = text_of(client.get("/evidence/").content.decode())
    child = Child.objects.filter(centre=loaded).first()
    assert child is not None
    late = {"day": 900, "facts": {}}
    append(hand, [Change(child.key, "", "last_contact", "write", late, 0)], now=clock.now())
    monkeypatch.setattr(tasks, "start", lambda folder: begun.append(folder))
    meanwhile = text_of(client.get("/evidence/").content.decode())
    assert "Being recomputed." in meanwhile
    finding = "At twelve months, 40% of 19 treated children were event-free"
    assert finding in before
    assert finding in meanwhile
    never = client.get("/evidence/?burden=high")
    assert b"main svg" not in never.content
    assert b"<desc" not in never.content
    assert b"bar-row" in never.content
    poll = {"HTTP_HX_REQUEST": "true"}
    at_once = client.get("/evidence/?burden=high", **poll)
    assert at_once.headers["HX-Retarget"] == "#reckoning-said"
    assert b"reckoning the figures" not in at_once.content
    folder = begun[-1]
    (folder / "progress").write_text(
        "reading and checking the ledger ...\nreckoning the figures ...\n"
    )
    long_ago = time.time() - 5
    os.utime(folder / RUNNING, (long_ago, long_ago))
    later = client.get("/evidence/?burden=high", **poll).content.decode()
    assert "reckoning the figures" in later
    assert "reading and checking the ledger" in later
    # A change of the sentence asks for the whole page, also while it is reckoned.
    boosted = client.get("/evidence/?burden=high", **poll, HTTP_HX_BOOSTED="true")
    assert b"word-burden" in boosted.content


def test_the_page_is_quick_once_it_was_reckoned(
    client_of: Callable[..., Client], loaded: Centre, begun: list[Path]
) -> None:
    client = client_of(Role.DIRECTOR)
    client.get("/evidence/")
    spent = []
    for _ in range(9):
        start = time.process_time()
        client.get("/evidence/")
        spent.append(time.process_time() - start)
    assert sorted(spent)[4] < 0.15


def test_an_address_that_says_nonsense_gives_the_main_view(
    client_of: Callable[..., Client], loaded: Centre, begun: list[Path]
) -> None:
    client = client_of(Role.DIRECTOR)
    client.get("/evidence/")
    client.get("/evidence/?endpoint=../../etc&from=spring&beside=nobody&nothing=1&origin=mars")
    assert len(begun) == 1


def test_the_laboratory_sees_no_outcomes(client_of: Callable[..., Client], loaded: Centre) -> None:
    assert client_of(Role.LABORATORY).get("/evidence/").status_code == 403
