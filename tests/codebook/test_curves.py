# SPDX-License-Identifier: Apache-2.0
"""Published curves as files: each is whole, agrees with its benchmark, and its examples hold."""

from __future__ import annotations

import numpy as np
import pytest

from cartulary.codebook.catalogue import benchmarks
from cartulary.codebook.curve_file import curve_from_text, curve_named, curves
from cartulary.course.errors import CodebookError
from cartulary.evidence import kaplan_meier
from cartulary.studies.rebuilt_curve import rebuilt_curve

WHOLE = """
id = "a_curve"
edition = "1"
read_as = "digitised"
endpoint = "os.infusion"
clock = "infusion"
unit = "child"
cause = "death"
n = 10
total_events = 2
time_in = "days"
coordinates = [[0, 100], [100, 90], [250, 77.14], [400, 77.14]]

[name]
en = "A curve"
nl = "Een curve"

[source]
citation = "A paper, figure 1"
url = "none"
support = "found"
read_on = 2026-11-22

[numbers_at_risk]
support = "found"
numbers = [[0, 10], [200, 7]]

[[landmark]]
at = 365
survival = 77

[[example]]
says = { en = "Three in four are alive", nl = "Drie van de vier leven" }
at = 365
survival = 77
within = 1
"""
PRINTED = (
    WHOLE.replace('"digitised"', '"printed_landmarks"')
    .replace("coordinates = [[0, 100], [100, 90], [250, 77.14], [400, 77.14]]\n", "")
    .replace('[numbers_at_risk]\nsupport = "found"\nnumbers = [[0, 10], [200, 7]]\n', "")
    .replace("survival = 77\n\n[[example]]", "survival = 77\nlow = 40\nhigh = 94\n\n[[example]]")
)


def problems_of(text: str) -> str:
    with pytest.raises(CodebookError) as refused:
        curve_from_text(text, "a_curve.toml")
    return "\n".join(refused.value.problems)


@pytest.mark.parametrize("curve_id", sorted(curves()))
def test_every_example_of_every_curve_holds(curve_id: str) -> None:
    file = curves()[curve_id]
    curve = kaplan_meier(rebuilt_curve(file).likeliest.follow_up)
    for example in file.examples:
        assert curve.survival_at(example.day).value == pytest.approx(
            example.share, abs=example.within
        )


@pytest.mark.parametrize("curve_id", sorted(curves()))
def test_every_printed_survival_is_that_of_the_benchmark(curve_id: str) -> None:
    """One figure lives in two files; they must say the same."""
    file = curves()[curve_id]
    known = [
        row
        for row in benchmarks()[file.benchmark].estimates
        if row.definition == file.endpoint and row.n == file.n and row.is_confirmed
    ]
    for mark in file.landmarks:
        if mark.printed_median:
            medians = [row.value for row in known if row.statistic == "median_months"]
            assert [round(mark.day / 30.4375)] == medians
            continue
        same = [row for row in known if row.at_days and abs(row.at_days - mark.day) <= 5]
        assert (mark.share, mark.low, mark.high) in [(r.value, r.low, r.high) for r in same]


def test_what_is_known_from_memory_only_shapes_no_shipped_curve() -> None:
    """The numbers at risk of ELIANA were not read from the drawing."""
    eliana = [curve for curve in curves().values() if curve.curve_id.startswith("eliana")]
    assert eliana
    for curve in eliana:
        assert curve.is_approximate
        assert curve.at_risk == ()
        assert curve.source.support == "found"


def test_a_digitised_curve_is_read_in_days_and_shares() -> None:
    curve = curve_from_text(WHOLE, "a_curve.toml")
    assert curve.coordinates[2] == (250.0, 0.7714)
    assert curve.at_risk == ((0.0, 10.0), (200.0, 7.0))
    assert not curve.is_approximate
    in_months = curve_from_text(WHOLE.replace('"days"', '"months"'), "a_curve.toml")
    assert in_months.coordinates[1][0] == pytest.approx(100 * 365.25 / 12)
    found = rebuilt_curve(curve)
    assert (found.likeliest.follow_up.n, found.likeliest.follow_up.events) == (10, 2)
    assert found.agrees


def test_printed_survivals_give_back_their_intervals() -> None:
    """The interval decides how many are followed: the rows' own interval is the printed one."""
    found = rebuilt_curve(curve_from_text(PRINTED, "a_curve.toml"))
    rows = kaplan_meier(found.likeliest.follow_up).survival_at(365)
    assert rows.value == pytest.approx(0.77, abs=0.05)
    file = curve_named("eliana_nejm_2018_efs")
    year = kaplan_meier(rebuilt_curve(file).likeliest.follow_up, small_sample=False).survival_at(
        365
    )
    assert (year.low, year.high) == pytest.approx((0.35, 0.64), abs=0.01)


def test_several_reconstructions_differ_and_are_the_same_for_one_seed() -> None:
    file = curve_named("eliana_nejm_2018_os")
    first, again, other = (
        rebuilt_curve(file, number=12, draws=np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert first.figures == again.figures
    assert first.figures != other.figures
    spread = next(f for f in first.figures if f.name == "survival on day 365")
    assert spread.low is not None
    assert spread.high is not None
    # Half a point of rounding, and about one child of those left: 2 points.
    assert 0.73 < spread.low < spread.high < 0.79


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("n = 10\n", "n = 9\n"), "numbers_at_risk, row 1"),
        (("[250, 77.14]", "[250, 95]"), "a curve never rises"),
        (("[100, 90]", "[100, 190]"), "from 0 to 100%"),
        (("[200, 7]", "[200, 11]"), "nobody joins a curve later"),
        (("total_events = 2", "total_events = 12"), "each has at most one"),
        (('"os.infusion"', '"os.infusoin"'), "endpoint"),
        (('clock = "infusion"', 'clock = "remission"'), "counts from infusion"),
        (("[250, 77.14]", "[250]"), "Write [time, figure]"),
        (("at = 365\nsurvival = 77\n\n", "survival = 77\n\n"), "at: missing"),
        (("edition =", "editoin ="), "Did you mean"),
        (
            ('[numbers_at_risk]\nsupport = "found"', '[numbers_at_risk]\nsupport = "unverified"'),
            "read or left out",
        ),
        (
            (
                '[numbers_at_risk]\nsupport = "found"',
                '[numbers_at_risk]\nsupport = "from_memory_medium"',
            ),
            "Read them from the drawing",
        ),
    ],
)
def test_a_faulty_file_is_refused_with_the_place(change: tuple[str, str], told: str) -> None:
    assert change[0] in WHOLE
    assert told in problems_of(WHOLE.replace(*change))


def test_printed_survivals_without_an_interval_cannot_be_rebuilt() -> None:
    told = problems_of(PRINTED.replace("low = 40\nhigh = 94\n", ""))
    assert "how many children are still followed" in told
    assert "do not enclose" in problems_of(PRINTED.replace("low = 40", "low = 80"))


def test_all_problems_are_told_at_once() -> None:
    text = WHOLE.replace("[100, 90]", "[100, 190]").replace("n = 10\n", "n = 0\n")
    told = problems_of(text.replace('unit = "child"', 'unit = "kid"'))
    for place in ("coordinates, row 2", "n: 0", "unit"):
        assert place in told


def test_a_name_that_is_no_curve_is_refused_with_those_that_are() -> None:
    with pytest.raises(CodebookError, match="eliana_nejm_2018_os"):
        curve_named("eliana")
