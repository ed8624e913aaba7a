# SPDX-License-Identifier: Apache-2.0
"""The model: what changes a child's cells from one moment to the next, equation by equation.

The numbers in the comments are those of docs/explanation/model.md. These scalar functions are the
only right-hand side there is: SciPy calls them as they stand, Numba compiles them for patients
side by side on a processor and one a thread on a GPU, and the SBML export is written from them.
They hold nothing but arithmetic, `exp` and `log`, and no branch, so that each of those can take
them.

They are written to be cheap as well as plain, since they are most of what a simulation costs.
What never changes for a child is worked out once (0). A ratio of two clones is one exponential of
the difference of their logs, which also stays finite where both have shrunk beyond what a number
can hold. Nothing is divided by a parameter more than once a child.

Cells are counted in the whole body, time in days since the infusion, logs are natural.
"""

# mypy: disallow-untyped-defs=False, disallow-untyped-calls=False

from __future__ import annotations

from math import exp, log

# Cells: the states that act on one another.
CELL_STATES = (
    "ln_effector",  # CAR-T cells that divide and kill
    "ln_memory",  # CAR-T cells that last
    "age",  # differentiation age of the effectors: 0 as infused, competence is half gone at 1
    "ln_leukaemia",  # the clone that carries CD19 (and CD22)
    "growth",  # growth that every clone had since the infusion, in ln-folds
    "killing",  # killing that a CD19-positive cell had since the infusion, in ln-folds
    "ln_b_cells",  # normal CD19-positive B cells
    "ln_t_cells",  # normal T cells
    "ln_survivors",  # expected number of CD19-positive lineages that never die out
)

# What a child brings to the cells; unit and meaning of each stand in codebook/parameters.
CELL_PARAMETERS = (
    "division_rate",  # rho, per day
    "recovery_days",  # lag of the thawed product
    "antigen_free_share",  # ch: share of division that needs no antigen
    "space_cells",  # K_H
    "half_antigen_cells",  # K_A
    "b_cell_antigen",  # wB: a B cell as antigen, beside a leukaemic cell
    "destiny",  # Nd: ln-fold that the product can make
    "senescence_rate",  # ks, per day
    "effector_loss_rate",  # alpha, per day
    "memory_rate",  # eps, per day
    "memory_loss_rate",  # beta, per day
    "memory_killing",  # fM: a memory cell as killer, beside an effector
    "rejection_rate",  # j, per day, when the normal T cells are back in full
    "kill_rate",  # kap, per day
    "half_kill_cells",  # h
    "target_burden",  # s: how much a leukaemic cell or B cell dilutes the killers
    "b_kill_rate",  # kapB, per day
    "b_half_kill_cells",  # h / phi
    "leukaemia_growth_rate",  # r, per day
    "leukaemia_death_rate",  # d0, per day
    "leukaemia_capacity_cells",  # Kmax
    "waking_rate",  # aq: quiescent cells that begin to divide, per day
    "quiescent_killing",  # phiQ: killing of a quiescent cell, beside a dividing one
    "ln_quiescent_at_infusion",
    "cd22_killing",  # w22: killing by CD22 alone, beside CD19; 0 for a CD19 product
    "ln_cd19_negative_at_infusion",  # CD19-CD22+, weighted by its chance to survive
    "ln_cd22_negative_at_infusion",  # CD19+CD22-, the same
    "ln_antigen_free_at_infusion",  # CD19-CD22- and lineage switch, the same
    "b_cell_influx",  # Qin, cells per day
    "b_cell_days",  # tauB
    "t_cell_regrowth_rate",  # rN, per day
    "t_cell_capacity_cells",  # KN
)


# What is worked out once for a child.
CELL_CONSTANTS = (
    "per_recovery_day",
    "per_destiny",
    "growth_lost_per_cell",
    "per_b_cell_day",
    "rejection_per_t_cell",
    "ln_t_cell_capacity",
)


def cell_constants(
    recovery_days,
    destiny,
    leukaemia_growth_rate,
    leukaemia_capacity_cells,
    b_cell_days,
    rejection_rate,
    t_cell_capacity_cells,
):
    """What of a child's parameters the changes need in another form: (0), CELL_CONSTANTS."""
    return (
        1.0 / recovery_days,
        1.0 / destiny,
        leukaemia_growth_rate / leukaemia_capacity_cells,
        1.0 / b_cell_days,
        rejection_rate / t_cell_capacity_cells,
        log(t_cell_capacity_cells),
    )


def cell_changes(
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
    """How fast each state of the cells changes, per day, in the order of CELL_STATES."""
    memory = exp(ln_memory)
    effector_by_memory = exp(ln_effector - ln_memory)
    effector = effector_by_memory * memory
    leukaemia = exp(ln_leukaemia)
    b_cells = exp(ln_b_cells)
    t_cells = exp(ln_t_cells)
    survival = exp(ln_survivors - ln_leukaemia)
    survivors = survival * leukaemia
    # (1) An almost surely extinct clone is no antigen: it counts by its chance to be there.
    present = leukaemia * (1.0 - exp(-survivors))
    cd19_negative = exp(ln_cd19_negative_at_infusion + growth - cd22_killing * killing)
    cd22_negative = exp(ln_cd22_negative_at_infusion + growth - killing)
    antigen_free = exp(ln_antigen_free_at_infusion + growth)
    # (2) Antigen seen by the CAR-T cells, and how much of their drive it gives.
    antigen = present + cd22_negative + cd22_killing * cd19_negative + b_cell_antigen * b_cells
    drive = antigen / (antigen + half_antigen_cells)
    # (3) Room and cytokines of the emptied marrow, shared with the normal T cells.
    lymphocytes = t_cells + effector
    space = space_cells / (space_cells + lymphocytes)
    # (4) Competence: what is left of the power to divide.
    squared = age * age
    fourth = squared * squared
    competence = 1.0 / (1.0 + fourth * fourth)
    # (5) Division, after the thawed product has recovered.
    recovered = 1.0 - exp(-day * per_recovery_day)
    dividing = (
        division_rate
        * recovered
        * recovered
        * competence
        * (antigen_free_share * space + (1.0 - antigen_free_share) * drive)
    )
    # (6) Killing saturates in killers and in targets.
    killers = effector + memory_killing * memory
    kill = kill_rate * killers / (half_kill_cells + killers + target_burden * antigen)
    b_kill = b_kill_rate * killers / (b_half_kill_cells + killers)
    rejection = rejection_per_t_cell * t_cells
    # (7) Growth of every clone slows as the marrow fills.
    total = present + cd19_negative + cd22_negative + antigen_free
    growing = leukaemia_growth_rate - growth_lost_per_cell * total
    # Quiescent cells that wake, beside the leukaemia that is there.
    woken = waking_rate * exp(
        ln_quiescent_at_infusion - waking_rate * day - quiescent_killing * killing - ln_leukaemia
    )
    return (
        dividing - effector_loss_rate - memory_rate - rejection,  # (8)
        memory_rate * effector_by_memory - memory_loss_rate - rejection,  # (9)
        dividing * per_destiny + senescence_rate,  # (10)
        growing - kill + woken,  # (11)
        growing,  # (12)
        kill,  # (13)
        b_cell_influx / b_cells - per_b_cell_day - b_kill,  # (14)
        t_cell_regrowth_rate * (ln_t_cell_capacity - log(lymphocytes)),  # (15)
        woken / survival - (leukaemia_death_rate + kill) * survival,  # (16)
    )


# Signs: what the cells do to the child. They follow the cells and never act back on them.
SIGN_STATES = (
    "cytokine",  # released by CAR-T cells that meet antigen, in 1e9 cell-units
    "neuro",  # the same, as the brain follows it
    "proliferating",  # neutrophil precursors that divide, beside their resting number
    "maturing_1",
    "maturing_2",
    "maturing_3",
    "neutrophils",  # circulating, beside their resting number
)

SIGN_PARAMETERS = (
    "cytokine_loss_rate",  # dI, per day
    "neuro_rate",  # kZ, per day
    "maturing_rate",  # ktr = 4 / mean transit time, per day
    "feedback",  # gamma
    "drug_effect",  # of the lymphodepleting drugs on division of precursors, at their start
    "drug_loss_rate",  # per day
    "cytokine_effect",  # of the cytokine on division of precursors, per unit
    "spent_share",  # sec: cytokine of a CAR-T cell without competence, beside one with
)


def cytokine_release(
    ln_effector,
    age,
    ln_leukaemia,
    growth,
    killing,
    ln_b_cells,
    ln_survivors,
    half_antigen_cells,
    b_cell_antigen,
    cd22_killing,
    ln_cd19_negative_at_infusion,
    ln_cd22_negative_at_infusion,
    spent_share,
):
    """Cytokine that CAR-T cells release a day, in 1e9 cell-units: (17).

    By antigen and competence as in (1), (2) and (4); a cell without competence still releases
    `spent_share` of what another does.
    """
    present = exp(ln_leukaemia) * (1.0 - exp(-exp(ln_survivors)))
    cd19_negative = exp(ln_cd19_negative_at_infusion + growth - cd22_killing * killing)
    cd22_negative = exp(ln_cd22_negative_at_infusion + growth - killing)
    b_antigen = b_cell_antigen * exp(ln_b_cells)
    antigen = present + cd22_negative + cd22_killing * cd19_negative + b_antigen
    squared = age * age
    fourth = squared * squared
    releasing = spent_share + (1.0 - spent_share) / (1.0 + fourth * fourth)
    return 1e-9 * exp(ln_effector) * antigen / (antigen + half_antigen_cells) * releasing  # (17)


def sign_changes(
    days_since_drugs,
    release,
    cytokine,
    neuro,
    proliferating,
    maturing_1,
    maturing_2,
    maturing_3,
    neutrophils,
    cytokine_loss_rate,
    neuro_rate,
    maturing_rate,
    feedback,
    drug_effect,
    drug_loss_rate,
    cytokine_effect,
):
    """How fast each sign changes, per day, in the order of SIGN_STATES; `release` is (17)."""
    drug = drug_effect * exp(-drug_loss_rate * days_since_drugs)  # (18)
    dividing = maturing_rate * proliferating * exp(-feedback * log(neutrophils))
    hindered = dividing / (1.0 + drug + cytokine_effect * cytokine)  # (19)
    return (
        release - cytokine_loss_rate * cytokine,  # (20)
        neuro_rate * (cytokine - neuro),  # (21)
        hindered - maturing_rate * proliferating,  # (22)
        maturing_rate * (proliferating - maturing_1),
        maturing_rate * (maturing_1 - maturing_2),
        maturing_rate * (maturing_2 - maturing_3),
        maturing_rate * (maturing_3 - neutrophils),
    )
