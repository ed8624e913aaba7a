# SPDX-License-Identifier: Apache-2.0
"""A population of virtual children: who they are on the day of the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy.special import ndtr

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.codebook.words import Words
from cartulary.course.events.disease import Genetics, Reason
from cartulary.twin.equations import CELL_PARAMETERS, SIGN_PARAMETERS
from cartulary.twin.policy import Policy
from cartulary.twin.population_children import (
    CLONE_PARAMETERS,
    GENETICS,
    REASONS,
    Children,
    Floats,
    Wholes,
    YesNo,
)
from cartulary.twin.population_deviates import Deviates, values_of
from cartulary.twin.quantiles import Quantiles
from cartulary.twin.streams import uniform

__all__ = ["Children", "Population", "Quantiles", "draw_children"]

Code = TypeVar("Code", Reason, Genetics)

#: Ages in years at which the parameters hold a weight.
WEIGHED_YEARS = (0, 1, 5, 10, 15, 20, 26)
#: A relapse so soon after a transplant is an early one.
EARLY_RELAPSE_MONTHS = 6.0
MONTHS_PER_YEAR = 12.0


@dataclass(frozen=True, slots=True)
class Population:
    """One population file, whole. Shares are of all children unless said otherwise."""

    population_id: str
    edition: str
    name: Words
    summary: Words
    age_years: Quantiles
    marrow_share: Quantiles  # of leukaemia in the marrow at the decision
    prior_lines: Quantiles
    months_since_transplant: Quantiles
    reasons: Mapping[Reason, float]
    genetics: Mapping[Genetics, float]
    female: float
    cns: float
    extramedullary: float
    prior_transplant: float  # of those whose reason is no relapse after transplant
    prior_blinatumomab: float
    prior_inotuzumab: float
    file: str


def draw_children(
    population: Population,
    parameters: ParameterSet,
    policy: Policy,
    seed: int,
    numbers: Wholes,
) -> Children:
    """Children of a population, each from the streams of its own number.

    A child is the same in every policy but for what the product does: whether it kills by CD22.

    Arguments: the population, the model's parameters, the policy, the seed of the run, and the
    children's numbers.
    Returns: the children in the order of the numbers.
    """
    numbers = np.asarray(numbers, dtype=np.int64)
    deviates = Deviates(parameters, seed, numbers)
    drawn = _Drawn(population, parameters, seed, numbers, deviates)
    cells = _cell_parameters(drawn)
    product_row = CELL_PARAMETERS.index("cd22_killing")
    if not policy.making.kills_by_cd22:
        cells[product_row] = 0.0
    return drawn.children(cells, _sign_parameters(drawn))


class _Drawn:
    """What is drawn for children before the rows of the equations are filled."""

    def __init__(
        self,
        population: Population,
        parameters: ParameterSet,
        seed: int,
        numbers: Wholes,
        deviates: Deviates,
    ) -> None:
        self.population, self.parameters = population, parameters
        self.seed, self.numbers, self.deviates = seed, numbers, deviates
        self.age_years = population.age_years.at(ndtr(deviates.of("age")))
        medians = [parameters.value(f"weight_at_{year}_years") for year in WEIGHED_YEARS]
        typical = np.interp(self.age_years, WEIGHED_YEARS, np.log(medians))
        spread = parameters.value("weight_spread")
        self.weight_kg: Floats = np.exp(typical + spread * deviates.of("weight"))
        # One draw for both: nobody is slow and without expansion at once.
        slow, never = (
            parameters.value("slow_product_share"),
            parameters.value("non_expander_share"),
        )
        self.slow_product = self.yes("kind of product", slow)
        self.non_expander: YesNo = self.yes("kind of product", slow + never) & ~self.slow_product
        self.resistant = self.yes("resistant", parameters.value("resistant_share"))
        self.reason = self._reasons()
        self.genetics = self._of_shares("genetics", population.genetics, GENETICS)
        self._transplant()

    def yes(self, purpose: str, share: float | Floats) -> YesNo:
        """Yes for a share of the children."""
        chosen: YesNo = uniform(self.seed, self.numbers, purpose, 1)[:, 0] < share
        return chosen

    def of(self, name: str) -> Floats:
        """The values of one parameter."""
        return values_of(self.parameters[name], self.deviates, self.weight_kg)

    def _of_shares(
        self, purpose: str, shares: Mapping[Code, float], codes: Sequence[Code]
    ) -> Wholes:
        """Places in a list of codes, drawn by shares."""
        ends = np.cumsum([shares.get(code, 0.0) for code in codes])
        drawn = uniform(self.seed, self.numbers, purpose, 1)[:, 0] * ends[-1]
        found: Wholes = np.searchsorted(ends, drawn, side="right").astype(np.int64)
        return found

    def _reasons(self) -> Wholes:
        """Why CAR-T was asked for; a child too young for a transplant has another reason."""
        shares = self.population.reasons
        drawn = self._of_shares("reason", shares, REASONS)
        after = Reason.POST_TRANSPLANT_RELAPSE
        too_young = self._too_young & (drawn == REASONS.index(after))
        if not too_young.any():
            return drawn
        others = {reason: share for reason, share in shares.items() if reason is not after}
        # Where the population has no other reason, a child so young has a first relapse.
        others = others if sum(others.values()) > 0 else {Reason.FIRST_RELAPSE: 1.0}
        return np.where(too_young, self._of_shares("reason", others, REASONS), drawn)

    @property
    def _too_young(self) -> YesNo:
        """Who was born later than the latest transplant that the population knows."""
        earliest = self.population.months_since_transplant.values[0]
        young: YesNo = earliest >= MONTHS_PER_YEAR * self.age_years
        return young

    def _transplant(self) -> None:
        """Who was transplanted before, and how long ago."""
        relapsed_after = self.reason == REASONS.index(Reason.POST_TRANSPLANT_RELAPSE)
        other = self.yes("prior transplant", self.population.prior_transplant) & ~self._too_young
        self.prior_transplant: YesNo = relapsed_after | other
        drawn = uniform(self.seed, self.numbers, "months since transplant", 1)[:, 0]
        months = self.population.months_since_transplant.at(self._after_birth(drawn))
        self.months: Floats = np.where(self.prior_transplant, months, np.nan)
        self.early_relapse: YesNo = relapsed_after & (months < EARLY_RELAPSE_MONTHS)

    def _after_birth(self, drawn: Floats) -> Floats:
        """Probabilities drawn anew within what a child's age leaves: nobody transplanted unborn.

        The distribution is truncated, not the value clipped: `p' = p F(age)`, F the population's
        distribution function of the months. A child for whom all of it fits keeps its draw.
        """
        since = self.population.months_since_transplant
        fits = since.share_below(MONTHS_PER_YEAR * self.age_years)
        return np.where(fits < 1.0, drawn * fits, drawn)

    def children(self, cells: Floats, signs: Floats) -> Children:
        """The columns of the children."""
        drawn, population, parameters = self.deviates, self.population, self.parameters
        marrow_cells = self.of("marrow_cells")
        share = population.marrow_share.at(ndtr(drawn.of("burden")), odds=True)
        blinatumomab = self.yes("prior blinatumomab", population.prior_blinatumomab)
        refractory = self.yes(
            "blinatumomab refractory", parameters.value("refractory_to_blinatumomab")
        )
        selected = np.where(blinatumomab, np.log(parameters.value("blinatumomab_selection")), 0.0)
        lines = uniform(self.seed, self.numbers, "prior lines", 1)[:, 0]
        kmt2a = self.genetics == GENETICS.index(Genetics.KMT2A)
        lineages = np.where(
            kmt2a, self.of("lineage_switch_survivors_kmt2a"), self.of("lineage_switch_survivors")
        )
        birth = self.growth_rate + self.of("leukaemia_death_rate")
        with np.errstate(divide="ignore"):
            ln_antigen_free = np.log(lineages * birth / self.growth_rate)
        later = self.reason == REASONS.index(Reason.LATER_RELAPSE)
        none = np.isin(
            self.reason,
            [
                REASONS.index(reason)
                for reason in (Reason.REFRACTORY, Reason.HIGH_RISK_FIRST_LINE, Reason.INFANT)
            ],
        )
        return Children(
            numbers=self.numbers,
            age_years=self.age_years,
            weight_kg=self.weight_kg,
            female=self.yes("female", population.female),
            genetics=self.genetics,
            reason=self.reason,
            relapse_number=np.where(none, 0, np.where(later, 2, 1)).astype(np.int64),
            cns=self.yes("cns", population.cns),
            extramedullary=self.yes("extramedullary", population.extramedullary),
            prior_transplant=self.prior_transplant,
            months_since_transplant=self.months,
            prior_blinatumomab=blinatumomab,
            blinatumomab_refractory=blinatumomab & refractory,
            prior_inotuzumab=self.yes("prior inotuzumab", population.prior_inotuzumab),
            prior_lines=np.rint(population.prior_lines.at(lines)).astype(np.int64),
            refused=self.yes("refused", parameters.value("refused_share")),
            fitness=drawn.of("fitness"),
            marrow_cells=marrow_cells,
            ln_burden_at_decision=np.log(share * marrow_cells),
            ln_b_cells_at_decision=np.log(
                self.of("b_cells_at_decision") * self.of("b_cells_in_health")
            ),
            ln_t_cells_at_decision=np.log(
                self.of("t_cells_at_decision") * self.of("t_cell_capacity_cells")
            ),
            ln_quiescent_share=np.log(self.of("quiescent_share")),
            ln_cd19_negative_share=np.minimum(
                np.log(self.of("cd19_negative_share")) + selected, np.log(0.5)
            ),
            ln_cd22_negative_share=np.log(self.of("cd22_negative_share")),
            ln_antigen_free_cells=ln_antigen_free,
            growth_rate=self.growth_rate,
            resistant=self.resistant,
            slow_product=self.slow_product,
            non_expander=self.non_expander,
            cells=cells,
            signs=signs,
        )

    @property
    def growth_rate(self) -> Floats:
        """Growth of the leukaemia; faster where it came back soon after a transplant."""
        faster = self.parameters.value("early_relapse_growth")
        grown: Floats = self.of("leukaemia_growth_rate") * np.where(self.early_relapse, faster, 1.0)
        return grown


def _cell_parameters(drawn: _Drawn) -> Floats:
    """The rows of the equations of the cells."""
    slow = drawn.slow_product
    slower = np.where(slow, drawn.of("slow_product_division"), 1.0)
    slower = np.where(drawn.non_expander, drawn.of("non_expander_division"), slower)
    later = np.where(slow, drawn.of("slow_product_recovery"), 1.0)
    resisting = np.where(drawn.resistant, drawn.of("resistant_killing"), 1.0)
    loss = drawn.of("effector_loss_rate")
    half_kill = drawn.of("half_kill_cells")
    b_cell_days = drawn.of("b_cell_days")
    made: dict[str, Floats] = {
        "division_rate": drawn.of("division_rate") * slower,
        "recovery_days": drawn.of("recovery_days") * later,
        "effector_loss_rate": loss,
        "memory_rate": loss * drawn.of("memory_fraction"),
        "kill_rate": drawn.of("kill_rate") * resisting,
        "half_kill_cells": half_kill,
        "b_half_kill_cells": half_kill / drawn.of("b_cell_sensitivity"),
        "leukaemia_growth_rate": drawn.growth_rate,
        "b_cell_days": b_cell_days,
        "b_cell_influx": drawn.of("b_cells_in_health") / b_cell_days,
        **{name: np.full(len(drawn.numbers), np.nan) for name in CLONE_PARAMETERS},
    }
    return np.array([made[n] if n in made else drawn.of(n) for n in CELL_PARAMETERS])


def _sign_parameters(drawn: _Drawn) -> Floats:
    """The rows of the equations of the signs."""
    made = {
        "maturing_rate": 4.0 / drawn.of("neutrophil_transit_days"),
        "feedback": drawn.of("neutrophil_feedback"),
        "drug_effect": drawn.of("marrow_drug_effect"),
        "drug_loss_rate": drawn.of("marrow_drug_loss_rate"),
        "cytokine_effect": drawn.of("marrow_cytokine_effect"),
    }
    return np.array([made[n] if n in made else drawn.of(n) for n in SIGN_PARAMETERS])
