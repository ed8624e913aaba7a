# SPDX-License-Identifier: Apache-2.0
"""A report made from the ledger says, figure by figure, what the report made from files says."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cartulary.cli.main import cartulary
from cartulary.course.errors import CartularyError
from cartulary.course.tables import Programme, read_programme
from cartulary.registry.courses import programme_of
from cartulary.registry.loading import describe_centre, load_courses
from cartulary.registry.models import Centre, Child, Current, Entry
from cartulary.registry.verifying import verify
from cartulary.registry.writing import Change, append
from tests.registry.conftest import OwnLedger

LOADED = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """The tables of the example."""
    script = repository / "examples" / "maxima_2020" / "write_tables.py"
    spec = importlib.util.spec_from_file_location("example_tables", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder: Path = module.write(tmp_path_factory.mktemp("programme"))
    return folder


@pytest.fixture(scope="module")
def example(files: Path) -> Programme:
    return read_programme(files)


@pytest.fixture
def loaded(own_ledger: OwnLedger, example: Programme, monkeypatch: pytest.MonkeyPatch) -> OwnLedger:
    """The example in a ledger of its own."""
    # The command sets it; here it is put back.
    monkeypatch.setenv("CARTULARY_HOME", str(own_ledger.home))
    describe_centre(own_ledger.centre, example)
    assert example.cohort is not None
    load_courses(own_ledger.hand, example.cohort.courses(), LOADED)
    return own_ledger


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(cartulary, ["report", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def figures_in(folder: Path) -> dict[str, dict[str, Any]]:
    """The figures of a report by their names."""
    content = json.loads((folder / "report.json").read_text("utf-8"))
    return {figure["id"]: figure for figure in content["figures"]}


def test_a_course_read_back_is_the_course_that_was_loaded(
    loaded: OwnLedger, example: Programme
) -> None:
    back = programme_of(loaded.centre)
    assert back.cohort is not None
    assert example.cohort is not None
    assert list(back.cohort.courses()) == list(example.cohort.courses())
    assert (back.name, back.centre, back.origin, back.data_cut, back.notes, back.not_reported) == (
        example.name,
        example.centre,
        example.origin,
        example.data_cut,
        example.notes,
        example.not_reported,
    )
    assert verify(loaded.centre).intact


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("suppress", [0, 5])
def test_every_figure_is_the_same(
    loaded: OwnLedger, files: Path, tmp_path: Path, lang: str, suppress: int
) -> None:
    common = ("--lang", lang, "--only", "json", "--suppress", str(suppress))
    from_files = run(files, *common, "--out", tmp_path / "files")
    from_ledger = run("--registry", loaded.home, *common, "--out", tmp_path / "ledger")
    assert (from_files.exit_code, from_ledger.exit_code) == (0, 0), from_ledger.output
    expected = figures_in(tmp_path / "files")
    assert len(expected) > 100
    assert figures_in(tmp_path / "ledger") == expected


def test_the_page_says_the_same_but_for_its_source(
    loaded: OwnLedger, files: Path, tmp_path: Path
) -> None:
    head = Entry.objects.order_by("number").last()
    assert head is not None
    common = ("--lang", "en", "--only", "html")
    run(files, *common, "--out", tmp_path / "files")
    run("--registry", loaded.home, *common, "--out", tmp_path / "ledger")
    page = (tmp_path / "ledger" / "report.html").read_text("utf-8")
    other = (tmp_path / "files" / "report.html").read_text("utf-8")
    said = "Of 26 children with an indication, 19 received CAR-T cells"
    assert said in page
    assert said in other
    assert f"ledger of ours, entry {head.number}" in page
    assert f"ledger of ours, entry {head.number}" not in other


def test_the_report_of_now_follows_a_change_and_that_of_the_day_before_does_not(
    loaded: OwnLedger, tmp_path: Path
) -> None:
    relapse = Current.objects.filter(kind="relapse").order_by("child__position").first()
    assert relapse is not None
    undone = Change(relapse.child_id, relapse.event, "relapse", "withdraw", None, 1, "no relapse")
    append(loaded.hand, [undone], now=LOADED + timedelta(days=31))
    common = ("--registry", loaded.home, "--only", "json", "--only", "html", "--lang", "en")
    run(*common, "--out", tmp_path / "now")
    run(*common, "--as-of", "2024-05-31", "--out", tmp_path / "then")
    now, then = (figures_in(tmp_path / name)["relapse.any"] for name in ("now", "then"))
    assert (then["events"], now["events"]) == (9, 8)
    assert "as the ledger stood on 31 May 2024" in (tmp_path / "then/report.html").read_text()


def test_before_the_first_child_there_is_nothing_to_report(
    loaded: OwnLedger, tmp_path: Path
) -> None:
    with pytest.raises(CartularyError, match=r"holds no child as of 2024-04-30\."):
        run("--registry", loaded.home, "--as-of", "2024-04-30", "--out", tmp_path)
    assert not list(tmp_path.glob("report*"))


def test_only_children_with_consent_leave_for_a_purpose(loaded: OwnLedger, tmp_path: Path) -> None:
    first, second, third = Child.objects.order_by("position")[:3]

    def said(child: Child, status: str, day: int) -> Change:
        facts = {"purpose": "research", "status": status}
        return Change(child.key, "", "consent", "write", {"day": day, "facts": facts}, 0)

    consents = [
        said(first, "given", 0),
        said(second, "given", 0),
        said(third, "given", 0),
        said(third, "withdrawn", 5),
    ]
    append(loaded.hand, consents, now=LOADED + timedelta(days=1))
    common = ("--registry", loaded.home, "--only", "json", "--only", "html", "--lang", "en")
    run(*common, "--purpose", "research", "--out", tmp_path)
    assert figures_in(tmp_path)["flow.indication"]["value"] == 2
    assert "with consent for research" in (tmp_path / "report.html").read_text("utf-8")


def test_a_period_holds_the_children_whose_indication_is_in_it(
    own_ledger: OwnLedger, example: Programme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARTULARY_HOME", str(own_ledger.home))
    assert example.cohort is not None
    dated = [
        replace(course, day0=date(2017, 1, 1) + timedelta(days=30 * number))
        for number, course in enumerate(example.cohort.courses())
    ]
    # The last has no date, and is in no period.
    load_courses(own_ledger.hand, [*dated[:25], replace(dated[25], day0=None)], LOADED)
    back = programme_of(own_ledger.centre).cohort
    assert back is not None
    assert [course.day0 for course in back.courses()][:25] == [one.day0 for one in dated[:25]]
    common = ("--registry", own_ledger.home, "--only", "json", "--only", "html", "--lang", "nl")
    run(*common, "--to", "2017-12-27", "--out", tmp_path / "early")
    run(*common, "--from", "2017-12-28", "--out", tmp_path / "late")
    early, late = (
        figures_in(tmp_path / name)["flow.indication"]["value"] for name in ("early", "late")
    )
    assert (early, late) == (13, 12)
    page = (tmp_path / "early" / "report.html").read_text("utf-8")
    assert "indicaties tot en met 27 december 2017" in page


def test_a_report_is_of_files_or_of_a_ledger(files: Path, tmp_path: Path) -> None:
    both = run(files, "--registry", tmp_path, "--out", tmp_path)
    neither = run("--out", tmp_path)
    of_files = run(files, "--as-of", "2020-01-01", "--out", tmp_path)
    assert [result.exit_code for result in (both, neither, of_files)] == [2, 2, 2]
    assert "ask something of a ledger, and files were given" in of_files.output


def test_a_ledger_of_two_centres_wants_one_named(loaded: OwnLedger, tmp_path: Path) -> None:
    Centre.objects.create(code="theirs", name="Their centre")
    with pytest.raises(CartularyError, match=r"holds 2 centres.*ours, theirs"):
        run("--registry", loaded.home, "--out", tmp_path)
    with pytest.raises(CartularyError, match="There is no centre 'elsewhere'"):
        run("--registry", loaded.home, "--centre", "elsewhere", "--out", tmp_path)
