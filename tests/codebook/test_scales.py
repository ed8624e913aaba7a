# SPDX-License-Identifier: Apache-2.0
"""Every worked example of every scale, and what the reader refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from cartulary.codebook.expression import parse
from cartulary.codebook.files import FOLDER_VARIABLE, definition_files
from cartulary.codebook.scale import Scale, absent_in
from cartulary.codebook.scale_columns import grade_column, input_schema, score_column
from cartulary.codebook.scale_examples import drawn_days, example_failures
from cartulary.codebook.scale_inputs import COURSE_FACTS, PICKS, SERIES_QUANTITIES
from cartulary.codebook.scale_page import scale_page
from cartulary.codebook.scale_parts import Combine, From, ScaleExample, ScaleUnit
from cartulary.codebook.scale_reader import read_scale, scale_named, scales
from cartulary.codebook.source import CONFIRMED, SUPPORT
from cartulary.codebook.words import NO_WORDS
from cartulary.course.errors import CodebookError

NAMED = {
    "astct_crs_2019",
    "astct_icans_2019",
    "penn_crs_2014",
    "icaht_early_2023",
    "icaht_late_2023",
    "t_icaht",
    "ctcae_febrile_neutropenia_5",
    "ctcae_neutrophils_5",
    "iec_hs_2023",
    "car_hematotox_2021",
    "burden_prwcc",
    "burden_cibmtr",
    "burden_eliana_median",
    "nci_risk",
    "cns_status",
    "marrow_status",
    "dose_band_tisagenlecleucel",
    "relapse_class_article_2020",
}
EXAMPLES = [
    pytest.param(scale, example, id=f"{scale.id}-{number}")
    for scale in scales().values()
    for number, example in enumerate(scale.examples, start=1)
]
#: The golden cases of grading; those after them are cases of endpoints.
GRADING_CASES = range(1, 23)


def test_every_scale_that_was_promised_is_there() -> None:
    assert set(scales()) >= NAMED


@pytest.mark.parametrize(("scale", "example"), EXAMPLES)
def test_the_plain_interpreter_passes_every_example(scale: Scale, example: ScaleExample) -> None:
    assert example.rows
    assert example_failures(scale_named(scale.id, **example.settings), example) == []


@pytest.mark.parametrize(("scale", "example"), EXAMPLES)
def test_the_columnar_interpreter_passes_every_example(scale: Scale, example: ScaleExample) -> None:
    drawn = scale_named(scale.id, **example.settings)
    frame = pl.DataFrame([dict(row.facts) for row in example.rows], schema=input_schema(drawn))
    graded = frame.with_columns(grade_column(drawn))[drawn.id].to_list()
    assert graded == [row.grade for row in example.rows]
    if any(row.score is not None for row in example.rows):
        scores = frame.select(score=score_column(drawn))["score"].to_list()
        assert scores == [row.score for row in example.rows]


@pytest.mark.parametrize("case", GRADING_CASES)
def test_every_golden_case_of_grading_is_a_worked_example(case: int) -> None:
    holders = [scale.id for scale in scales().values() if case in {e.case for e in scale.examples}]
    assert holders


@pytest.mark.parametrize("scale", [pytest.param(s, id=s.id) for s in scales().values()])
def test_every_option_of_every_setting_can_be_chosen(scale: Scale) -> None:
    chosen = {
        (setting.id, option.id): scale_named(scale.id, **{setting.id: option.id})
        for setting in scale.settings
        for option in setting.options
    }
    for (name, value), other in chosen.items():
        assert {s.id: s.chosen for s in other.settings}[name] == value


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("scale", [pytest.param(s, id=s.id) for s in scales().values()])
def test_whatever_a_scale_says_it_can_say_in_words(scale: Scale, lang: str) -> None:
    for example in scale.examples:
        drawn = scale_named(scale.id, **example.settings)
        for row in example.rows:
            graded = drawn.grade(row.facts)
            for code in (*graded.because, *graded.flags):
                assert drawn.sentence(code, lang).strip()
            assert drawn.words_of(graded.grade, lang).strip()
            for name in graded.missing:
                assert drawn.input(name).label.text(lang).strip()
    page = scale_page(scale, lang)
    assert scale.source.citation in page
    assert all(example.says.text(lang) in page for example in scale.examples)


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("scale", [pytest.param(s, id=s.id) for s in scales().values()])
def test_conditions_are_read_in_words_and_written_at_the_end(scale: Scale, lang: str) -> None:
    """No brace anywhere, and what the file writes stands in the last section alone."""
    page = scale_page(scale, lang)
    assert not set("{}") & set(page)
    told, written = page.rsplit("\n## ", 1)
    assert not re.search(r'==|[<>]=|"| is absent| is known', told)
    assert told.count("`") == 2  # its own id
    assert all(f"`{name}`" in written for name in scale.input_names)
    if scale.settings or scale.confirm is not None:
        assert {"en": "clinician", "nl": "clinicus"}[lang] in told


def test_a_shorthand_without_words_is_written_out() -> None:
    scale = scales()["astct_crs_2019"]
    wordless = tuple(replace(one, words=NO_WORDS) for one in scale.shorthands)
    page = scale_page(replace(scale, shorthands=wordless), "en")
    assert (
        "| highest temperature at least 38 °C, and fever has another cause: not recorded or no |"
        in page
    )


def test_a_shorthand_may_be_a_text_alone(tmp_path: Path) -> None:
    shipped = next(f for f in definition_files("scales") if f.name == "cns_status.toml")
    text = shipped.read_text(encoding="utf-8")
    start, end = text.index("[shorthand.bloody]"), text.index("[[input]]")
    alone = '[shorthand]\nbloody = "csf_red_cells_per_ul >= 10"\n\n'
    file = tmp_path / "cns_status.toml"
    file.write_text(text[:start] + alone + text[end:], encoding="utf-8")
    named = read_scale(file).shorthands
    assert [(one.name, bool(one.words.nl)) for one in named] == [("signs", True), ("bloody", False)]


def test_a_scale_not_confirmed_says_so() -> None:
    unconfirmed = [scale.id for scale in scales().values() if scale.source.support not in CONFIRMED]
    assert "burden_eliana_median" in unconfirmed
    assert all(scales()[scale_id].confirm is not None for scale_id in unconfirmed)


def test_the_grade_says_why_and_what_is_missing() -> None:
    graded = scales()["astct_icans_2019"].grade({"age_years": 14.0, "seizure": "brief"})
    assert graded.grade == 3
    assert graded.because == ("seizure:3",)
    assert graded.is_minimum
    assert "consciousness" in graded.missing
    assert "motor_deficit" in graded.missing


def test_only_what_is_absent_and_could_decide_is_called_missing() -> None:
    condition = parse("(a > 1 and b > 1) or c > 1 or d is absent")
    assert absent_in(condition, {"a": 0, "d": 1}) == ("c",)
    assert absent_in(condition, {"a": 2, "d": 1}) == ("b", "c")
    assert absent_in(condition, {"c": 2}) == ()


def test_a_scale_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(CodebookError, match="Known: astct_crs_2019"):
        scale_named("astct_crs_2091")


GOOD = """
id = "my_scale"
edition = "1"
unit = "child_day"
combine = "highest"
name = { en = "My scale", nl = "Mijn schaal" }
abbreviation = { en = "MS", nl = "MS" }
summary = { en = "Fever.", nl = "Koorts." }

[source]
citation = "The ward."
url = "none"
support = "found"
read_on = 2026-11-22

[[input]]
name = "temperature_c"
from = "finding"

[[grade]]
grade = 1
en = "Fever"
nl = "Koorts"
when = "temperature_c >= {limit}"

[otherwise]
grade = 0
en = "No fever"
nl = "Geen koorts"

[setting.limit]
value = "low"
why = { en = "Wards differ.", nl = "Afdelingen verschillen." }
[setting.limit.option.low]
en = "38.0"
nl = "38,0"
use = { limit = "38.0" }
[setting.limit.option.high]
en = "38.5"
nl = "38,5"
use = { limit = "38.5" }

[[example]]
says = { en = "38.2 is fever.", nl = "38,2 is koorts." }
table = '''
  temperature_c | grade
  --------------+------
  38.2          | 1
  37.9          | 0
  ?             | -
'''
"""


def written(folder: Path, text: str, name: str = "my_scale") -> Path:
    """A scale file in a folder."""
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return file


def problems_of(folder: Path, text: str, name: str = "my_scale") -> tuple[str, ...]:
    """What the reader says of a file."""
    with pytest.raises(CodebookError) as refused:
        read_scale(written(folder, text, name))
    return refused.value.problems


def test_a_good_file_is_read_and_its_setting_can_be_changed(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    assert read_scale(file).grade({"temperature_c": 38.2}).grade == 1
    assert read_scale(file, {"limit": "high"}).grade({"temperature_c": 38.2}).grade == 0


def without(start: str, end: str) -> Callable[[str], str]:
    """The text with everything from one mark to before another cut out."""

    def cut(text: str) -> str:
        at = text.index(start)
        return text[:at] + text[text.index(end, at + 1) if end else len(text) :]

    return cut


FAULTS = [
    ("source", without("[source]", "[[input]]"), "source"),
    ("unit", without("unit", "combine"), "unit"),
    ("edition", without("edition", "unit"), "edition"),
    ("example", without("[[example]]", ""), "example"),
    ("citation", without("citation", "url"), "source.citation"),
    ("one language", lambda t: t.replace(', nl = "Koorts."', ""), "summary"),
    ("misspelt key", lambda t: t.replace("edition =", "editon = 1\nedition ="), "editon"),
    ("unknown fact", lambda t: t.replace("temperature_c >=", "temperature >="), "grade 1"),
    ("unknown input", lambda t: t.replace("temperature_c", "temperatuur"), "input 1.fact"),
    ("bad condition", lambda t: t.replace("temperature_c >=", "temperature_c =>"), "grade 1.when"),
    ("bad literal", lambda t: t.replace("{limit}", "'high'"), "grade 1"),
    ("unknown filling", lambda t: t.replace("{limit}", "{border}"), "grade 1.when"),
    ("failing example", lambda t: t.replace("38.2          | 1", "38.2 | 0"), "example 1"),
    ("bad cell", lambda t: t.replace("38.2          | 1", "hot | 1"), "example 1.table"),
    ("ragged row", lambda t: t.replace("38.2          | 1", "38.2"), "example 1.table"),
    ("strange column", lambda t: t.replace("temperature_c | g", "blood_c | g"), "example 1.table"),
    ("wrong unit", lambda t: t.replace('from = "finding"', 'from = "finding"\nunit = "F"'), "unit"),
    ("wrong combine", lambda t: t.replace('"highest"', '"points"'), "marker"),
    ("unknown option", lambda t: t.replace('value = "low"', 'value = "middle"'), "setting.limit"),
    ("bad date", lambda t: t.replace("2026-11-22", '"last year"'), "source.read_on"),
]


@pytest.mark.parametrize(("change", "place"), [pytest.param(c, p, id=n) for n, c, p in FAULTS])
def test_each_fault_is_refused_with_its_place(
    tmp_path: Path, change: Callable[[str], str], place: str
) -> None:
    assert change(GOOD) != GOOD
    problems = problems_of(tmp_path, change(GOOD))
    assert any(place in problem for problem in problems)
    assert all(problem.startswith("my_scale.toml: ") for problem in problems)


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    cuts = {name: change for name, change, _ in FAULTS}
    text = GOOD
    for name in ("edition", "unit", "source", "example"):
        text = cuts[name](text)
    told = "\n".join(problems_of(tmp_path, text))
    assert all(place in told for place in ("source", "unit", "edition", "example"))


def test_a_file_that_is_not_toml_or_bears_another_id_is_refused(tmp_path: Path) -> None:
    assert "TOML" in problems_of(tmp_path, "id = ")[0]
    assert "id" in problems_of(tmp_path, GOOD, "other_name")[0]


def test_a_centre_adds_its_own_scale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scales").mkdir()
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert "my_scale" not in scales()
    file = written(tmp_path / "scales", GOOD)
    assert scales()["my_scale"].grade({"temperature_c": 38.2}).grade == 1
    assert file in definition_files("scales")
    file.unlink()
    assert "my_scale" not in scales()


def test_a_centre_may_not_replace_a_scale_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scales").mkdir()
    same = next(f for f in definition_files("scales") if f.name == "marrow_status.toml")
    written(tmp_path / "scales", same.read_text(encoding="utf-8"), "marrow_status")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    with pytest.raises(CodebookError, match=r"the package.s own marrow_status"):
        scales()


def test_a_folder_of_definitions_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(CodebookError, match="is not there"):
        scales()


def test_an_unknown_kind_of_definition_is_refused() -> None:
    with pytest.raises(CodebookError, match="known"):
        definition_files("recipes")


def test_days_are_drawn_as_spans() -> None:
    assert drawn_days("3:100 5-6:0.5") == {3: 100.0, 5: 0.5, 6: 0.5}
    with pytest.raises(ValueError, match="not day:value"):
        drawn_days("3=100")


def test_the_scale_that_the_manual_shows_is_a_scale(repository: Path, tmp_path: Path) -> None:
    manual = repository / "src/cartulary/codebook/README.md"
    shown = manual.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    scale = read_scale(written(tmp_path, shown, "ward_fever_2026"))
    assert scale.grade({"temperature_c": 38.2}).grade == 1


def test_the_manual_names_every_part_of_a_scale_file(repository: Path) -> None:
    manual = (repository / "src/cartulary/codebook/README.md").read_text(encoding="utf-8")
    words = [*Combine, *ScaleUnit, *From, *SERIES_QUANTITIES, *COURSE_FACTS, *PICKS, *SUPPORT]
    assert [str(word) for word in words if f"`{word!s}`" not in manual] == []


def test_every_word_of_support_has_a_row_of_its_own_or_shares_one(repository: Path) -> None:
    manual = (repository / "src/cartulary/codebook/README.md").read_text(encoding="utf-8")
    table = manual.split("| `support` | Means |")[1].split("\n\n")[0]
    assert [word for word in SUPPORT if f"`{word}`" not in table] == []
