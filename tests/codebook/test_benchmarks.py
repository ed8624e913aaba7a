# SPDX-License-Identifier: Apache-2.0
"""Published cohorts: every file reads, keeps its examples, and does not contradict itself."""

from __future__ import annotations

import csv
import re
import time
import tomllib
from pathlib import Path

import pytest
from scipy.stats import beta

from cartulary.codebook import benchmark_terms as terms
from cartulary.codebook.benchmark import (
    Benchmark,
    PublishedEstimate,
    benchmarks,
    best_estimate,
    default_benchmarks,
    example_failures,
    read_benchmark,
    read_benchmark_named,
)
from cartulary.codebook.benchmark_checks import TOP_KEYS
from cartulary.codebook.benchmark_estimate_checks import ESTIMATE_KEYS
from cartulary.codebook.benchmark_page import benchmark_page, printed_value
from cartulary.codebook.files import FOLDER_VARIABLE
from cartulary.codebook.source import CONFIRMED, SUPPORT, SUPPORT_OF_FIGURES
from cartulary.course.errors import CodebookError

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "src" / "cartulary" / "codebook" / "benchmarks"
ENDPOINTS = FOLDER.parent / "endpoints"
SCALES = FOLDER.parent / "scales"
SHARED = ROOT.parent / "shared" / "data"
IDS = tuple(benchmarks())
ESTIMATES = tuple(
    pytest.param(row, id=f"{name}-{position}-{row.key}")
    for name in IDS
    for position, row in enumerate(benchmarks()[name].estimates, start=1)
)


def clopper_pearson(count: int, n: int) -> tuple[float, float]:
    low = 0.0 if count == 0 else float(beta.ppf(0.025, count, n - count + 1))
    high = 1.0 if count == n else float(beta.ppf(0.975, count + 1, n - count))
    return low, high


# --- the files -------------------------------------------------------------------------------


def test_the_shelf_holds_every_file() -> None:
    assert set(IDS) == {path.stem for path in FOLDER.glob("*.toml")}
    assert len(IDS) == len(benchmarks())


@pytest.mark.parametrize("name", IDS)
def test_worked_examples_hold(name: str) -> None:
    cohort = read_benchmark_named(name)
    assert cohort.examples
    assert example_failures(cohort) == []


@pytest.mark.parametrize("name", IDS)
def test_each_file_is_canonical_text(name: str) -> None:
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    assert text.endswith("\n")
    assert "\t" not in text
    assert not any(line != line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("row", ESTIMATES)
def test_an_estimate_holds_together(row: PublishedEstimate) -> None:
    ends = [end for end in (row.low, row.value, row.high) if end is not None]
    assert ends == sorted(ends)
    if row.statistic in terms.FRACTIONS:
        assert all(0 <= end <= 1 for end in ends)
    assert row.source.citation
    assert row.value is not None or row.not_reached or row.low is not None
    assert row.is_confirmed or row.support not in CONFIRMED
    if row.count is not None and row.n is not None:
        assert row.count <= row.n


@pytest.mark.parametrize("row", ESTIMATES)
def test_printed_counts_give_the_printed_percentage(row: PublishedEstimate) -> None:
    if row.statistic != "proportion" or row.count is None or row.n is None:
        assert row.derived_method is None
        return
    assert row.value is not None
    half_a_digit = 0.5 * 10.0 ** -(2 + row.decimals) + 1e-12
    assert row.value_from_counts or abs(row.value - row.count / row.n) <= half_a_digit


@pytest.mark.parametrize("row", ESTIMATES)
def test_our_intervals_are_clopper_pearson_to_the_third_decimal(row: PublishedEstimate) -> None:
    if row.derived_method is None:
        assert row.derived_low is None
        assert row.derived_high is None
        return
    assert row.derived_method == "clopper_pearson"
    assert row.count is not None
    assert row.n is not None
    # The files keep three decimals.
    assert (row.derived_low, row.derived_high) == pytest.approx(
        clopper_pearson(row.count, row.n), abs=0.0005 + 1e-12
    )


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("eliana_2017_04", "response"),
        ("eliana_nejm_2018", "response"),
        ("eliana_2018_04", "response"),
        ("eliana_jco_2023", "response"),
        ("prwcc_first_relapse_2023", "cr"),
    ],
)
def test_printed_intervals_are_those_of_the_printed_counts(name: str, key: str) -> None:
    row = next(row for row in benchmarks()[name].estimates_for(key) if row.low is not None)
    assert row.count is not None
    assert row.n is not None
    low, high = clopper_pearson(row.count, row.n)
    assert (round(low, 2), round(high, 2)) == (row.low, row.high)


# --- what must never happen --------------------------------------------------------------------


@pytest.mark.parametrize("name", IDS)
def test_no_disputed_figure_is_chosen_by_default(name: str) -> None:
    cohort = benchmarks()[name]
    for row in cohort.estimates:
        if not row.is_disputed or row.at_days is None:
            continue
        chosen = cohort.estimate(row.key, row.at_days, subgroup=row.subgroup)
        assert chosen is None or not chosen.is_disputed


def test_eliana_42_percent_is_unverified_and_not_chosen() -> None:
    cohort = benchmarks()["eliana_5y_2022"]
    rows = [row for row in cohort.estimates_for("efs") if row.value == 0.42]
    assert [row.support for row in rows] == ["unverified"]
    assert cohort.estimate("efs", 1826) is None
    assert cohort.estimate("efs", 1826, disputed=True) not in rows


def test_a_figure_is_never_our_own_choice(tmp_path: Path) -> None:
    assert set(SUPPORT) - set(SUPPORT_OF_FIGURES) == {"found_in_part", "ours"}
    with pytest.raises(CodebookError, match=r"support: 'ours'"):
        read_text(tmp_path, GOOD.replace('support = "found"', 'support = "ours"'))


def test_the_articles_eliana_pair_is_kept_but_unverified() -> None:
    for name, subgroup in (("eliana_2018_04", None), ("article_2020", "eliana_as_printed")):
        for key, value in (("efs", 0.57), ("os", 0.77)):
            rows = [
                row
                for row in benchmarks()[name].estimates_for(key)
                if row.value == value and row.subgroup == subgroup
            ]
            assert [row.support for row in rows] == ["unverified"], (name, key)


def test_numbers_at_risk_of_eliana_stay_out() -> None:
    for path in FOLDER.glob("*.toml"):
        assert "at_risk" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("key", sorted(terms.OUTCOMES))
def test_one_cut_a_study_is_shown_first(key: str) -> None:
    studies = [benchmarks()[name].study for name in default_benchmarks(key)]
    assert len(studies) == len(set(studies))


def test_eliana_at_twelve_months_is_the_nejm_cut() -> None:
    cuts = [name for name in IDS if benchmarks()[name].study == "eliana"]
    for key, value, low, high in (("efs", 0.50, 0.35, 0.64), ("os", 0.76, 0.63, 0.86)):
        row = best_estimate(cuts, key, at_days=365)
        assert row is not None
        assert (row.benchmark, row.value, row.low, row.high) == (
            "eliana_nejm_2018",
            value,
            low,
            high,
        )


def test_memory_of_medium_and_low_confidence_is_unconfirmed() -> None:
    row = benchmarks()["cibmtr_2020"].estimate("crs_any")
    assert row is not None
    assert row.support == "from_memory_medium"
    assert not row.is_confirmed
    assert "UNCONFIRMED" in printed_value(row, "en")


def test_an_interval_from_uncertain_memory_is_not_a_printed_one() -> None:
    row = benchmarks()["cibmtr_2020"].estimate("efs", 365)
    assert row is not None
    assert row.low is None
    assert row.high is None
    assert (row.unconfirmed_low, row.unconfirmed_high) == (0.434, 0.607)


def test_standard_errors_are_not_intervals() -> None:
    row = benchmarks()["aall0232"].estimate("dfs", 1826, subgroup="mrd_positive")
    assert row is not None
    assert (row.value, row.standard_error, row.low) == (0.39, 0.07, None)


# --- asking ------------------------------------------------------------------------------------


def test_the_rule_for_transplant_is_chosen_by_definition() -> None:
    cohort = benchmarks()["eliana_jco_2023"]
    censored = cohort.estimate("rfs", 1096)
    counted = cohort.estimate("rfs", 1096, definition="rfs.treatment_policy.remission")
    assert censored is not None
    assert counted is not None
    assert (censored.value, counted.value) == (0.52, 0.48)


@pytest.mark.parametrize("day", [360, 365, 366])
def test_twelve_months_is_found_by_any_house_rule(day: int) -> None:
    row = benchmarks()["eliana_nejm_2018"].estimate("efs", day)
    assert row is not None
    assert row.at_months == 12


def test_a_question_without_a_day_is_refused_where_several_were_printed() -> None:
    with pytest.raises(CodebookError, match="days 365, 730"):
        benchmarks()["cibmtr_2025"].estimate("os")


def test_unknown_names_are_refused_with_a_remedy() -> None:
    with pytest.raises(CodebookError, match="Use one of"):
        benchmarks()["cibmtr_2025"].estimate("event_free")
    with pytest.raises(CodebookError, match="eliana_nejm_2018"):
        read_benchmark_named("eliana")


def test_comparability_of_definitions() -> None:
    row = benchmarks()["cibmtr_2020"].estimate("efs", 365)
    assert row is not None
    assert row.comparability("cibmtr.efs.infusion") == "our_reading"
    assert row.comparability("eliana.efs.infusion") == "differs"
    maxima = benchmarks()["article_2020"].estimate("efs", 365)
    assert maxima is not None
    assert maxima.comparability("eliana.efs.infusion") == "not_stated"


@pytest.mark.parametrize(
    "definition",
    sorted({row.definition for name in IDS for row in benchmarks()[name].estimates}),
)
def test_a_definition_named_is_in_the_codebook(definition: str) -> None:
    if definition == "not stated":
        assert definition not in terms.OUTCOMES
        return
    if "." not in definition:
        assert definition in terms.CODEBOOK_SCALES
        if not (SCALES / f"{definition}.toml").is_file():
            pytest.fail(f"the codebook has no scale file {definition}")
        return
    family, _, clock = definition.rpartition(".")
    path = ENDPOINTS / f"{family}.toml"
    if not path.is_file():
        pytest.fail(f"the codebook has no endpoint file {family}")
    starts = {entry["start"] for entry in tomllib.loads(path.read_text("utf-8"))["clock"]}
    assert clock in starts


# --- a bad file --------------------------------------------------------------------------------

GOOD = """
id = "small"
edition = "1"
study = "small"
cut = "2026"
unit = "child"
product = "a product"
name = { en = "Small", nl = "Klein" }
population = { en = "Children", nl = "Kinderen" }

[source]
citation = "Somebody, 2026"
url = "none"
licence_note = "One figure taken."
read_on = 2026-11-22

[[comparability]]
en = "Small."
nl = "Klein."

[[estimate]]
key = "cr"
population = "infused"
clock = "infusion"
statistic = "proportion"
value = 0.50
count = 5
n = 10
support = "found"

[[example]]
ask = { key = "cr" }
expect = { value = 0.50, n = 10 }
"""


def read_text(folder: Path, text: str) -> Benchmark:
    path = folder / "small.toml"
    path.write_text(text, encoding="utf-8")
    return read_benchmark(path)


def test_a_minimal_file_reads(tmp_path: Path) -> None:
    row = read_text(tmp_path, GOOD).estimate("cr")
    assert row is not None
    assert (row.value, row.count, row.n, row.unit) == (0.5, 5, 10, "child")


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ('edition = "1"\n', "", "small.toml: edition: missing"),
        ('unit = "child"\n', "", "small.toml: unit: missing"),
        ('unit = "child"\n', 'unit = "children"\n', 'Did you mean "child"'),
        (GOOD[GOOD.index("[source]") : GOOD.index("[[comp")], "", "source: missing"),
        (GOOD[GOOD.index("[[example]]") :], "", "example: missing"),
        (GOOD[GOOD.index("[[comp") : GOOD.index("[[est")], "", "comparability: missing"),
        ("read_on = 2026-11-22", 'read_on = "today"', "Write YYYY-MM-DD"),
        ('id = "small"', 'id = "other"', 'Write id = "small"'),
        ('nl = "Klein."', "", "a language is missing"),
        ('key = "cr"\npop', 'key = "crr"\npop', 'Did you mean "cr"'),
        ("value = 0.50\ncount", "value = 1.50\ncount", "between 0 and 1"),
        ("value = 0.50\ncount", "value = inf\ncount", "finite number"),
        ("value = 0.50\ncount", "value = 0.50\nlow = 0.6\nhigh = 0.7\ncount", "low <= value"),
        ("value = 0.50\ncount", "value = 0.50\nlow = 0.4\ncount", "Half an interval"),
        ("count = 5\n", "count = 11\n", "above n = 10"),
        ("count = 5\n", "count = -5\n", "whole number"),
        ("count = 5\n", "cuont = 5\n", 'Did you mean "count"'),
        ('support = "found"', 'support = "unverified"', "must say what is open"),
        ('support = "found"', 'support = "found"\nsource = "nowhere"', "no such source"),
        ('support = "found"', 'support = "found"\nsubgroup = "girls"', "Add [subgroups.girls]"),
        ('key = "cr"\npop', 'key = "crs_any"\npop', "scale: missing"),
        ("expect = { value = 0.50, n = 10 }", "expect = { value = 0.51 }", "example 1: value"),
        ("expect = { value = 0.50, n = 10 }", "expect = { nothing = true }", "example 1"),
        ("[[estimate]]", "[[estimate", "cannot be read as TOML"),
    ],
)
def test_a_bad_file_is_refused_with_a_reason(
    tmp_path: Path, good: str, bad: str, says: str
) -> None:
    assert good in GOOD
    with pytest.raises(CodebookError) as refused:
        read_text(tmp_path, GOOD.replace(good, bad))
    assert says in str(refused.value)


def test_all_problems_are_reported_together(tmp_path: Path) -> None:
    text = GOOD.replace('edition = "1"\n', "").replace("count = 5", "count = 50")
    with pytest.raises(CodebookError) as refused:
        read_text(tmp_path, text.replace('clock = "infusion"', 'clock = "birth"'))
    assert len(refused.value.problems) == 3


def test_two_answers_to_one_question_need_a_main_one(tmp_path: Path) -> None:
    second = GOOD[GOOD.index("[[estimate]]") : GOOD.index("[[example]]")]
    with pytest.raises(CodebookError, match="main = true on exactly one"):
        read_text(tmp_path, GOOD + second)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_bytes(GOOD.replace("Somebody", "Zoë").encode("cp1252"))
    with pytest.raises(CodebookError, match="must be UTF-8"):
        read_benchmark(path)


# --- a centre's own files -----------------------------------------------------------------------


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The benchmarks of a centre's own folder of definitions, with nothing in it yet."""
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    return folder


def test_a_centre_adds_its_own_benchmark(own_folder: Path) -> None:
    assert "small" not in benchmarks()
    read_text(own_folder, GOOD.replace('id = "small"', 'id = "small"\ndefault_for = ["cr"]'))
    own = read_benchmark_named("small").estimate("cr")
    assert own is not None
    assert (own.value, own.benchmark) == (0.5, "small")
    assert "small" in default_benchmarks("cr")
    assert set(benchmarks()) == {*IDS, "small"}
    (own_folder / "small.toml").unlink()
    assert "small" not in benchmarks()


def test_a_centre_may_not_replace_a_benchmark_in_silence(own_folder: Path) -> None:
    same = (FOLDER / "article_2020.toml").read_text(encoding="utf-8")
    (own_folder / "article_2020.toml").write_text(same, encoding="utf-8")
    with pytest.raises(CodebookError, match="Another file has this id already"):
        benchmarks()


# --- pages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("name", IDS)
def test_the_page_shows_every_figure_and_caution(name: str, lang: str) -> None:
    cohort = benchmarks()[name]
    page = benchmark_page(cohort, lang)
    table = [line for line in page.splitlines() if line.startswith("| ")]
    assert len(table) == len(cohort.estimates) + 1
    assert len({line.count("|") for line in table}) == 1
    assert all(note.text(lang) in page for note in cohort.comparability)
    assert " None |" not in page
    unconfirmed = {"en": "UNCONFIRMED", "nl": "ONBEVESTIGD"}[lang]
    for line, row in zip(table[1:], cohort.estimates, strict=True):
        assert row.is_confirmed or unconfirmed in line


def test_a_page_in_another_language_is_refused() -> None:
    with pytest.raises(CodebookError, match="English and Dutch"):
        benchmark_page(benchmarks()["article_2020"], "fr")


@pytest.mark.parametrize(
    ("name", "key", "day", "lang", "expected"),
    [
        ("eliana_nejm_2018", "os", 365, "en", "76% (63 to 86; 95% CI)"),
        ("cibmtr_2020", "os", 365, "nl", "77,2% (69,8 tot 83,1; ONBEVESTIGD)"),
        ("article_2020", "crs_any", None, "en", "9/22: 41% (21 to 64; our 95% interval)"),
        ("article_2020", "efs", 365, "nl", "ongeveer 40%"),
        ("chop_prodigy_2024", "manufacturing_days", None, "nl", "dagen (7 tot 9; spreiding)"),
        ("eliana_final_has", "os", None, "en", "median 47.9 months (19.4 to not reached; 95% CI)"),
    ],
)
def test_a_figure_is_written_with_the_digits_printed(
    name: str, key: str, day: int | None, lang: str, expected: str
) -> None:
    row = benchmarks()[name].estimate(key, day)
    assert row is not None
    assert printed_value(row, lang) == expected


# --- the tables the files were made from -------------------------------------------------------


def table(name: str) -> list[dict[str, str]]:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{name} is not beside this checkout")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


COHORT_OF = {
    ("ELIANA", "NEJM2018"): "eliana_nejm_2018",
    ("ELIANA", "Apr2018"): "eliana_2018_04",
    ("ELIANA", "JCO2023"): "eliana_jco_2023",
    ("ELIANA", "5y"): "eliana_5y_2022",
    ("CIBMTR", "2020"): "cibmtr_2020",
    ("CIBMTR", "2025"): "cibmtr_2025",
    ("PRWCC", "all"): "prwcc_2022",
    ("PRWCC", "high_burden"): "prwcc_2022_high_burden",
    ("PRWCC", "low_burden"): "prwcc_2022_low_burden",
    ("PRWCC", "undetectable"): "prwcc_2022_undetectable",
    ("Germany", "2023"): "germany_2023",
    ("France", "2021"): "france_2021",
    ("UK", "2024"): "uk_2024",
    ("Rome_Prodigy", "2025"): "rome_prodigy_2025",
    ("Dutch_article", "2020"): "article_2020",
}
ANCHOR_CUT = {
    "0_2017-04": "eliana_2017_04",
    "A_NEJM2018": "eliana_nejm_2018",
    "B_2018-04": "eliana_2018_04",
    "B_SmPC": "eliana_2018_04",
    "C_JCO2023": "eliana_jco_2023",
    "D_5y": "eliana_5y_2022",
    "E_final_ITT": "eliana_final_has",
}
#: The table repeats the size of the cohort where the number in remission was not seen.
SIZE_OF_COHORT = {("cibmtr_2020", "dor"), ("cibmtr_2025", "rfs")}


def number(text: str) -> float | None:
    return float(text) if text else None


def matching(cohort: str, key: str, month: str, value: str) -> list[PublishedEstimate]:
    return [
        row
        for row in benchmarks()[cohort].estimates_for(key)
        if row.at_months == float(month) and row.value == float(value) and row.subgroup is None
    ]


def test_every_row_of_the_benchmark_table_is_here() -> None:
    rules = {
        "censored": {"censored", "censored_assumed"},
        "uncensored": {"not_censored"},
        "stringent": {"event"},
        "na": {"not_applicable"},
    }
    missing = []
    for line in table("benchmarks.csv"):
        cohort, key = COHORT_OF[line["study"], line["cut"]], line["endpoint"].lower()
        found = [
            row
            for row in matching(cohort, key, line["month"], line["estimate"])
            if (row.low, row.high) == (number(line["ci_low"]), number(line["ci_high"]))
            and row.sct_rule in rules.get(line["sct_rule"], terms.TRANSPLANT_RULES)
            and (not line["n"] or row.n == int(line["n"]) or (cohort, key) in SIZE_OF_COHORT)
        ]
        if not found:
            missing.append(line)
    assert missing == []


def test_every_anchor_point_of_eliana_is_here() -> None:
    supports = {"unverified": {"unverified"}, "found": {"found"}}
    missing = []
    for line in table("eliana_anchor_points.csv"):
        cohort = ANCHOR_CUT[line["cut"]]
        if line["endpoint"] == "OS_median":
            row = benchmarks()[cohort].estimate("os")
            assert row is not None
            assert (row.value, row.low, row.n) == (float(line["month"]), 19.4, 97)
            continue
        key = line["endpoint"].lower()
        # A point whose interval was not found again may carry one from confident memory.
        found = [
            row
            for row in matching(cohort, key, line["month"], line["estimate"])
            if (row.low, row.high) == (number(line["ci_low"]), number(line["ci_high"]))
            or (row.interval_support == "from_memory_high" and not line["ci_low"])
        ]
        if line["status"] in supports:
            found = [row for row in found if row.support in supports[line["status"]]]
        if not found:
            missing.append(line)
    assert missing == []


def test_reading_everything_is_quick() -> None:
    start = time.process_time()
    for path in sorted(FOLDER.glob("*.toml")):
        read_benchmark(path)
    # Measured at 0.1 s; the limit leaves room for a busy machine and still catches a slow reader.
    assert time.process_time() - start < 2


def test_the_manual_names_every_part_of_a_benchmark_file(repository: Path) -> None:
    manual = (repository / "src/cartulary/codebook/README.md").read_text(encoding="utf-8")
    manual = manual.replace("[", " ").replace("]", " ")
    named = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", manual))))
    assert (TOP_KEYS | ESTIMATE_KEYS) - named == set()
