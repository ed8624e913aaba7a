# SPDX-License-Identifier: Apache-2.0
"""The leukaemia between decision and infusion: growth, bridging, lymphodepletion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.course.events.treatment import BridgingKind
from cartulary.twin.equations import CELL_PARAMETERS
from cartulary.twin.pathway_columns import BRIDGING
from cartulary.twin.pathway_draws import LN_10, Draws
from cartulary.twin.pathway_growth import Phase, ln_total
from cartulary.twin.policy import Policy
from cartulary.twin.population_children import Floats, Wholes, YesNo

_NONE = BRIDGING.index(BridgingKind.NONE)
#: Kinds of bridging of which the parameters say what they kill.
_GIVEN = (
    BridgingKind.CHEMOTHERAPY,
    BridgingKind.INOTUZUMAB,
    BridgingKind.BLINATUMOMAB,
    BridgingKind.STEROID,
)
#: Bridging starts on the day after the cells are collected, and ends so long before the next step.
_DAYS_AFTER_COLLECTING = 1.0
_DAYS_WITHOUT_BEFORE_LYMPHODEPLETION = 3.0


@dataclass
class Waited:
    """How the wait went: days, clones and what was given."""

    kind: Wholes  # place in BRIDGING
    start_day: Floats
    stop_day: Floats
    again: YesNo
    lymphodepletion_day: Floats
    infusion_day: Floats
    flu_auc: Floats
    ln_at_apheresis: Floats
    ln_before_lymphodepletion: Floats
    clones: Floats  # dividing clones at the infusion: CD19-positive, CD19-negative, CD22-negative
    ln_quiescent: Floats
    ln_b_cells: Floats
    ln_t_cells: Floats
    phases: list[Phase]


class Waiting:
    """The wait of n children, phase by phase."""

    def __init__(self, draws: Draws, policy: Policy) -> None:
        self.draws, self.policy = draws, policy
        children = draws.children
        self.children = children
        self.rate = children.growth_rate
        self.capacity = children.cells[CELL_PARAMETERS.index("leukaemia_capacity_cells")]
        burden = children.ln_burden_at_decision
        self.clones = np.array(
            [
                burden,
                burden + children.ln_cd19_negative_share,
                burden + children.ln_cd22_negative_share,
            ]
        )
        self.ln_quiescent = burden + children.ln_quiescent_share
        self.ln_b_cells = children.ln_b_cells_at_decision.copy()
        self.ln_t_cells = children.ln_t_cells_at_decision.copy()
        self.day = np.zeros(len(children))
        self.phases: list[Phase] = []

    def wait(self, collected_day: Floats, product_day: Floats) -> Waited:
        """From day 0 to the infusion of the product that is there on `product_day`."""
        draws = self.draws
        course_days = np.rint(draws.of("bridging_days"))
        self._pass(collected_day - self.day, _no_kill(self.children.numbers))
        at_apheresis = ln_total(self.clones)
        kind = self._kind()
        planned = product_day + np.rint(np.maximum(draws.of("days_to_lymphodepletion"), 1.0))
        start = self.day + _DAYS_AFTER_COLLECTING
        given = kind != _NONE
        room = np.maximum(planned - _DAYS_WITHOUT_BEFORE_LYMPHODEPLETION - start, 1.0)
        days = np.where(given, np.minimum(course_days, room), 0.0)
        self._pass(start - self.day, _no_kill(self.children.numbers))
        self._bridge(kind, days, course_days, 1)
        self._pass(planned - self.day, _no_kill(self.children.numbers))
        again, second_days = self._again(course_days)
        self._bridge(np.where(again, self._kind(), _NONE), second_days, course_days, 2)
        rest = np.where(again, _DAYS_WITHOUT_BEFORE_LYMPHODEPLETION, 0.0)
        self._pass(rest, _no_kill(self.children.numbers))
        lymphodepletion_day = self.day.copy()
        before = ln_total(self.clones)
        auc = self._lymphodeplete()
        return Waited(
            kind=kind,
            start_day=np.where(given, start, np.nan),
            stop_day=np.where(given, start + days, np.nan),
            again=again,
            lymphodepletion_day=lymphodepletion_day,
            infusion_day=self.day.copy(),
            flu_auc=auc,
            ln_at_apheresis=at_apheresis,
            ln_before_lymphodepletion=before,
            clones=self.clones,
            ln_quiescent=self.ln_quiescent,
            ln_b_cells=self.ln_b_cells,
            ln_t_cells=self.ln_t_cells,
            phases=self.phases,
        )

    def _pass(self, days: Floats, kill_rates: Floats) -> None:
        """So many days with each clone killed at these rates."""
        phase = Phase(self.clones, self.rate, self.capacity, kill_rates, np.maximum(days, 0.0))
        self.phases.append(phase)
        self.clones = phase.end
        self.day = self.day + phase.days

    def _marrow_share(self) -> Floats:
        share: Floats = np.minimum(np.exp(ln_total(self.clones)) / self.children.marrow_cells, 1.0)
        return share

    def _kind(self) -> Wholes:
        """The bridging that the policy gives at the burden of today."""
        share = self._marrow_share()
        kind = np.full(len(share), _NONE, dtype=np.int64)
        for rule in reversed(self.policy.bridging.rules):
            kind = np.where(share >= rule.burden_from, BRIDGING.index(rule.kind), kind)
        return kind

    def _again(self, course_days: Floats) -> tuple[YesNo, Floats]:
        """Who is bridged a second time to come below the burden at which the policy infuses."""
        bridging = self.policy.bridging
        again = self._marrow_share() >= bridging.infuse_below
        again &= (self._kind() != _NONE) & (bridging.longest_delay_days > 0)
        allowed = np.floor(bridging.longest_delay_days) - _DAYS_WITHOUT_BEFORE_LYMPHODEPLETION
        days = np.minimum(course_days, max(allowed, 1.0))
        return again, np.where(again, days, 0.0)

    def _bridge(self, kind: Wholes, days: Floats, course_days: Floats, time: int) -> None:
        """Bridging for so many days; a course that is cut short kills in proportion."""
        draws, children = self.draws, self.children
        log_kills = np.zeros_like(self.clones)
        part = np.where(course_days > 0, days / np.maximum(course_days, 1.0), 0.0)
        resistance = draws.typical("quiescent_resistance")
        for one in _GIVEN:
            here = kind == BRIDGING.index(one)
            if not here.any():
                continue
            kill = draws.again(f"{one.value}_kill", time) * LN_10 * part
            if one is BridgingKind.BLINATUMOMAB:
                failed = children.blinatumomab_refractory
                kill = kill * np.where(failed, draws.typical("blinatumomab_again"), 1.0)
            without_cd19 = 0.0 if one is BridgingKind.BLINATUMOMAB else 1.0
            without_cd22 = 1.0
            if one is BridgingKind.INOTUZUMAB:
                without_cd22 = draws.typical("cd22_sparing")
            log_kills += np.where(
                here, np.array([kill, kill * without_cd19, kill * without_cd22]), 0
            )
            self.ln_quiescent -= np.where(here, kill * resistance, 0.0)
            b_kill = draws.typical(f"{one.value}_b_kill") * LN_10 * part
            t_kill = draws.typical(f"{one.value}_t_kill") * LN_10 * part
            self.ln_b_cells -= np.where(here, b_kill, 0.0)
            self.ln_t_cells -= np.where(here, t_kill, 0.0)
        self._pass(days, log_kills / np.maximum(days, 1.0))

    def _lymphodeplete(self) -> Floats:
        """Lymphodepletion up to the infusion; returns the exposure to fludarabine."""
        draws = self.draws
        days = np.full(len(self.day), float(self.policy.lymphodepletion.days_before_infusion))
        usual = draws.parameters["usual_flu_auc"]
        target = self.policy.lymphodepletion.fludarabine_auc_target
        if target is None:
            auc = draws.of("usual_flu_auc")
        else:
            # The same deviate as without a target, so that arms differ by the aim alone.
            spread = draws.typical("targeted_flu_auc_spread")
            auc = target * np.exp(spread * draws.deviates.of("usual_flu_auc"))
        kill = draws.of("lymphodepletion_kill") * LN_10
        self.ln_quiescent -= kill * draws.typical("quiescent_resistance")
        self.ln_b_cells -= draws.typical("lymphodepletion_b_kill") * LN_10
        more = draws.typical("lymphodepletion_t_kill_by_exposure") * np.log10(auc / usual.value)
        t_kill = np.maximum(draws.of("lymphodepletion_t_kill") + more, 0.0)
        self.ln_t_cells -= t_kill * LN_10
        self._pass(days, np.broadcast_to(kill / days, self.clones.shape))
        return auc


def _no_kill(numbers: Wholes) -> Floats:
    """No killing of any of the three dividing clones."""
    return np.zeros((3, len(numbers)))
