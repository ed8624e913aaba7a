# SPDX-License-Identifier: Apache-2.0
"""Blocks of children drawn by hand, without a model behind them: what narration is tested on."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from cartulary.codebook.words import Words
from cartulary.course.events.cells import Antigen, ProductKind, ProductStatus
from cartulary.course.events.disease import Response
from cartulary.course.events.ending import Cause
from cartulary.course.events.observation import Consciousness, OxygenSupport
from cartulary.course.events.treatment import BridgingKind
from cartulary.twin.afterwards_histories import (
    CAUSES,
    CD19,
    CLONES,
    INFECTIONS_KEPT,
    RESPONSES,
    Followed,
    Histories,
    Segment,
    SegmentKind,
)
from cartulary.twin.block import Block
from cartulary.twin.clock import grid_days
from cartulary.twin.engines.solution import Solution
from cartulary.twin.equations import CELL_PARAMETERS, CELL_STATES, SIGN_PARAMETERS
from cartulary.twin.pathway_columns import BRIDGING, PRODUCT_STATUS, WHY_NEVER, Pathway, WhyNever
from cartulary.twin.policy import (
    Bridging,
    BridgingRule,
    Eligibility,
    Lymphodepletion,
    Making,
    Platform,
    Policy,
    SecondInfusionRule,
    TransplantRule,
    When,
)
from cartulary.twin.population_children import REASONS, Children, Floats
from cartulary.twin.streams import normal, uniform
from cartulary.twin.toxicity_signs import (
    CONSCIOUSNESS,
    LAST_DAY_OF_NEUTROPHILS,
    LAST_DAY_OF_SIGNS,
    OXYGEN,
    Toxicity,
)

INFUSION_DAY = 42.0
HORIZON_DAYS = 1826.0


def made_policy() -> Policy:
    """A plain policy: central product, chemotherapy above 5%, no transplant."""
    return Policy(
        policy_id="made",
        edition="1",
        name=Words("made", "gemaakt"),
        summary=Words("made", "gemaakt"),
        source="drawn for a test",
        file="made.toml",
        eligibility=Eligibility(0.0, 26.0, 6.0, REASONS, True, 0.0),
        making=Making(ProductKind.TISAGENLECLEUCEL, (Antigen.CD19,), Platform.CENTRAL, 3e6, 1.5e8),
        bridging=Bridging((BridgingRule(0.05, BridgingKind.CHEMOTHERAPY),), 1.0, 0.0),
        lymphodepletion=Lymphodepletion(None, 6),
        transplant=TransplantRule(When.NONE, (), 0, (), 0, False, 0),
        second_infusion=SecondInfusionRule(When.NONE, (), 0, 0, True),
        visit_days=(28, 60, 90, 180, 270, 365, 545, 730, 1095, 1460, 1825),
    )


def made_block(
    n: int = 40, seed: int = 7, first: int = 0, *, second_infusion: bool = False
) -> Block:
    """n children: one in ten never infused, the others with a peak, CRS, relapse or none."""
    numbers = np.arange(first, first + n, dtype=np.int64)
    chance = uniform(seed, numbers, "made block", 12)
    kids = _children(numbers, chance)
    way = _pathway(numbers, chance)
    infused = np.flatnonzero(way.infused)
    segment = _segment(infused, chance[infused], way)
    histories = _histories(numbers, chance, way)
    segments: tuple[Segment, ...] = (segment,)
    if second_infusion:
        again = infused[::5]
        day = np.full(n, np.nan)
        day[again] = INFUSION_DAY + 150.0
        day[day >= np.fmin(histories.end_day, np.nan_to_num(histories.relapse_day, nan=1e9))] = (
            np.nan
        )
        again = np.flatnonzero(np.isfinite(day))
        later = _segment(again, chance[again], way)
        segments = (
            segment,
            replace(later, kind=SegmentKind.SECOND_INFUSION, start_day=day[again]),
        )
        histories = replace(histories, second_infusion_day=day)
    return Block(seed, HORIZON_DAYS, made_policy(), kids, way, Followed(segments, histories))


def _filled(cls: type, n: int, **known: object) -> object:
    """An instance with the named arrays; the others are NaN, -1 or False, as their type asks."""
    blanks = {"Floats": np.full(n, np.nan), "Wholes": np.full(n, -1), "YesNo": np.zeros(n, bool)}
    return cls(**{one.name: known.get(one.name, blanks[str(one.type)]) for one in fields(cls)})


def _children(numbers: np.ndarray, chance: Floats) -> Children:
    n = len(numbers)
    made = _filled(
        Children,
        n,
        numbers=numbers,
        age_years=1.0 + 18.0 * chance[:, 0],
        weight_kg=10.0 + 50.0 * chance[:, 0],
        female=chance[:, 1] < 0.5,
        genetics=np.zeros(n, np.int64),
        reason=np.ones(n, np.int64),
        relapse_number=np.ones(n, np.int64),
        prior_lines=np.full(n, 2),
        prior_transplant=chance[:, 2] < 0.4,
        months_since_transplant=np.where(chance[:, 2] < 0.4, 6.0, np.nan),
        marrow_cells=np.full(n, 5e11),
        ln_burden_at_decision=np.log(5e11 * chance[:, 3] ** 3),
        cells=np.zeros((len(CELL_PARAMETERS), n)),
        signs=np.zeros((len(SIGN_PARAMETERS), n)),
    )
    assert isinstance(made, Children)
    return made


def _pathway(numbers: np.ndarray, chance: Floats) -> Pathway:
    n = len(numbers)
    never = chance[:, 4] < 0.1
    made = _filled(
        Pathway,
        n,
        decided_day=np.zeros(n),
        why_never=np.where(never, WHY_NEVER.index(WhyNever.PRODUCT_FAILED), 0),
        ended_day=np.where(never, 40.0, np.nan),
        apheresis_day=np.full(n, 7.0),
        first_apheresis_day=np.full(n, 7.0),
        aphereses=np.ones(n, np.int64),
        cd3_yield_e9=np.full(n, 3.0),
        ordered_day=np.full(n, 8.0),
        product_day=np.full(n, 35.0),
        manufacture_days=np.full(n, 28.0),
        product_status=np.where(
            never,
            PRODUCT_STATUS.index(ProductStatus.FAILED),
            PRODUCT_STATUS.index(ProductStatus.RELEASED),
        ),
        viability_percent=np.full(n, 88.0),
        transduction_percent=np.full(n, 20.0),
        bridging=np.full(n, BRIDGING.index(BridgingKind.CHEMOTHERAPY)),
        bridging_start_day=np.full(n, 9.0),
        bridging_stop_day=np.full(n, 20.0),
        lymphodepletion_day=np.where(never, np.nan, INFUSION_DAY - 6),
        flu_auc=np.where(never, np.nan, 15.0),
        infusion_day=np.where(never, np.nan, INFUSION_DAY),
        weight_kg=10.0 + 50.0 * chance[:, 0],
        dose_cells_per_kg=np.where(never, np.nan, 3e6),
        dose_cells=np.where(never, np.nan, 3e6 * (10.0 + 50.0 * chance[:, 0])),
        ln_burden_at_apheresis=np.log(5e11 * chance[:, 3] ** 3),
        ln_burden_before_lymphodepletion=np.log(5e11 * chance[:, 3] ** 4),
        ln_burden_at_infusion=np.log(5e11 * chance[:, 3] ** 4),
        start=np.zeros((len(CELL_STATES), n)),
        cells=np.zeros((len(CELL_PARAMETERS), n)),
        signs=np.zeros((len(SIGN_PARAMETERS), n)),
    )
    assert isinstance(made, Pathway)
    return made


def _relapse_day(chance: Floats) -> Floats:
    """Four in ten relapse, between day 70 and 800 after the infusion."""
    return np.where(chance[:, 5] < 0.4, INFUSION_DAY + np.floor(70 + 730 * chance[:, 6]), np.nan)


def _segment(places: np.ndarray, chance: Floats, way: Pathway) -> Segment:
    m, grid = len(places), grid_days(HORIZON_DAYS - INFUSION_DAY)
    values = np.zeros((m, len(grid), len(CELL_STATES)))
    up = np.minimum(grid, 10.0) * 0.7
    down = np.maximum(grid - 10.0, 0.0) * 0.02
    values[:, :, CELL_STATES.index("ln_effector")] = 14.0 + up - down
    values[:, :, CELL_STATES.index("ln_memory")] = 10.0 + 0.2 * up - 0.1 * down
    values[:, :, CELL_STATES.index("ln_b_cells")] = 12.0 + 0.004 * grid
    relapse = _relapse_day(chance) - INFUSION_DAY
    ln_leukaemia = np.full((m, len(grid), len(CLONES)), -np.inf)
    grows = np.isfinite(relapse)
    ln_leukaemia[:, :, 0] = np.where(
        grows[:, None], np.log(3e10) + 0.08 * (grid[None, :] - relapse[:, None]), -np.inf
    )
    ln_leukaemia[:, 0, 0] = way.ln_burden_at_infusion[places]
    return Segment(
        kind=SegmentKind.INFUSION,
        places=places.astype(np.int64),
        start_day=np.full(m, INFUSION_DAY),
        cells=np.zeros((len(CELL_PARAMETERS), m)),
        signs=np.zeros((len(SIGN_PARAMETERS), m)),
        marrow_cells=np.full(m, 5e11),
        solution=Solution(grid, values, ("",) * m, np.full(m, 300)),
        ln_leukaemia=ln_leukaemia,
        surviving_lineages=np.zeros((m, len(CLONES))),
        extinct_probability=np.ones((m, len(CLONES))),
        toxicity=_toxicity(chance),
    )


def _toxicity(chance: Floats) -> Toxicity:
    """Fever from day 4 to 8 in six of ten; of these half need oxygen, and some a vasopressor."""
    days = np.arange(LAST_DAY_OF_SIGNS + 1)
    ill = (chance[:, 7, None] < 0.6) & (days >= 4) & (days <= 8)
    worse = ill & (chance[:, 8, None] < 0.5) & (days >= 5)
    worst = worse & (chance[:, 8, None] < 0.2) & (days == 6)
    brain = worst | (worse & (chance[:, 9, None] < 0.3))
    old = (1.0 + 18.0 * chance[:, 0] >= 12.0)[:, None]
    return Toxicity(
        temperature_c=np.where(ill, 39.0, 37.0),
        fever_other_cause=np.zeros(ill.shape, bool),
        hypotension=worse,
        vasopressors=worst.astype(np.int64),
        oxygen_support=np.where(worse, OXYGEN.index(OxygenSupport.LOW_FLOW), 0),
        oxygen_l_per_min=np.where(worse, 2.0, np.nan),
        tocilizumab=worst,
        dexamethasone=brain,
        ice_score=np.where(old, np.where(brain, 8, 10), -1),
        capd_score=np.where(old, -1, np.where(brain, 5, 0)),
        consciousness=np.where(brain, CONSCIOUSNESS.index(Consciousness.SPONTANEOUS), 0),
        crs_grade=ill.astype(np.int64) + worse + worst,
        icans_grade=brain.astype(np.int64),
        neutrophils_e9_per_l=np.clip(
            np.abs(np.arange(LAST_DAY_OF_NEUTROPHILS + 1.0)[None, :] - 10.0) * 0.05
            + 0.3 * chance[:, 10, None],
            0.01,
            None,
        ),
    )


def _histories(numbers: np.ndarray, chance: Floats, way: Pathway) -> Histories:
    n = len(numbers)
    infused = way.infused
    relapse = np.where(infused, _relapse_day(chance), np.nan)
    death = np.where(np.isfinite(relapse) & (chance[:, 11] < 0.5), relapse + 200.0, np.nan)
    death = np.where(death < HORIZON_DAYS, death, np.nan)
    response = RESPONSES.index(Response.CR)
    noise = np.abs(normal(1, numbers, "made infections", 1))
    infection = np.full((n, INFECTIONS_KEPT), np.nan)
    infection[:, 0] = np.where(infused & (noise[:, 0] > 1.0), INFUSION_DAY + 60.0, np.nan)
    infection = np.where(infection < np.nan_to_num(death, nan=1e9)[:, None], infection, np.nan)
    made = _filled(
        Histories,
        n,
        numbers=numbers,
        end_day=np.where(np.isfinite(death), death, HORIZON_DAYS),
        death_day=death,
        cause=np.where(np.isfinite(death), CAUSES.index(Cause.LEUKAEMIA), -1),
        infusion_day=way.infusion_day,
        peak_day=np.where(infused, 10.0, np.nan),
        ln_peak_cells=np.where(infused, 21.0, np.nan),
        response=np.where(infused[:, None], np.full((n, 3), response), -1),
        residual_share=np.zeros((n, 3)),
        remission_day=np.where(infused, INFUSION_DAY + 28.0, np.nan),
        aplasia_lost_day=np.where(infused, INFUSION_DAY + 300.0, np.nan),
        relapse_day=relapse,
        relapse_clone=np.where(np.isfinite(relapse), 0, -1),
        relapse_cd19=np.where(np.isfinite(relapse), CD19.index(CLONES[0].cd19), -1),
        aplasia_at_relapse=relapse < INFUSION_DAY + 300.0,
        infection_day=infection,
        infection_organism=np.where(np.isfinite(infection), 0, -1),
        infection_severe=np.isfinite(infection),
    )
    assert isinstance(made, Histories)
    return made
