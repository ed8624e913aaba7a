# SPDX-License-Identifier: Apache-2.0
"""Virtual children: each its own, whoever stands beside it; together, as their population says."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartulary.codebook.parameter_reader import parameters
from cartulary.codebook.parameter_set import SpreadScale
from cartulary.course.errors import CodebookError
from cartulary.course.events.disease import Genetics, Reason
from cartulary.twin.equations import CELL_PARAMETERS, SIGN_PARAMETERS
from cartulary.twin.policy_reader import read_policy
from cartulary.twin.population import Children, Population, Quantiles, draw_children
from cartulary.twin.population_children import CLONE_PARAMETERS, GENETICS, REASONS
from cartulary.twin.population_deviates import Deviates, values_of
from cartulary.twin.population_reader import (
    default_population,
    population_from_text,
    read_population,
)
from tests.conftest import REPOSITORY

FILES = [
    *sorted((REPOSITORY / "examples" / "populations").glob("*.toml")),
    REPOSITORY / "src" / "cartulary" / "twin" / "populations" / "real_world.toml",
]
MAXIMA = read_policy(REPOSITORY / "examples" / "policies" / "maxima.toml")
DUAL = read_policy(REPOSITORY / "examples" / "policies" / "dual_cd19_cd22.toml")
GOOD = (REPOSITORY / "examples" / "populations" / "eliana_like.toml").read_text(encoding="utf-8")
MANY = np.arange(20_000)


def drawn(population: Population, numbers: np.ndarray = MANY, seed: int = 1) -> Children:
    return draw_children(population, parameters(), MAXIMA, seed, numbers)


@given(
    chosen=st.lists(st.integers(0, 2**40), min_size=1, max_size=5, unique=True),
    seed=st.integers(0, 2**64 - 1),
)
@settings(max_examples=10)
def test_a_child_is_the_same_beside_whomever(chosen: list[int], seed: int) -> None:
    together = drawn(default_population(), np.array(chosen), seed)
    for place, number in enumerate(chosen):
        alone = drawn(default_population(), np.array([number]), seed)
        for each in fields(Children):
            one, many = getattr(alone, each.name)[..., 0], getattr(together, each.name)[..., place]
            assert np.allclose(one, many, rtol=1e-14, atol=0, equal_nan=True), each.name


def test_a_policy_changes_no_child_but_for_what_its_product_kills() -> None:
    one = drawn(default_population(), MANY[:500])
    other = draw_children(default_population(), parameters(), DUAL, 1, MANY[:500])
    row = CELL_PARAMETERS.index("cd22_killing")
    for each in fields(Children):
        here, there = getattr(one, each.name), getattr(other, each.name)
        if each.name == "cells":
            assert (here[row] == 0).all()
            assert (there[row] > 0).all()
            here, there = np.delete(here, row, axis=0), np.delete(there, row, axis=0)
        assert np.array_equal(here, there, equal_nan=True), each.name


def test_only_the_clones_wait_for_the_infusion() -> None:
    children = drawn(default_population())
    missing = {
        name
        for name, row in zip(CELL_PARAMETERS, children.cells, strict=True)
        if np.isnan(row).any()
    }
    assert missing == set(CLONE_PARAMETERS)
    assert np.isfinite(children.signs).all()
    assert children.signs.shape == (len(SIGN_PARAMETERS), len(MANY))
    for each in fields(Children):
        if each.name not in ("cells", "months_since_transplant"):
            assert np.isfinite(getattr(children, each.name)).all(), each.name
    since = ~np.isnan(children.months_since_transplant)
    assert np.array_equal(since, children.prior_transplant)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_children_are_as_their_population_says(file: Path) -> None:
    population = read_population(file)
    children = drawn(population)
    assert population.population_id == file.stem
    for probability, value in zip(
        population.age_years.probabilities, population.age_years.values, strict=True
    ):
        below = float(np.mean(children.age_years <= value + 1e-9))
        assert below == pytest.approx(probability, abs=0.012)
    for probability, value in zip(
        population.marrow_share.probabilities, population.marrow_share.values, strict=True
    ):
        below = float(np.mean(children.marrow_share <= value * (1 + 1e-9)))
        assert below == pytest.approx(probability, abs=0.012)
    for place, reason in enumerate(REASONS):
        share = population.reasons.get(reason, 0.0)
        assert float(np.mean(children.reason == place)) == pytest.approx(share, abs=0.012)
    kmt2a = population.genetics.get(Genetics.KMT2A, 0.0)
    found = float(np.mean(children.genetics == GENETICS.index(Genetics.KMT2A)))
    assert found == pytest.approx(kmt2a, abs=0.012)
    assert float(np.mean(children.female)) == pytest.approx(population.female, abs=0.012)
    relapsed_after = children.reason == REASONS.index(Reason.POST_TRANSPLANT_RELAPSE)
    assert children.prior_transplant[relapsed_after].all()


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_no_child_was_transplanted_before_birth(file: Path) -> None:
    children = drawn(read_population(file))
    had = children.prior_transplant
    assert had.sum() > 400
    assert (children.months_since_transplant[had] < 12.0 * children.age_years[had]).all()
    after = children.reason == REASONS.index(Reason.POST_TRANSPLANT_RELAPSE)
    assert had[after].all()


def test_old_enough_children_have_the_months_of_their_population() -> None:
    population = default_population()
    children = drawn(population)
    last = population.months_since_transplant.values[-1]
    old = children.prior_transplant & (12.0 * children.age_years > last)
    for probability, value in zip(
        population.months_since_transplant.probabilities,
        population.months_since_transplant.values,
        strict=True,
    ):
        below = float(np.mean(children.months_since_transplant[old] <= value))
        assert below == pytest.approx(probability, abs=0.03)


def test_a_child_too_young_for_any_transplant_came_for_another_reason() -> None:
    population = replace(
        default_population(),
        age_years=Quantiles((0.0, 1.0), (0.1, 0.25)),
        reasons=MappingProxyType({Reason.POST_TRANSPLANT_RELAPSE: 0.6, Reason.REFRACTORY: 0.4}),
        prior_transplant=1.0,
    )
    children = drawn(population, MANY[:500])
    assert not children.prior_transplant.any()
    assert (children.reason == REASONS.index(Reason.REFRACTORY)).all()
    only = MappingProxyType({Reason.POST_TRANSPLANT_RELAPSE: 1.0})
    alone = drawn(replace(population, reasons=only), MANY[:500])
    assert (alone.reason == REASONS.index(Reason.FIRST_RELAPSE)).all()


def test_the_shipped_population_is_the_default() -> None:
    assert default_population().population_id == "real_world"


def test_weights_are_those_of_the_growth_chart() -> None:
    children = drawn(default_population())
    ten = np.abs(children.age_years - 10.0) < 0.3
    median = float(np.median(children.weight_kg[ten]))
    assert median == pytest.approx(parameters().value("weight_at_10_years"), rel=0.03)


@pytest.mark.parametrize("name", ["division_rate", "viability", "lymphodepletion_t_kill"])
def test_values_spread_as_their_file_says(name: str) -> None:
    parameter = parameters()[name]
    children = np.full(len(MANY), 35.0)
    values = values_of(parameter, Deviates(parameters(), 1, MANY), children)
    on_scale = np.array([parameter.on_scale(float(value)) for value in values])
    middle = float(np.median(on_scale))
    assert middle == pytest.approx(parameter.on_scale(parameter.value), abs=0.07)
    quartiles = np.subtract(*np.quantile(on_scale, [0.75, 0.25])) / 1.349
    assert quartiles == pytest.approx(parameter.spread, rel=0.08)


def test_no_value_leaves_its_bounds_and_none_stands_on_them() -> None:
    deviates = Deviates(parameters(), 1, MANY)
    for parameter in parameters().parameters.values():
        if parameter.spread == 0:
            continue
        tight = replace(
            parameter,
            low=parameter.value * (0.99 if parameter.scale is SpreadScale.LOGIT else 0.8),
            high=parameter.value * (1.005 if parameter.scale is SpreadScale.LOGIT else 1.3),
        )
        values = values_of(tight, deviates, np.full(len(MANY), 35.0))
        assert values.min() >= tight.low * (1 - 1e-12), parameter.name
        assert values.max() <= tight.high * (1 + 1e-12), parameter.name
        # A clipped distribution would heap up on the bound.
        assert np.mean(values == values.max()) < 0.001, parameter.name


def test_cells_grow_with_weight() -> None:
    parameter = parameters()["t_cell_capacity_cells"]
    deviates = Deviates(parameters(), 1, np.array([1, 2]))
    light, heavy = values_of(parameter, deviates, np.array([35.0, 70.0]))
    assert light == parameter.value
    assert heavy == 2 * parameter.value


def test_what_goes_together_is_drawn_together() -> None:
    known = parameters()
    deviates = Deviates(known, 4, np.arange(60_000))
    for pair in known.correlations:
        found = np.corrcoef(deviates.of(pair.one), deviates.of(pair.other))[0, 1]
        assert found == pytest.approx(pair.value, abs=0.02), (pair.one, pair.other)
    alone = np.corrcoef(deviates.of("age"), deviates.of("recovery_days"))[0, 1]
    assert abs(alone) < 0.02


def test_a_parameter_more_changes_no_child() -> None:
    known = parameters()
    fewer = {name: one for name, one in known.parameters.items() if name != "viability"}
    less = replace(known, parameters=MappingProxyType(fewer))
    one = draw_children(default_population(), known, MAXIMA, 1, MANY[:100])
    other = draw_children(default_population(), less, MAXIMA, 1, MANY[:100])
    assert np.array_equal(one.cells, other.cells, equal_nan=True)


def test_nobody_is_slow_and_without_expansion_at_once() -> None:
    children = drawn(default_population())
    known = parameters()
    assert not (children.slow_product & children.non_expander).any()
    slow, never = known.value("slow_product_share"), known.value("non_expander_share")
    assert float(children.slow_product.mean()) == pytest.approx(slow, abs=0.01)
    assert float(children.non_expander.mean()) == pytest.approx(never, abs=0.01)
    division = children.cells[CELL_PARAMETERS.index("division_rate")]
    ordinary = ~children.slow_product & ~children.non_expander
    ratio = np.median(division[children.non_expander]) / np.median(division[ordinary])
    assert ratio == pytest.approx(known.value("non_expander_division"), rel=0.1)


def test_children_can_be_taken_apart() -> None:
    children = drawn(default_population(), MANY[:50])
    girls = children.take(children.female)
    assert len(girls) == int(children.female.sum())
    assert np.array_equal(girls.cells, children.cells[:, children.female], equal_nan=True)


BAD = {
    "probabilities fall": ("[0.5, 11]", "[0.95, 11]", "rise from 0 to 1"),
    "values fall": ("[0.5, 11]", "[0.5, 24]", "no lower value"),
    "an age no child has": ("[1, 25]]", "[1, 45]]", "Values lie"),
    "a burden above all": ("[1, 0.99]]", "[1, 1.7]]", "Values lie"),
    "no pairs": ("[[0, 3], [0.5, 11], [0.9, 20], [1, 25]]", "[3, 25]", "pairs"),
    "shares do not add up": ("refractory = 0.10", "refractory = 0.30", "add up to 1"),
    "share above one": ("share = 0.43", "share = 4.3", "from 0 to 1"),
    "unknown genetics": ("kmt2a = 0.05", "kmt3a = 0.05", "Did you mean"),
    "unknown table": ("[female]", "[girls]", "unknown"),
    "table left out": ("[female]", "[girls]", "Write a [female] table"),
    "unknown support": ('support = "strong"', 'support = "certain"', "Write one of"),
    "no source": ("[source]", "[sauce]", "[source] with citation"),
    "not said where from": ('from = "median 3 (1-8)"', "", "where it was read"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_named_with_its_line(name: str) -> None:
    good, bad, says = BAD[name]
    assert good in GOOD
    with pytest.raises(CodebookError) as refused:
        population_from_text(GOOD.replace(good, bad, 1), "ours.toml")
    told = [problem for problem in refused.value.problems if says in problem]
    assert told, refused.value.problems
    assert all(problem.startswith("ours.toml") for problem in refused.value.problems)
    if name not in ("table left out", "no source"):
        line = next(
            n for n, one in enumerate(GOOD.splitlines(), start=1) if good.split("\n")[0] in one
        )
        numbers = [int(p.partition("line ")[2].partition(":")[0]) for p in told if "line " in p]
        assert any(line - 3 <= number <= line for number in numbers), (line, told)


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match="Check its path"):
        read_population(tmp_path / "nowhere.toml")
