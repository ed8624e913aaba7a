# SPDX-License-Identifier: Apache-2.0
"""The linear equations of an implicit step, solved without ever writing the matrix out.

A step solves `sigma * v - J v = b`, J being the slopes of the cells' changes (`slopes.py`). The
cells act on one another through three sums only: killers, antigen and the marrow's total. So each
cell's part of v is put as a constant plus multiples of the effector's part, of the antigen's and of
the total's, and what is left is three equations: some fifty multiplications in place of the 81 of
a factorised matrix, and no table to keep.
"""

# mypy: disallow-untyped-defs=False

from __future__ import annotations

# What `eliminated` gives and `solved` takes: `x_e`, `x_a` and `x_t` are the multiples of the
# effector's, the antigen's and the total's part in x, `x_per` the reciprocal of its pivot.
FACTORS = (
    "t_per",
    "t_e",
    "memory_per",
    "memory_e",
    "killing_e",
    "killing_a",
    "growth_t",
    "leukaemia_per",
    "leukaemia_k",
    "leukaemia_t",
    "survivors_per",
    "survivors_l",
    "survivors_k",
    "b_per",
    "b_c",
    "total_e",
    "total_a",
    "total_per",
    "shared",
    "antigen_per",
    "antigen_by_e",
    "aged_share",
    "division_a",
    "division_t_net",
    "effector_per",
)


def eliminated(
    sigma,
    per_sigma,
    dividing_by_effector,
    dividing_by_t_cells,
    dividing_by_age,
    dividing_by_antigen,
    rejection,
    renewal,
    kill_by_killers,
    kill_by_antigen,
    woken,
    reseeding,
    survival,
    loss,
    influx,
    b_kill_by_killers,
    effector,
    memory_killers,
    regrowth_by_effector,
    regrowth_by_t_cells,
    present,
    present_by_survivors,
    antigen_by_growth,
    antigen_by_killing,
    antigen_by_b_cells,
    total_by_growth,
    total_by_killing,
    quiescent_killing,
    growth_lost_per_cell,
    per_destiny,
):
    """The factors of `sigma - J`, in the order of FACTORS; `per_sigma` is 1 / sigma."""
    t_per = 1.0 / (sigma + regrowth_by_t_cells)
    t_e = -t_per * regrowth_by_effector
    memory_per = 1.0 / (sigma + renewal)
    memory_e = memory_per * (renewal - rejection * t_e)
    killers_e = effector + memory_killers * memory_e
    killing_e = per_sigma * kill_by_killers * killers_e
    killing_a = per_sigma * kill_by_antigen
    growth_t = -per_sigma * growth_lost_per_cell
    leukaemia_per = 1.0 / (sigma + woken)
    leukaemia_k = -leukaemia_per * (sigma + quiescent_killing * woken)
    leukaemia_e = leukaemia_k * killing_e
    leukaemia_a = leukaemia_k * killing_a
    leukaemia_t = -leukaemia_per * growth_lost_per_cell
    survivors_per = 1.0 / (sigma + reseeding + loss)
    survivors_l = survivors_per * loss
    survivors_k = -survivors_per * (quiescent_killing * reseeding + survival * sigma)
    survivors_e = survivors_l * leukaemia_e + survivors_k * killing_e
    survivors_a = survivors_l * leukaemia_a + survivors_k * killing_a
    survivors_t = survivors_l * leukaemia_t
    b_per = 1.0 / (sigma + influx)
    b_c = -b_per * b_kill_by_killers
    b_e = b_c * killers_e
    present_e = present * leukaemia_e + present_by_survivors * survivors_e
    present_a = present * leukaemia_a + present_by_survivors * survivors_a
    present_t = present * leukaemia_t + present_by_survivors * survivors_t
    antigen_e = present_e + antigen_by_killing * killing_e + antigen_by_b_cells * b_e
    antigen_a = present_a + antigen_by_killing * killing_a
    antigen_t = present_t + antigen_by_growth * growth_t
    total_e = present_e + total_by_killing * killing_e
    total_a = present_a + total_by_killing * killing_a
    total_per = 1.0 / (1.0 - present_t - total_by_growth * growth_t)
    # The total, then the antigen, then the effector, each out of those that are left.
    shared = antigen_t * total_per
    antigen_per = 1.0 / (1.0 - antigen_a - shared * total_a)
    antigen_by_e = antigen_per * (antigen_e + shared * total_e)
    aged = per_sigma * dividing_by_age
    dividing_per = 1.0 / (1.0 - aged * per_destiny)
    division_a = dividing_per * dividing_by_antigen
    aged_share = dividing_per * aged
    division_t_net = dividing_per * dividing_by_t_cells - rejection
    effector_per = 1.0 / (
        sigma
        - dividing_per * dividing_by_effector
        - division_t_net * t_e
        - division_a * antigen_by_e
    )
    return (
        t_per,
        t_e,
        memory_per,
        memory_e,
        killing_e,
        killing_a,
        growth_t,
        leukaemia_per,
        leukaemia_k,
        leukaemia_t,
        survivors_per,
        survivors_l,
        survivors_k,
        b_per,
        b_c,
        total_e,
        total_a,
        total_per,
        shared,
        antigen_per,
        antigen_by_e,
        aged_share,
        division_a,
        division_t_net,
        effector_per,
    )


def solved(
    sigma,
    per_sigma,
    dividing_by_effector,
    dividing_by_t_cells,
    dividing_by_age,
    dividing_by_antigen,
    rejection,
    renewal,
    kill_by_killers,
    kill_by_antigen,
    woken,
    reseeding,
    survival,
    loss,
    influx,
    b_kill_by_killers,
    effector,
    memory_killers,
    regrowth_by_effector,
    regrowth_by_t_cells,
    present,
    present_by_survivors,
    antigen_by_growth,
    antigen_by_killing,
    antigen_by_b_cells,
    total_by_growth,
    total_by_killing,
    quiescent_killing,
    growth_lost_per_cell,
    per_destiny,
    t_per,
    t_e,
    memory_per,
    memory_e,
    killing_e,
    killing_a,
    growth_t,
    leukaemia_per,
    leukaemia_k,
    leukaemia_t,
    survivors_per,
    survivors_l,
    survivors_k,
    b_per,
    b_c,
    total_e,
    total_a,
    total_per,
    shared,
    antigen_per,
    antigen_by_e,
    aged_share,
    division_a,
    division_t_net,
    effector_per,
    of_effector,
    of_memory,
    of_age,
    of_leukaemia,
    of_growth,
    of_killing,
    of_b_cells,
    of_t_cells,
    of_survivors,
):
    """The v with `sigma * v - J v = of_...`, in the order of CELL_STATES."""
    t_0 = t_per * of_t_cells
    memory_0 = memory_per * (of_memory - rejection * t_0)
    killers_0 = memory_killers * memory_0
    killing_0 = per_sigma * (of_killing + kill_by_killers * killers_0)
    growth_0 = per_sigma * of_growth
    leukaemia_0 = leukaemia_per * (of_leukaemia + of_killing) + leukaemia_k * killing_0
    survivors_0 = survivors_per * (of_survivors + survival * of_killing)
    survivors_0 = survivors_0 + survivors_l * leukaemia_0 + survivors_k * killing_0
    b_0 = b_per * of_b_cells + b_c * killers_0
    present_0 = present * leukaemia_0 + present_by_survivors * survivors_0
    antigen_0 = (
        present_0
        + antigen_by_growth * growth_0
        + antigen_by_killing * killing_0
        + antigen_by_b_cells * b_0
    )
    total_0 = present_0 + total_by_growth * growth_0 + total_by_killing * killing_0
    antigen_0 = antigen_per * (antigen_0 + shared * total_0)
    of_division = of_effector + division_t_net * t_0 + aged_share * of_age
    on_effector = effector_per * (of_division + division_a * antigen_0)
    on_antigen = antigen_0 + antigen_by_e * on_effector
    on_total = total_per * (total_0 + total_e * on_effector + total_a * on_antigen)
    on_t_cells = t_0 + t_e * on_effector
    on_memory = memory_0 + memory_e * on_effector
    on_killing = killing_0 + killing_e * on_effector + killing_a * on_antigen
    on_growth = growth_0 + growth_t * on_total
    on_leukaemia = (
        leukaemia_per * (of_leukaemia + of_killing)
        + leukaemia_k * on_killing
        + leukaemia_t * on_total
    )
    on_survivors = (
        survivors_per * (of_survivors + survival * of_killing)
        + survivors_l * on_leukaemia
        + survivors_k * on_killing
    )
    on_b_cells = b_per * of_b_cells + b_c * (effector * on_effector + memory_killers * on_memory)
    on_dividing = sigma * on_effector - of_effector + rejection * on_t_cells
    on_age = per_sigma * (of_age + per_destiny * on_dividing)
    return (
        on_effector,
        on_memory,
        on_age,
        on_leukaemia,
        on_growth,
        on_killing,
        on_b_cells,
        on_t_cells,
        on_survivors,
    )
