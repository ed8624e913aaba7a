# SPDX-License-Identifier: Apache-2.0
"""How the changes of the cells change with the cells, and with the day.

The slopes of the changes, J, are never written out as a table: the cells act on one another through
three sums only (antigen, killers, the marrow's total), so what is kept is how each change depends
on those and on the cell itself. `elimination.py` solves with them.

Derived by hand from `equations.cell_changes`, whose names and numbers it keeps; a test holds it to
that function differentiated numerically.
"""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False

from __future__ import annotations

from math import exp, log

# What `cell_slopes` gives: the changes, their slopes in time, and the parts of J.
SLOPES = (
    "effector_change",
    "memory_change",
    "age_change",
    "leukaemia_change",
    "growth_change",
    "killing_change",
    "b_cell_change",
    "t_cell_change",
    "survivor_change",
    "dividing_by_day",
    "leukaemia_by_day",
    "survivors_by_day",
    "dividing_by_effector",
    "dividing_by_t_cells",
    "dividing_by_age",
    "dividing_by_antigen",
    "rejection",
    "renewal",
    "kill_by_killers",
    "kill_by_antigen",
    "woken",
    "reseeding",
    "survival",
    "loss",
    "influx",
    "b_kill_by_killers",
    "effector",
    "memory_killers",
    "regrowth_by_effector",
    "regrowth_by_t_cells",
    "present",
    "present_by_survivors",
    "antigen_by_growth",
    "antigen_by_killing",
    "antigen_by_b_cells",
    "total_by_growth",
    "total_by_killing",
)

# The parts of J itself, which an implicit step solves with.
PARTS = SLOPES[12:]

# What else the parts of J need of a child.
PART_PARAMETERS = ("quiescent_killing", "growth_lost_per_cell", "per_destiny")


def cell_slopes(
    day,
    ln_effector,
    ln_memory,
    age,
    ln_leukaemia,
    growth,
    killing,
    ln_b_cells,
    ln_t_cells,
    ln_survivors,
    division_rate,
    recovery_days,
    antigen_free_share,
    space_cells,
    half_antigen_cells,
    b_cell_antigen,
    destiny,
    senescence_rate,
    effector_loss_rate,
    memory_rate,
    memory_loss_rate,
    memory_killing,
    rejection_rate,
    kill_rate,
    half_kill_cells,
    target_burden,
    b_kill_rate,
    b_half_kill_cells,
    leukaemia_growth_rate,
    leukaemia_death_rate,
    leukaemia_capacity_cells,
    waking_rate,
    quiescent_killing,
    ln_quiescent_at_infusion,
    cd22_killing,
    ln_cd19_negative_at_infusion,
    ln_cd22_negative_at_infusion,
    ln_antigen_free_at_infusion,
    b_cell_influx,
    b_cell_days,
    t_cell_regrowth_rate,
    t_cell_capacity_cells,
    per_recovery_day,
    per_destiny,
    growth_lost_per_cell,
    per_b_cell_day,
    rejection_per_t_cell,
    ln_t_cell_capacity,
):
    """The changes of `cell_changes` and their slopes, in the order of SLOPES."""
    memory = exp(ln_memory)
    effector_by_memory = exp(ln_effector - ln_memory)
    effector = effector_by_memory * memory
    leukaemia = exp(ln_leukaemia)
    b_cells = exp(ln_b_cells)
    t_cells = exp(ln_t_cells)
    survival = exp(ln_survivors - ln_leukaemia)
    survivors = survival * leukaemia
    # As in (1).
    extinct = exp(-survivors)
    present = leukaemia * (1.0 - extinct)
    present_by_survivors = leukaemia * survivors * extinct
    cd19_negative = exp(ln_cd19_negative_at_infusion + growth - cd22_killing * killing)
    cd22_negative = exp(ln_cd22_negative_at_infusion + growth - killing)
    antigen_free = exp(ln_antigen_free_at_infusion + growth)
    # As in (2).
    cd22_only = cd22_killing * cd19_negative
    antigen_by_b_cells = b_cell_antigen * b_cells
    antigen_by_growth = cd22_negative + cd22_only
    antigen = present + antigen_by_growth + antigen_by_b_cells
    per_antigen = 1.0 / (antigen + half_antigen_cells)
    drive = antigen * per_antigen
    # As in (3).
    lymphocytes = t_cells + effector
    per_space = 1.0 / (space_cells + lymphocytes)
    space = space_cells * per_space
    # As in (4).
    squared = age * age
    fourth = squared * squared
    competence = 1.0 / (1.0 + fourth * fourth)
    # As in (5).
    unrecovered = exp(-day * per_recovery_day)
    recovered = 1.0 - unrecovered
    competent = division_rate * recovered * competence
    wanted = antigen_free_share * space + (1.0 - antigen_free_share) * drive
    dividing = competent * recovered * wanted
    dividing_by_space = competent * recovered * antigen_free_share * space * per_space
    # As in (6).
    killers = effector + memory_killing * memory
    per_target = 1.0 / (half_kill_cells + killers + target_burden * antigen)
    kill = kill_rate * killers * per_target
    per_b_target = 1.0 / (b_half_kill_cells + killers)
    b_kill = b_kill_rate * killers * per_b_target
    rejection = rejection_per_t_cell * t_cells
    # As in (7).
    total_by_growth = cd19_negative + cd22_negative + antigen_free
    growing = leukaemia_growth_rate - growth_lost_per_cell * (present + total_by_growth)
    woken = waking_rate * exp(
        ln_quiescent_at_infusion - waking_rate * day - quiescent_killing * killing - ln_leukaemia
    )
    reseeding = woken / survival
    loss = (leukaemia_death_rate + kill) * survival
    renewal = memory_rate * effector_by_memory
    influx = b_cell_influx / b_cells
    regrowth = t_cell_regrowth_rate / lymphocytes
    return (
        dividing - effector_loss_rate - memory_rate - rejection,  # (8)
        renewal - memory_loss_rate - rejection,  # (9)
        dividing * per_destiny + senescence_rate,  # (10)
        growing - kill + woken,  # (11)
        growing,  # (12)
        kill,  # (13)
        influx - per_b_cell_day - b_kill,  # (14)
        t_cell_regrowth_rate * (ln_t_cell_capacity - log(lymphocytes)),  # (15)
        reseeding - loss,  # (16)
        2.0 * competent * wanted * unrecovered * per_recovery_day,
        -waking_rate * woken,
        -waking_rate * reseeding,
        -dividing_by_space * effector,
        -dividing_by_space * t_cells,
        -8.0 * dividing * competence * fourth * squared * age,
        competent
        * recovered
        * (1.0 - antigen_free_share)
        * half_antigen_cells
        * per_antigen
        * per_antigen,
        rejection,
        renewal,
        (kill_rate - kill) * per_target,
        -kill * target_burden * per_target,
        woken,
        reseeding,
        survival,
        loss,
        influx,
        (b_kill_rate - b_kill) * per_b_target,
        effector,
        memory_killing * memory,
        regrowth * effector,
        regrowth * t_cells,
        present,
        present_by_survivors,
        antigen_by_growth,
        -cd22_negative - cd22_killing * cd22_only,
        antigen_by_b_cells,
        total_by_growth,
        -cd22_negative - cd22_only,
    )


def cell_curvatures(
    effector_change,
    memory_change,
    age_change,
    leukaemia_change,
    growth_change,
    killing_change,
    b_cell_change,
    t_cell_change,
    survivor_change,
    dividing_by_day,
    leukaemia_by_day,
    survivors_by_day,
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
    """How the changes themselves change as the cells move on, a day: J f + f by the day."""
    by_killers = effector * effector_change + memory_killers * memory_change
    by_present = present * leukaemia_change + present_by_survivors * survivor_change
    by_antigen = (
        by_present
        + antigen_by_growth * growth_change
        + antigen_by_killing * killing_change
        + antigen_by_b_cells * b_cell_change
    )
    by_total = by_present + total_by_growth * growth_change + total_by_killing * killing_change
    by_dividing = (
        dividing_by_day
        + dividing_by_effector * effector_change
        + dividing_by_t_cells * t_cell_change
        + dividing_by_age * age_change
        + dividing_by_antigen * by_antigen
    )
    by_kill = kill_by_killers * by_killers + kill_by_antigen * by_antigen
    by_growing = -growth_lost_per_cell * by_total
    by_rejection = rejection * t_cell_change
    hidden = quiescent_killing * killing_change
    return (
        by_dividing - by_rejection,
        renewal * (effector_change - memory_change) - by_rejection,
        by_dividing * per_destiny,
        by_growing - by_kill - woken * (leukaemia_change + hidden) + leukaemia_by_day,
        by_growing,
        by_kill,
        -influx * b_cell_change - b_kill_by_killers * by_killers,
        -regrowth_by_effector * effector_change - regrowth_by_t_cells * t_cell_change,
        loss * (leukaemia_change - survivor_change)
        - survival * by_kill
        - reseeding * (survivor_change + hidden)
        + survivors_by_day,
    )
