# SPDX-License-Identifier: Apache-2.0
"""The page of outcomes: the report's own figures, refusals in words, no child in an address."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cartulary.course.tables import Programme, read_programme
from cartulary.registry import clock
from cartulary.registry.loading import describe_centre, load_courses
from cartulary.registry.models import Centre, Child, Reading
from cartulary.registry.roles import Role
from cartulary.registry.writing import Hand
from cartulary.reports.figures_json import figure_record
from cartulary.reports.programme_report import build_report
from cartulary.studies.programme import programme_figures
from cartulary.web.evidence import reckoner, tasks
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
    assert "<b>At twelve months, 40% of 19 treated children were event-free" in content
    assert content.count("<svg") == 3
    assert "efs.hypothetical.infusion · edition 1" in content
    assert " style=" not in content
    client.get("/evidence/")
    assert len(begun) == 1, "the second time it was found"
    assert Reading.objects.filter(page="evidence").count() == 2
    dutch = client_of(Role.DIRECTOR, lang="nl").get("/evidence/").content.decode()
    assert "<b>Na twaalf maanden was 40% van de 19 behandelde kinderen vrij van events" in dutch


def test_another_clock_counts_other_children(loaded: Centre) -> None:
    page = page_of(loaded, endpoint="efs.hypothetical.indication")
    said = "".join(run["text"] for sentence in page["finding"] for run in sentence)
    assert "of 26 children with an indication" in said
    assert "no benchmark stands beside this figure" in said
    assert "reported" not in said


def test_one_study_beside_it_or_none(loaded: Centre) -> None:
    for studies, said in (((), ()), (("cibmtr",), ("CIBMTR",))):
        page = page_of(loaded, studies=studies)
        text = str([page["finding"], page["sections"]])
        marks = {name for name in ("ELIANA reported", "CIBMTR reported") if name in text}
        assert marks == {f"{name} reported" for name in said}


def test_too_small_a_part_is_refused_in_words(
    client_of: Callable[..., Client], loaded: Centre, begun: list[Path]
) -> None:
    client = client_of(Role.DIRECTOR)
    content = client.get("/evidence/?age=under_3&sex=female&bridging=inotuzumab").content.decode()
    assert "children are chosen" in content
    assert "<svg" not in content


def test_a_group_that_is_settled_later_than_the_clock_is_refused(loaded: Centre) -> None:
    page = page_of(loaded, endpoint="efs.hypothetical.indication", codes={"burden": "high"})
    assert page["refusal"] == "foreseeing"
    assert "figures" not in page


def test_what_is_left_out_cannot_be_reckoned_back(loaded: Centre) -> None:
    """With small counts withheld, a choice that leaves out one child is refused."""
    burdens = page_of(loaded)["codes"]["burden"]
    for code, _ in burdens:
        page = page_of(loaded, codes={"burden": code}, suppress=20)
        assert page["refusal"] in ("too_few", "rest_too_small")
        assert page.get("children") is None


def test_a_definition_that_the_programme_does_not_report(loaded: Centre) -> None:
    assert page_of(loaded, endpoint="os.infusion")["refusal"] == "no_curve"


def test_the_children_behind_a_figure(
    client_of: Callable[..., Client], loaded: Centre, begun: list[Path], other_centre: Centre
) -> None:
    client = client_of(Role.DIRECTOR)
    client.get("/evidence/")
    view = begun[0].name
    answer = client.post("/evidence/children/", {"view": view, "group": "event"})
    assert len(answer.context["children"]) == 9
    relapsed = client.post("/evidence/children/", {"view": view, "group": "relapse.early"})
    assert len(relapsed.context["children"]) == 4
    assert Reading.objects.filter(page="evidence", child__isnull=False).count() == 13
    auditor = client_of(Role.AUDITOR)
    assert auditor.get("/evidence/").status_code == 200
    assert auditor.post("/evidence/children/", {"view": view, "group": "event"}).status_code == 403
    theirs = client_of(Role.DIRECTOR, other_centre)
    assert theirs.post("/evidence/children/", {"view": view, "group": "event"}).status_code == 404
    names = set(Child.objects.values_list("course_id", flat=True))
    assert not any(name in f"{begun[0]}" for name in names)


def test_an_address_that_says_nonsense_gives_the_main_view(
    client_of: Callable[..., Client], loaded: Centre, begun: list[Path]
) -> None:
    client = client_of(Role.DIRECTOR)
    client.get("/evidence/")
    client.get("/evidence/?endpoint=../../etc&from=spring&beside=eliana-cibmtr&nothing=1")
    assert len(begun) == 1


def test_the_laboratory_sees_no_outcomes(client_of: Callable[..., Client], loaded: Centre) -> None:
    assert client_of(Role.LABORATORY).get("/evidence/").status_code == 403
