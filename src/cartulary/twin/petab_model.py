# SPDX-License-Identifier: Apache-2.0
"""The model of one child as it is calibrated: its numbers written as typical value and draw.

The SBML of `sbml.py` holds a child's own numbers. Calibration asks for what stands behind them:
the typical value that all children share, and how far the child lies from it. Here each number
becomes a rule of those two, by the same formulas by which children are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cartulary.codebook.parameter_set import (
    REFERENCE_WEIGHT_KG,
    Parameter,
    ParameterSet,
    SpreadScale,
)
from cartulary.twin.equations import CELL_PARAMETERS, CELL_STATES
from cartulary.twin.population_children import CLONE_PARAMETERS, Floats
from cartulary.twin.sbml import SbmlChild, SbmlError, sbml_text

#: What a child's product and leukaemia multiply a parameter by; 1 for most children.
FACTORS = {
    "division_rate": ("division_factor",),
    "recovery_days": ("recovery_factor", "fresh_factor"),
    "kill_rate": ("kill_factor",),
    "leukaemia_growth_rate": ("growth_factor",),
}
#: Parameters of the cells that are worked out from others.
_DERIVED = ("memory_rate", "b_half_kill_cells", "b_cell_influx")
_BEHIND = (
    "memory_fraction",
    "b_cell_sensitivity",
    "b_cells_in_health",
    "rejection_by_exposure",
    "engrafting_share",
    "memory_cells_in_product",
)
_LABORATORY = (
    "marrow_cells",
    "car_t_cells_per_copy",
    "blood_share_of_lymphocytes",
    "blood_ml_per_kg",
)
#: States at the infusion that each child is given as a number.
GIVEN_STATES = ("ln_leukaemia", "ln_b_cells", "ln_t_cells")


@dataclass(frozen=True)
class Model:
    """What of the codebook's parameters stands in the model, and how.

    `names` are the codebook's parameters in order; `lower` is the factor L of the correlations
    between those of them that differ between children, in the order of `drawn`.
    """

    parameters: ParameterSet
    names: tuple[str, ...]
    drawn: tuple[str, ...]
    lower: Floats = field(repr=False)

    def typical_id(self, name: str) -> str:
        """The name in the model of a parameter's typical value."""
        return name if self._is_plain(name) else f"{name}_typical"

    def draws(self, deviates: Floats) -> Floats:
        """Independent draws behind correlated deviates, both `[len(drawn), n]`."""
        return np.asarray(np.linalg.solve(self.lower, deviates), dtype=np.float64)

    def constants(self) -> dict[str, float]:
        """Typical values, spreads, and draws of 0, by their names in the model."""
        made: dict[str, float] = {}
        for name in self.names:
            made[self.typical_id(name)] = self.parameters.value(name)
        for name in self.drawn:
            made[f"{name}_spread"] = self.parameters[name].spread
            made[draw_id(name)] = 0.0
        made["rejection_rate_highest"] = self.parameters["rejection_rate"].high
        return made

    def rules(self) -> dict[str, str]:
        """What is worked out from those, by name in the model."""
        made = {f"{name}_deviate": self._deviate(name) for name in self.drawn}
        for name in self.names:
            if not self._is_plain(name) and name != "rejection_rate":
                factors = "".join(f" * {one}" for one in FACTORS.get(name, ()))
                made[name] = self._of_child(self.parameters[name]) + factors
        base = self._of_child(self.parameters["rejection_rate"])
        made["rejection_unbound"] = f"{base} * exp(-rejection_by_exposure * ln(flu_exposure))"
        made["rejection_rate"] = (
            "rejection_unbound * rejection_rate_highest"
            " / (rejection_unbound + rejection_rate_highest)"
        )
        made["memory_rate"] = "effector_loss_rate * memory_fraction"
        made["b_half_kill_cells"] = "half_kill_cells / b_cell_sensitivity"
        made["b_cell_influx"] = "b_cells_in_health / b_cell_days"
        made["ln_effector_at_infusion"] = "ln(dose_cells * engrafting_share)"
        made["ln_memory_at_infusion"] = "ln_effector_at_infusion + ln(memory_cells_in_product)"
        made["ln_survivors_at_infusion"] = "ln_leukaemia_at_infusion"
        return made

    def _is_plain(self, name: str) -> bool:
        parameter = self.parameters[name]
        return parameter.spread == 0 and not parameter.with_weight and name not in FACTORS

    def _deviate(self, name: str) -> str:
        row = self.lower[self.drawn.index(name)]
        return " + ".join(
            draw_id(other) if weight == 1.0 else f"{weight:.17g} * {draw_id(other)}"
            for weight, other in zip(row.tolist(), self.drawn, strict=True)
            if weight
        )

    def _of_child(self, parameter: Parameter) -> str:
        typical = self.typical_id(parameter.name)
        formula = typical
        if parameter.spread > 0:
            moved = f"{parameter.name}_spread * {parameter.name}_deviate"
            formula = {
                SpreadScale.LOG: f"{typical} * exp({moved})",
                SpreadScale.LINEAR: f"({typical} + {moved})",
                SpreadScale.LOGIT: f"{typical} / ({typical} + (1 - {typical}) * exp(-({moved})))",
            }[parameter.scale]
        if parameter.with_weight:
            formula += f" * weight_kg / {REFERENCE_WEIGHT_KG:g}"
        return formula


def draw_id(name: str) -> str:
    """The name in the model of a child's draw: standard normal, independent of the others."""
    return f"{name}_draw"


def model_of(parameters: ParameterSet, *, kills_by_cd22: bool) -> Model:
    """Which parameters act on the cells of an infused child, and how they go together."""
    cells = [
        name
        for name in CELL_PARAMETERS
        if name not in (*CLONE_PARAMETERS, *_DERIVED) and (kills_by_cd22 or name != "cd22_killing")
    ]
    names = (*cells, *_BEHIND, *_LABORATORY)
    drawn = tuple(sorted(name for name in names if parameters[name].spread > 0))
    together = np.eye(len(drawn))
    for pair in parameters.correlations:
        if pair.one in drawn and pair.other in drawn:
            one, other = drawn.index(pair.one), drawn.index(pair.other)
            together[one, other] = together[other, one] = pair.value
    return Model(
        parameters, names, drawn, np.asarray(np.linalg.cholesky(together), dtype=np.float64)
    )


def calibrated_text(model: Model, child: SbmlChild, of_child: dict[str, float]) -> str:
    """The SBML of the cells with typical values and draws in the place of a child's own numbers.

    Arguments: the model; the child that stands in it until a condition puts another there; what
    else is known of that child (weight, dose, factors), by name in the model.
    Returns: SBML, level 3 version 1, checked by libSBML.
    """
    document = _read(sbml_text(child))
    import libsbml

    written = document.getModel()
    for name, value in {**model.constants(), **of_child}.items():
        parameter = written.getParameter(name) or written.createParameter()
        parameter.setId(name)
        parameter.setName(name.replace("_", " "))
        parameter.setConstant(True)
        parameter.setValue(float(value))
    for name, formula in model.rules().items():
        parameter = written.getParameter(name) or written.createParameter()
        parameter.setId(name)
        parameter.setName(name.replace("_", " "))
        parameter.setConstant(False)
        parameter.unsetValue()
        rule = written.createAssignmentRule()
        rule.setVariable(name)
        rule.setMath(libsbml.parseL3Formula(formula))
    for name in CELL_STATES:
        begins = written.createInitialAssignment()
        begins.setSymbol(name)
        begins.setMath(libsbml.parseL3Formula(f"{name}_at_infusion"))
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, False)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_MODELING_PRACTICE, False)
    if document.checkConsistency():
        faults = "; ".join(
            document.getError(k).getMessage().strip() for k in range(document.getNumErrors())
        )
        raise SbmlError(f"libSBML faults the model to calibrate: {faults}.")
    text: str = libsbml.writeSBMLToString(document)
    return text


def _read(text: str) -> Any:
    import libsbml

    return libsbml.readSBMLFromString(text)
