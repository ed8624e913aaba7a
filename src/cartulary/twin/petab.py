# SPDX-License-Identifier: Apache-2.0
"""The problem of calibration as PEtab 1: model, parameters, children, and what was measured.

The children are virtual ones, told as a clinic would record them, so that whoever solves the
problem can see whether the answer is the one the data were made with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cartulary.codebook.parameter_set import REFERENCE_WEIGHT_KG, Parameter
from cartulary.twin.equations import CELL_PARAMETERS, CELL_STATES
from cartulary.twin.petab_children import Drawn, ExportError, child_at, infused_numbers
from cartulary.twin.petab_measured import OBSERVABLES, Measured, measured
from cartulary.twin.petab_model import (
    FACTORS,
    GIVEN_STATES,
    Model,
    calibrated_text,
    draw_id,
    model_of,
)
from cartulary.twin.petab_words import problem_yaml, readme
from cartulary.twin.policy import Platform
from cartulary.twin.population_children import CLONE_PARAMETERS, Floats
from cartulary.twin.population_deviates import Deviates, values_of
from cartulary.twin.simulate import Run, simulate_block

#: A draw further from the middle than this is as good as never made (2 in 1e9).
FURTHEST_DRAW = 6.0

PARAMETER_COLUMNS = (
    "parameterId",
    "parameterName",
    "parameterScale",
    "lowerBound",
    "upperBound",
    "nominalValue",
    "estimate",
    "objectivePriorType",
    "objectivePriorParameters",
)
OBSERVABLE_COLUMNS = (
    "observableId",
    "observableName",
    "observableFormula",
    "observableTransformation",
    "noiseFormula",
    "noiseDistribution",
)
MEASUREMENT_COLUMNS = (
    "observableId",
    "simulationConditionId",
    "measurement",
    "time",
    "datasetId",
)

Row = tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """One child: what is known of it, and which parameters of the table are its own."""

    number: int
    known: Mapping[str, float]
    draws: Mapping[str, float]  # the truth, by name of the codebook's parameter
    factors: Mapping[str, str]  # a parameter of the codebook in the place of a factor of 1

    @property
    def condition_id(self) -> str:
        """The child's name in every table."""
        return f"child_{self.number}"

    def draw_id(self, name: str) -> str:
        """The name of one of its draws in the table of parameters."""
        return f"{draw_id(name)}_{self.condition_id}"

    def values(self) -> dict[str, str]:
        """The columns of the table of conditions."""
        return {
            **{name: _number(value) for name, value in self.known.items()},
            **self.factors,
            **{draw_id(name): self.draw_id(name) for name in self.draws},
        }


def petab_files(run: Run, children: int) -> dict[str, str]:
    """A PEtab 1 problem from the first so many infused children of a run, by name of the file.

    Typical values are shared by all children; a child's own value is the typical one moved by its
    draw, for which the standard normal distribution is the prior. So the estimate is the joint
    mode of a mixed-effects model, which PEtab itself has no word for.

    Arguments: the run; how many children.
    Returns: `problem.yaml`, `model.xml`, `parameters.tsv`, `conditions.tsv`, `observables.tsv`,
    `measurements.tsv`, `below_limit.tsv` and `README.md`.
    Refuses a run with fewer infused children.
    """
    numbers = infused_numbers(run, children)
    block = simulate_block(run, numbers)
    if block.failures:
        lost = ", ".join(f"{one.number} ({one.reason})" for one in block.failures)
        raise ExportError(
            f"The cells of these children could not be followed: {lost}. Their measurements would "
            "end too early. Choose another --seed."
        )
    model = model_of(run.parameters, kills_by_cd22=run.policy.making.kills_by_cd22)
    one = Drawn(block.children, block.pathway)
    conditions = _conditions(run, model, one)
    told = measured(block, run.parameters)
    first = {**conditions[0].known, **dict.fromkeys(_factor_names(), 1.0)}
    return {
        "problem.yaml": problem_yaml(run, children),
        "model.xml": calibrated_text(model, child_at(one, 0, run), _model_constants(first)),
        "parameters.tsv": _table(PARAMETER_COLUMNS, _parameters(run, model, conditions)),
        "conditions.tsv": _condition_table(conditions),
        "observables.tsv": _table(OBSERVABLE_COLUMNS, OBSERVABLES),
        "measurements.tsv": _table(MEASUREMENT_COLUMNS, _measurements(told, False)),
        "below_limit.tsv": _table(MEASUREMENT_COLUMNS, _measurements(told, True)),
        "README.md": readme(
            run,
            [each.number for each in conditions],
            {*model.names, *_of_factors(run, conditions)},
        ),
    }


def _conditions(run: Run, model: Model, drawn: Drawn) -> list[Condition]:
    """The children as conditions of the model."""
    children, way, parameters = drawn.children, drawn.pathway, run.parameters
    deviates = Deviates(parameters, run.seed, children.numbers)
    middle = np.full(len(children), REFERENCE_WEIGHT_KG)

    def deviate(parameter: Parameter) -> Floats:
        free = values_of(parameter, deviates, middle)
        on_scale = np.array([parameter.on_scale(value) for value in free.tolist()])
        moved: Floats = (on_scale - parameter.on_scale(parameter.value)) / parameter.spread
        return moved

    draws = model.draws(np.array([deviate(parameters[name]) for name in model.drawn]))
    growth = values_of(parameters["leukaemia_growth_rate"], deviates, children.weight_kg)
    central = run.policy.making.platform is Platform.CENTRAL
    known = {
        "infusion_day": way.infusion_day,
        "weight_kg": children.weight_kg,
        "dose_cells": way.dose_cells,
        "flu_exposure": way.flu_auc / parameters.value("usual_flu_auc"),
        "growth_factor": children.growth_rate / growth,
        "fresh_factor": np.full(
            len(children), 1.0 if central else parameters.value("fresh_recovery")
        ),
        **{f"{name}_at_infusion": way.start[CELL_STATES.index(name)] for name in GIVEN_STATES},
        **{name: way.cells[CELL_PARAMETERS.index(name)] for name in CLONE_PARAMETERS},
    }
    return [
        Condition(
            int(children.numbers[place]),
            {name: float(values[place]) for name, values in known.items()},
            dict(zip(model.drawn, draws[:, place].tolist(), strict=True)),
            _factors(
                bool(children.slow_product[place]),
                bool(children.non_expander[place]),
                bool(children.resistant[place]),
            ),
        )
        for place in range(len(children))
    ]


def _factors(slow: bool, non_expander: bool, resistant: bool) -> dict[str, str]:
    """What multiplies a child's parameters: a parameter's name, or 1."""
    division = "slow_product_division" if slow else "non_expander_division" if non_expander else "1"
    return {
        "division_factor": division,
        "recovery_factor": "slow_product_recovery" if slow else "1",
        "kill_factor": "resistant_killing" if resistant else "1",
    }


def _factor_names() -> list[str]:
    return [factor for factors in FACTORS.values() for factor in factors]


def _model_constants(known: Mapping[str, float]) -> dict[str, float]:
    """What the SBML of a child does not hold already."""
    given = {"infusion_day", *CLONE_PARAMETERS}
    return {name: value for name, value in known.items() if name not in given}


def _parameters(run: Run, model: Model, conditions: Sequence[Condition]) -> Iterable[Row]:
    """The table of parameters: those of the model, of the errors, of factors, and every draw."""
    laboratory = ("car_t_copies_error", "cell_count_error", "residual_disease_error")
    for name in (*model.names, *_of_factors(run, conditions), *laboratory):
        parameter = run.parameters[name]
        in_model = name in model.names
        yield _parameter(parameter, model.typical_id(name) if in_model else name)
    for condition in conditions:
        for name, draw in condition.draws.items():
            yield (
                condition.draw_id(name),
                f"draw of {name}, virtual child {condition.number}, simulated",
                "lin",
                _number(-FURTHEST_DRAW),
                _number(FURTHEST_DRAW),
                _number(draw),
                "1",
                "normal",
                "0;1",
            )


def _of_factors(run: Run, conditions: Sequence[Condition]) -> list[str]:
    """Parameters that stand in the place of a factor for at least one of the children."""
    used = {name for condition in conditions for name in condition.factors.values()}
    return sorted(name for name in used if name in run.parameters)


def _parameter(parameter: Parameter, known_as: str) -> Row:
    """One typical value. PEtab has no scale of odds, and no log of a bound that is 0."""
    log = parameter.low > 0 and parameter.scale.value == "log"
    return (
        known_as,
        f"{parameter.words.en} ({parameter.unit}); {parameter.support.value} support",
        "log" if log else "lin",
        _number(parameter.low),
        _number(parameter.high),
        _number(parameter.value),
        "1" if parameter.fitted else "0",
        "",
        "",
    )


def _condition_table(conditions: Sequence[Condition]) -> str:
    columns = list(conditions[0].values())
    return _table(
        ("conditionId", "conditionName", *columns),
        (
            (
                condition.condition_id,
                f"virtual child {condition.number}, simulated",
                *condition.values().values(),
            )
            for condition in conditions
        ),
    )


def _measurements(told: Sequence[Measured], below_limit: bool) -> Iterable[Row]:
    """The values with a number, or the limits under which the others lie."""
    for one in told:
        if one.below_limit is below_limit:
            child = f"child_{one.number}"
            name = f"simulated_{child}"
            yield (one.observable_id, child, _number(one.value), _number(one.day), name)


def _table(columns: Sequence[str], rows: Iterable[Row]) -> str:
    lines = ["\t".join(columns), *("\t".join(row) for row in rows)]
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    """The shortest text that reads back as the same number."""
    return f"{value:.0f}" if value == round(value) and abs(value) < 1e15 else repr(float(value))
