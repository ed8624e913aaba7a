# SPDX-License-Identifier: Apache-2.0
"""Target files: what is read from the benchmarks, and what is refused with its line."""

from __future__ import annotations

import math

import pytest

from cartulary.codebook.benchmark import benchmarks
from cartulary.codebook.target import ObservedInterval, TargetScale, TargetUse
from cartulary.codebook.target_reader import all_targets, target_named, targets_from_text
from cartulary.course.errors import CodebookError
from cartulary.studies.calibration.scenario import scenarios
from cartulary.studies.calibration.target import FIT, KEPT_ASIDE, targets, targets_fingerprint

HEAD = """
id = "drawn"
edition = "1"
name = { en = "Drawn", nl = "Getekend" }
summary = { en = "A file for tests.", nl = "Een bestand voor tests." }

[defaults]
scenario = "eliana"
"""
TARGET = """
[[target]]
name = "os"
benchmark = "eliana_nejm_2018"
estimate = { key = "os", at_months = 12 }
measure = { kind = "survival", endpoint = "eliana.os.infusion" }
"""


def test_a_target_takes_its_numbers_from_the_benchmark() -> None:
    (target,) = targets_from_text(HEAD + TARGET, "drawn.toml").targets
    printed = benchmarks()["eliana_nejm_2018"].estimate("os", at_days=365)
    assert printed is not None
    assert (target.value, target.low, target.high, target.n) == (
        printed.value,
        printed.low,
        printed.high,
        printed.n,
    )
    assert target.measure.at_days == 365
    assert target.use is TargetUse.FIT
    assert target.scenario == "eliana"


def test_the_standard_error_is_that_of_the_printed_interval() -> None:
    (target,) = targets_from_text(HEAD + TARGET, "drawn.toml").targets
    low, high = math.log(0.63 / 0.37), math.log(0.86 / 0.14)
    assert target.sampling_sd == pytest.approx((high - low) / (2 * 1.959964), rel=1e-6)
    # An effective number of 51 of the 75, as the fact sheet reckons from the same interval.
    assert target.effective_n == pytest.approx(51, abs=1)


def test_without_an_interval_n_speaks_and_a_curve_says_less_than_a_share() -> None:
    share = target_named("cibmtr.response_2020")
    assert share.interval is ObservedInterval.FROM_N
    # Half a child away from 0 and 1 moves p by some thousandths.
    assert share.sampling_sd == pytest.approx((255 * 0.855 * 0.145) ** -0.5, rel=0.01)
    curve = target_named("cibmtr.os_24_2025")
    assert curve.effective_n == pytest.approx(0.6 * 578, rel=0.01)


def test_a_share_of_none_stays_finite() -> None:
    none = target_named("article.icans_any")
    assert none.value == 0.0
    assert math.isfinite(none.on_scale_value)
    assert math.isfinite(none.sampling_sd)
    assert none.on_scale(0.0) < none.on_scale(0.02)


def test_data_cuts_of_one_study_share_one_weight() -> None:
    cuts = [target_named(f"eliana.response_{cut}") for cut in ("2017", "nejm", "2018", "jco")]
    assert {cut.repeats for cut in cuts} == {4}
    for cut in cuts:
        assert cut.observed_sd == pytest.approx(2.0 * cut.sampling_sd)
    assert target_named("eliana.os_36_jco").repeats == 1


def test_the_spread_of_a_ratio_comes_from_the_printed_variation() -> None:
    spreads = [math.log1p((cv / 100) ** 2) for cv in (155.4, 80.7)]
    expected = math.sqrt(spreads[0] / 61 + spreads[1] / 7)
    assert target_named("eliana.peak_ratio").sampling_sd == pytest.approx(expected)
    assert target_named("eliana.peak_spread").value == pytest.approx(math.sqrt(spreads[0]))


def test_to_a_scale_and_back() -> None:
    for target in all_targets():
        at = target.on_scale_value
        if target.scale is not TargetScale.LOGIT or 0.0 < target.value < 1.0:
            assert target.from_scale(at) == pytest.approx(target.value, rel=1e-9)
        assert target.observed_sd > 0


def test_every_target_has_its_scenario_and_cohorts_kept_aside_are_not_fitted() -> None:
    known = scenarios()
    assert {target.scenario for target in targets()} <= set(known)
    aside = {target.study for target in targets(KEPT_ASIDE)}
    fitted = {target.study for target in targets(FIT)}
    assert not aside & fitted
    assert {"maxima", "prwcc", "uk", "infants"} <= {study.partition("_")[0] for study in aside}


def test_the_fingerprint_heeds_numbers_and_not_words() -> None:
    one = targets_from_text(HEAD + TARGET, "drawn.toml").targets
    said = targets_from_text(
        HEAD + TARGET + 'why = { en = "So.", nl = "Daarom." }\n', "drawn.toml"
    ).targets
    weaker = targets_from_text(
        HEAD + TARGET + 'discrepancy_sd = 0.2\nwhy = { en = "So.", nl = "Daarom." }\n',
        "drawn.toml",
    ).targets
    assert targets_fingerprint(one) == targets_fingerprint(said)
    assert targets_fingerprint(one) != targets_fingerprint(weaker)


def changed(old: str, new: str) -> str:
    assert old in TARGET
    return HEAD + TARGET.replace(old, new)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (changed("at_months = 12", "at_months = 13"), "0 figures of eliana_nejm_2018 fit"),
        (changed('key = "os", at_months = 12', 'key = "oss"'), "oss"),
        (changed('benchmark = "eliana_nejm_2018"', 'benchmark = "elianna"'), "elianna"),
        (changed("eliana.os.infusion", "eliana.os.infusie"), "no endpoint of the codebook"),
        (changed('kind = "survival"', 'kind = "survivall"'), "survivall"),
        (HEAD + TARGET + "discrepancy_sd = 0.3\n", "why: missing"),
        (HEAD + TARGET + "effective_n = 20\n", "has a reason"),
        (HEAD + TARGET + 'colour = "red"\n', "colour"),
        (HEAD + TARGET + TARGET, "Two targets bear this name"),
        (HEAD, "says nothing"),
        (
            changed(
                'endpoint = "eliana.os.infusion"',
                'endpoint = "eliana.os.infusion", among = "tall"',
            ),
            "No such part",
        ),
    ],
)
def test_faults_are_refused(text: str, said: str) -> None:
    with pytest.raises(CodebookError) as refused:
        targets_from_text(text, "drawn.toml")
    assert said in str(refused.value)


def test_all_faults_come_at_once_each_with_its_line() -> None:
    text = HEAD + TARGET.replace("at_months = 12", "at_months = 13").replace(
        "eliana.os.infusion", "nowhere"
    )
    with pytest.raises(CodebookError) as refused:
        targets_from_text(text, "drawn.toml")
    lines = text.splitlines()
    assert len(refused.value.problems) == 2
    for key, problem in zip(("estimate", "measure"), sorted(refused.value.problems), strict=True):
        at = next(n for n, line in enumerate(lines, start=1) if line.startswith(key))
        assert f"drawn.toml, line {at}" in problem
