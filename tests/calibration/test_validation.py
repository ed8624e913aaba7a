# SPDX-License-Identifier: Apache-2.0
"""The validation: a study's chance is binomial, verdicts are right, and the report says it all."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.special import bdtr

from cartulary.cli.report import rendered
from cartulary.codebook.target import TargetUse
from cartulary.codebook.words import Words
from cartulary.reports.text import plain
from cartulary.reports.validation_report import build_validation_report
from cartulary.reports.validation_report.printed import closing, counts, missed_table
from cartulary.reports.validation_report.voice import Voice
from cartulary.studies.calibration.posterior import posterior
from cartulary.studies.calibration.target import target_named, targets
from cartulary.studies.validation.judged import judged, observed_interval, tally
from cartulary.studies.validation.noise import children_of, would_be_printed
from cartulary.studies.validation.validation import Validation, validate


def test_the_chance_of_a_share_is_binomial() -> None:
    target = target_named("prwcc.crs_3")
    n = children_of(target)
    assert n == target.n == 185
    drawn = would_be_printed(target, np.full(400, 0.2), 1, 25)
    assert drawn.shape == (400, 25)
    assert np.allclose(drawn * n, np.round(drawn * n))
    for count in (28, 37, 46):
        # Of 10,000 draws: three standard errors of a share.
        assert (drawn * n <= count + 0.5).mean() == pytest.approx(bdtr(count, n, 0.2), abs=0.015)


def test_nothing_seen_of_so_many_has_their_number_and_the_exact_interval() -> None:
    # 0 of 22: Clopper-Pearson gives 0 to 15.4%; a wider number would make the chance too small.
    target = target_named("article.icans_any")
    assert children_of(target) == 22
    low, high = observed_interval(target)
    assert low == 0.0
    assert high == pytest.approx(0.1544, abs=1e-4)


def test_a_discrepancy_widens_and_kinetics_err_on_the_log_scale() -> None:
    plain_one = target_named("prwcc.neuro_any")
    wider = replace(plain_one, discrepancy_sd=0.6)
    share = np.full(300, 0.2)
    assert would_be_printed(wider, share, 1, 20).std() > 1.5 * (
        would_be_printed(plain_one, share, 1, 20).std()
    )
    peak = target_named("eliana.peak_day")
    logs = np.log(would_be_printed(peak, np.full(400, 10.0), 1, 25))
    assert logs.mean() == pytest.approx(np.log(10.0), abs=0.01)
    assert logs.std() == pytest.approx(peak.sampling_sd, rel=0.05)


def test_verdicts() -> None:
    target = target_named("eliana.os_36_jco")
    right = judged(target, np.full(40, target.value), 1)
    high = judged(target, np.full(40, 0.95), 1)
    none = judged(target, np.full(40, np.nan), 1)
    assert right.met
    assert right.median == target.value
    assert not high.met
    assert high.too_high
    assert not none.met
    assert none.draws_without == 40
    assert observed_interval(target) == (target.low, target.high)
    # One parameter point: the width is the study's chance alone, which made the printed interval.
    assert right.width_ratio == pytest.approx(1.0, abs=0.15)
    counted = tally([right, high, none], TargetUse.FIT)
    assert (counted.met, counted.of) == (1, 3)
    assert counted.share_met == pytest.approx(1 / 3)


def test_a_figure_is_met_as_far_as_it_is_printed() -> None:
    # 72% is printed of all from 71.5 to 72.5%, and 0.364 of 4 in 11.
    target = target_named("prwcc.os_12")
    row = judged(target, np.full(40, target.value), 1)
    assert (target.value, target.rounding) == (0.72, 0.005)
    assert replace(row, low=0.7249).met
    assert not replace(row, low=0.7251).met
    assert replace(row, high=0.7151).met
    assert not replace(row, high=0.7149).met
    assert target_named("fludarabine.cir_12").rounding == 0.0005


@cache
def small() -> Validation:
    chosen = [
        target
        for target in targets()
        if target.id.startswith(("eliana.os", "eliana.peak", "article.", "cibmtr.crs"))
    ]
    return validate(posterior(), chosen, draws=2, children=60, seed=2)


def test_a_validation_is_the_same_twice_and_counts_every_figure() -> None:
    found = small()
    assert len(found.rows) == sum(found.tally(use).of for use in TargetUse)
    again = validate(posterior(), [row.target for row in found.rows], draws=2, children=60, seed=2)
    assert json.dumps(again.plain()) == json.dumps(found.plain())
    assert {one.toxicity for one in found.case_mix} == {"crs", "icans"}


def test_the_case_mix_is_a_difference_of_the_same_draws() -> None:
    # Of two draws the median is the mean, and so the difference of the medians.
    for one in small().case_mix:
        assert one.difference[0] == pytest.approx(one.dutch[0] - one.everyday[0])
        assert one.difference[1] <= one.difference[0] <= one.difference[2]


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_report_names_what_was_missed_and_whether_anybody_explained(lang: str) -> None:
    found = small()
    missed = [row for row in found.rows if not row.met]
    assert missed
    told, silent = Words("Because of this.", "Hierdoor."), Words("", "")
    rows = tuple(
        replace(row, target=replace(row.target, miss=told if row is missed[0] else silent))
        for row in found.rows
    )
    said = replace(found, rows=rows)
    assert len(said.unexplained) == len(missed) - 1
    page = rendered(build_validation_report(said, lang), "html").decode()
    assert ("Hierdoor." if lang == "nl" else "Because of this.") in page
    assert ("niet verklaard" if lang == "nl" else "not explained") in page
    assert ("niet voor beslissingen" if lang == "nl" else "not for decisions") in page.lower()


def test_the_figures_of_the_report_are_those_of_the_validation() -> None:
    found = small()
    report = build_validation_report(found, "en")
    figures = {figure.id: figure for figure in report.figures}
    for row in found.rows:
        assert figures[row.target.id].value == pytest.approx(row.median, nan_ok=True) or (
            figures[row.target.id].value is None
        )
    kept = found.tally(TargetUse.KEPT_ASIDE)
    assert any(str(kept.of) in plain(one.sentences) for one in report.brief)


def test_what_the_terminal_shows() -> None:
    voice = Voice(small(), "nl")
    header, rows = missed_table(voice)
    assert len(rows) == sum(not row.met for row in small().rows)
    assert all(len(row) == len(header) for row in rows)
    assert len(counts(voice)) == 2
    assert "niet voor beslissingen" in closing(voice)[-1]
