# SPDX-License-Identifier: Apache-2.0
"""The model as SBML, written from the text of the equations, for the field's other programs.

Every line of `equations.py` becomes a rule of the same name, so that what another program runs is
what our engines run. Time is in days; the drugs of lymphodepletion and the infusion are events.
Before the infusion no cell changes; from then on the model's `day` counts the days since.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cartulary.course.errors import CartularyError
from cartulary.twin.equations import (
    CELL_CONSTANTS,
    CELL_PARAMETERS,
    CELL_STATES,
    SIGN_PARAMETERS,
    SIGN_STATES,
    cell_changes,
    cell_constants,
    cytokine_release,
    sign_changes,
)

_NOTES = (
    "Exported from Cartulary. Research and quality-of-care software; not a medical device. "
    "Cells are counted in the whole body, time is in days, logs are natural. "
    "The numbers of the equations are those of Cartulary's docs/explanation/model.md."
)


class SbmlError(CartularyError):
    """A model that cannot be written as SBML."""


@dataclass(frozen=True, slots=True)
class SbmlChild:
    """Whom the exported model is about: what its states begin with, and its parameters.

    The days are model time; the drugs come before the infusion or on its day. Without `signs` the
    model holds the cells alone.
    """

    start: Mapping[str, float]
    cells: Mapping[str, float]
    signs: Mapping[str, float] | None = None
    lymphodepletion_day: float = 0.0
    infusion_day: float = 6.0
    name: str = "A child treated with CAR-T cells"


@dataclass(frozen=True, slots=True)
class Written:
    """A function of the equations as formulas: its lines in order, then what it gives back."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    given: list[str] = field(default_factory=list)


class _Renamed(ast.NodeTransformer):
    """Names and functions as SBML knows them."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(ast.Name(self.names.get(node.id, node.id), node.ctx), node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        known = {"exp": "exp", "log": "ln"}
        if not isinstance(node.func, ast.Name) or node.func.id not in known:
            raise SbmlError(
                f"The equations call {ast.unparse(node.func)!r}, for which SBML has no word here; "
                "they may hold arithmetic, exp and log only."
            )
        arguments = [self.visit(each) for each in node.args]
        return ast.Call(ast.Name(known[node.func.id]), arguments, [])


def written(function: Callable[..., Any], names: Mapping[str, str], prefix: str = "") -> Written:
    """A function of `equations.py` as formulas: what it assigns on the way, and what it returns.

    names: what stands for each of its arguments. prefix: put before the names it assigns.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    renamed = _Renamed(dict(names))
    own = dict(names)
    written = Written()
    for line in tree.body:
        if isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
            continue
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            target = line.targets[0].id
            formula = ast.unparse(renamed.visit(line.value))
            own[target] = f"{prefix}{target}"
            renamed.names = own
            written.lines.append((own[target], formula))
        elif isinstance(line, ast.Return):
            value = line.value
            parts = value.elts if isinstance(value, ast.Tuple) else [value]
            written.given.extend(ast.unparse(renamed.visit(part)) for part in parts if part)
        else:
            raise SbmlError(
                f"The equations hold the line {ast.unparse(line)!r}, which is neither a formula "
                "nor what is given back; a model that branches has no place in SBML here."
            )
    return written


def sbml_text(child: SbmlChild) -> str:
    """The model of one child as SBML, level 3 version 1, checked by libSBML.

    Refuses a child whose parameters or states are not all there, and a text that libSBML faults.
    """
    try:
        import libsbml
    except ModuleNotFoundError as missing:
        raise SbmlError(
            "Writing SBML needs the package 'python-libsbml', which is not installed. "
            "Install it with: pip install 'cartulary[twin]'."
        ) from missing
    _refuse_gaps(child)
    document = libsbml.SBMLDocument(3, 1)
    model = document.createModel()
    model.setId("cartulary_twin")
    model.setName(child.name)
    model.setNotes(f'<p xmlns="http://www.w3.org/1999/xhtml">{_NOTES}</p>')
    _days_as_time(model, libsbml)
    writer = _Writer(model, libsbml)

    _write_cells(writer, child)
    if child.signs is not None:
        _write_signs(writer, child, child.signs)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, False)
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_MODELING_PRACTICE, False)
    if document.checkConsistency():
        faults = "; ".join(
            document.getError(k).getMessage().strip() for k in range(document.getNumErrors())
        )
        raise SbmlError(f"libSBML faults the model that was written: {faults}.")
    text: str = libsbml.writeSBMLToString(document)
    return text


def _write_cells(writer: _Writer, child: SbmlChild) -> None:
    for name in CELL_STATES:
        writer.changing(name, child.start[name])
        writer.fixed(f"{name}_at_infusion", child.start[name])
    for name in CELL_PARAMETERS:
        writer.fixed(name, child.cells[name])
    writer.fixed("infusion_day", child.infusion_day)
    writer.changing("infused", 0.0)
    writer.rule("day", "infused * (time - infusion_day)")
    for name, formula in zip(CELL_CONSTANTS, written(cell_constants, {}).given, strict=True):
        writer.rule(name, formula)
    changes = written(cell_changes, {})
    for name, formula in changes.lines:
        writer.rule(name, formula)
    for name, formula in zip(CELL_STATES, changes.given, strict=True):
        writer.rate(name, f"infused * ({formula})")
    infusing = {name: f"{name}_at_infusion" for name in CELL_STATES}
    writer.event("infusion", "time >= infusion_day", {"infused": "1", **infusing})


def _write_signs(writer: _Writer, child: SbmlChild, parameters: Mapping[str, float]) -> None:
    for name in SIGN_STATES:
        writer.changing(name, 0.0 if name in ("cytokine", "neuro") else 1.0)
    for name in SIGN_PARAMETERS:
        writer.fixed(name, parameters[name])
    writer.fixed("lymphodepletion_day", child.lymphodepletion_day)
    writer.changing("drugs_given", 0.0)
    writer.rule("days_since_drugs", "drugs_given * (time - lymphodepletion_day)")
    released = written(cytokine_release, {}, "release_")
    for name, formula in released.lines:
        writer.rule(name, formula)
    writer.rule("release", f"infused * ({released.given[0]})")
    changes = written(sign_changes, {"drug_effect": "(drugs_given * drug_effect)"}, "signs_")
    for name, formula in changes.lines:
        writer.rule(name, formula)
    for name, formula in zip(SIGN_STATES, changes.given, strict=True):
        writer.rate(name, formula)
    writer.event("lymphodepletion", "time >= lymphodepletion_day", {"drugs_given": "1"})


def _refuse_gaps(child: SbmlChild) -> None:
    for kind, asked, given in (
        ("states at the infusion", CELL_STATES, child.start),
        ("parameters of the cells", CELL_PARAMETERS, child.cells),
        ("parameters of the signs", SIGN_PARAMETERS, child.signs),
    ):
        if given is None:
            continue
        lacking = [name for name in asked if name not in given or given[name] != given[name]]
        if lacking:
            raise SbmlError(
                f"Of the {kind}, {', '.join(lacking)} have no number; a model cannot be run "
                "without them. Take a child that was infused."
            )
    if child.signs is not None and child.lymphodepletion_day > child.infusion_day:
        raise SbmlError(
            f"Lymphodepletion on day {child.lymphodepletion_day:g} comes after the infusion on day "
            f"{child.infusion_day:g}; it makes room for it. Put it before or on the same day."
        )


def _days_as_time(model: Any, libsbml: Any) -> None:
    unit = model.createUnitDefinition()
    unit.setId("day")
    second = unit.createUnit()
    second.setKind(libsbml.UNIT_KIND_SECOND)
    second.setExponent(1)
    second.setScale(0)
    second.setMultiplier(86400)
    model.setTimeUnits("day")


class _Writer:
    """The parts of an SBML model, each by its name and formula."""

    def __init__(self, model: Any, libsbml: Any) -> None:
        self.model = model
        self.libsbml = libsbml

    def _parameter(self, name: str, constant: bool) -> Any:
        parameter = self.model.createParameter()
        parameter.setId(name)
        parameter.setConstant(constant)
        parameter.setName(name.replace("_", " "))
        return parameter

    def changing(self, name: str, value: float) -> None:
        self._parameter(name, constant=False).setValue(float(value))

    def fixed(self, name: str, value: float) -> None:
        self._parameter(name, constant=True).setValue(float(value))

    def rule(self, name: str, formula: str) -> None:
        self._parameter(name, constant=False)
        rule = self.model.createAssignmentRule()
        rule.setVariable(name)
        rule.setMath(self._math(formula))

    def rate(self, name: str, formula: str) -> None:
        rule = self.model.createRateRule()
        rule.setVariable(name)
        rule.setMath(self._math(formula))

    def event(self, name: str, when: str, then: Mapping[str, str]) -> None:
        event = self.model.createEvent()
        event.setId(name)
        event.setUseValuesFromTriggerTime(True)
        trigger = event.createTrigger()
        trigger.setInitialValue(False)
        trigger.setPersistent(True)
        trigger.setMath(self._math(when))
        for variable, formula in then.items():
            assignment = event.createEventAssignment()
            assignment.setVariable(variable)
            assignment.setMath(self._math(formula))

    def _math(self, formula: str) -> Any:
        math = self.libsbml.parseL3Formula(formula)
        if math is None:
            raise SbmlError(
                f"libSBML cannot read the formula {formula!r}: "
                f"{self.libsbml.getLastParseL3Error().strip()}."
            )
        return math
