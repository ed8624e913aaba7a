# SPDX-License-Identifier: Apache-2.0
"""Predictions: the same every time, whatever else is asked for, and moved by what should."""

from __future__ import annotations

import numpy as np
import pytest

from cartulary.codebook.parameter_reader import parameters
from cartulary.course.errors import CartularyError
from cartulary.studies.calibration.predict import predict
from cartulary.studies.calibration.scenario import scenario
from cartulary.studies.calibration.target import target_named, targets

CHILDREN = 60


def test_the_same_twice_and_whatever_is_asked_beside() -> None:
    listed = [
        target_named(name)
        for name in ("eliana.os_12_nejm", "eliana.crs_3_nejm", "cibmtr.response_2020")
    ]
    together = predict(parameters(), listed, children=CHILDREN, seed=4)
    again = predict(parameters(), listed, children=CHILDREN, seed=4)
    alone = predict(parameters(), listed[:1], children=CHILDREN, seed=4, threads=1)
    turned = predict(parameters(), listed[::-1], children=CHILDREN, seed=4)
    assert np.isfinite(together).all()
    assert together.tolist() == again.tolist()
    assert alone[0] == together[0]
    assert turned[::-1].tolist() == together.tolist()


def test_other_children_give_other_figures() -> None:
    listed = [target_named("eliana.os_12_nejm"), target_named("eliana.peak_day")]
    one = predict(parameters(), listed, children=CHILDREN, seed=4)
    other = predict(parameters(), listed, children=CHILDREN, seed=4, first=CHILDREN)
    assert one.tolist() != other.tolist()


def test_a_parameter_moves_what_it_should() -> None:
    listed = [target_named("eliana.os_12_nejm"), target_named("eliana.crs_any_nejm")]
    base = parameters()
    worse = base.changed(
        {
            "death_rate_after_relapse": 0.5,
            "death_rate_without_response": 0.8,
            "fever_threshold": 2.0,
        }
    )
    before = predict(base, listed, children=CHILDREN, seed=4)
    after = predict(worse, listed, children=CHILDREN, seed=4)
    assert after[0] < before[0]
    assert after[1] < before[1]


def test_an_unknown_scenario_is_refused() -> None:
    with pytest.raises(CartularyError, match="no scenario 'mars'"):
        scenario("mars")


def test_every_target_can_be_reckoned() -> None:
    # Few children: a median of relapses may be missing, a share may not.
    found = predict(parameters(), targets(), children=150, seed=1)
    missing = [one.id for one, value in zip(targets(), found, strict=True) if np.isnan(value)]
    assert not [name for name in missing if ".month_" not in name and "low_auc" not in name]
