# SPDX-License-Identifier: Apache-2.0
"""Children's cells drawn widely around the model's starting parameters, for tests of the engines.

Wider than any population on purpose: slow products, resistant leukaemia, tiny and large burdens,
products against one antigen and two, growth that nothing stops.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cartulary.twin.equations import CELL_PARAMETERS, CELL_STATES, SIGN_PARAMETERS

Floats = NDArray[np.float64]


def drawn_cells(children: int, seed: int = 1) -> tuple[Floats, Floats]:
    """start `[len(CELL_STATES), n]` and cells `[len(CELL_PARAMETERS), n]`."""
    random = np.random.default_rng(seed)

    def spread(log_sd: float) -> Floats:
        return np.exp(log_sd * random.standard_normal(children))

    def even(low: float, high: float) -> Floats:
        return random.uniform(low, high, children)

    kg = np.clip(35 * spread(0.5), 8, 100)
    size = kg / 35
    slow = random.random(children) < 0.06
    resistant = random.random(children) < 0.065
    dual = random.random(children) < 0.3
    marrow = 1.4e10 * kg
    burden = 10 ** even(-7, 0)
    leukaemia = burden * marrow * 10 ** (-0.5 * spread(0.4))
    loss = 0.207 * spread(0.17)
    half_kill = 4e7 * size * spread(0.68)
    negative = burden * marrow * 10 ** (-13.7 + 3.64 * random.standard_normal(children))
    quiescent = 10 ** (-8.8 + 1.73 * random.standard_normal(children)) * marrow
    every = np.ones(children)
    own = {
        "division_rate": 1.86 * spread(0.086) * np.where(slow, 0.5, 1.0),
        "recovery_days": 0.86 * spread(0.41) * np.where(slow, 2.3, 1.0),
        "antigen_free_share": 0.36 * every,
        "space_cells": 2.2e10 * size,
        "half_antigen_cells": 2.4e8 * size,
        "b_cell_antigen": 1.27 * every,
        "destiny": 6.6 * spread(0.035),
        "senescence_rate": 0.0119 * spread(0.5),
        "effector_loss_rate": loss,
        "memory_rate": loss * 0.0108 * spread(0.95),
        "memory_loss_rate": 0.0038 * spread(0.6),
        "memory_killing": every,
        "rejection_rate": 0.001 * spread(1.0),
        "kill_rate": 1.04 * spread(0.038) * np.where(resistant, 0.28, 1.0),
        "half_kill_cells": half_kill,
        "target_burden": 0.041 * every,
        "b_kill_rate": 1.8 * every,
        "b_half_kill_cells": half_kill / 8.1,
        "leukaemia_growth_rate": 0.088 * spread(0.22),
        "leukaemia_death_rate": 0.25 * every,
        "leukaemia_capacity_cells": 2e10 * kg,
        "waking_rate": 0.011 * every,
        "quiescent_killing": 0.016 * every,
        "ln_quiescent_at_infusion": np.log(quiescent),
        "cd22_killing": np.where(dual, 0.6, 0.0),
        "ln_cd19_negative_at_infusion": np.log(negative + 1e-30),
        "ln_cd22_negative_at_infusion": np.log(1e-3 * negative + 1e-30),
        "ln_antigen_free_at_infusion": np.log(1e-5 * negative + 1e-30),
        "b_cell_influx": 1.25e10 * size / 60,
        "b_cell_days": 60 * every,
        "t_cell_regrowth_rate": 0.17 * every,
        "t_cell_capacity_cells": 1.25e11 * size,
    }
    infused = 3e6 * kg * 0.05 * spread(0.5)
    at_infusion = {
        "ln_effector": np.log(infused),
        "ln_memory": np.log(infused * 1e-3),
        "age": 0 * every,
        "ln_leukaemia": np.log(leukaemia),
        "growth": 0 * every,
        "killing": 0 * every,
        "ln_b_cells": np.log(10**8.4 * size * 10 ** (0.5 * random.standard_normal(children))),
        "ln_t_cells": np.log(1.5e9 * size * spread(0.4)),
        "ln_survivors": np.log(leukaemia) - 1e-6,
    }
    start = np.array([at_infusion[name] for name in CELL_STATES])
    return start, np.array([own[name] for name in CELL_PARAMETERS])


def drawn_signs(children: int, seed: int = 2) -> Floats:
    """The parameters of the signs, `[len(SIGN_PARAMETERS), n]`."""
    random = np.random.default_rng(seed)
    every = np.ones(children)
    own = {
        "cytokine_loss_rate": 0.94 * every,
        "neuro_rate": 0.3 * every,
        "maturing_rate": 4 / 4.6 * np.exp(0.15 * random.standard_normal(children)),
        "feedback": 0.161 * every,
        "drug_effect": 20 * np.exp(0.3 * random.standard_normal(children)),
        "drug_loss_rate": 0.4 * every,
        "cytokine_effect": 0.3 * every,
        "spent_share": 0.005 * every,
    }
    return np.array([own[name] for name in SIGN_PARAMETERS])
