# SPDX-License-Identifier: Apache-2.0
"""Rodas5P: the implicit step that the fast engines take.

A Rosenbrock-Wanner method of order 5 with 8 stages, stiffly accurate and L-stable, with an
embedded solution of order 4: G. Steinebach, Construction of Rosenbrock-Wanner method Rodas5P and
numerical benchmarks within the Julia Differential Equations package, BIT Numerical Mathematics 63
(2023) 27. The cells' steps are bound by stability (B cells, leukaemia fed by quiescent cells, the
survivors, each near -2 a day) for years, and an implicit step is not.

In the form that needs no product with J: stage i solves
`(1/(gamma h) - J) U_i = f(t + c_i h, y + sum_j a_ij U_j) + sum_j C_ij / h U_j + h d_i f_t`.
Stages 7 and 8 begin where the one before ended, and so does the next step; U_8 is the error.
"""

from __future__ import annotations

GAMMA = 0.21193756319429014

# a_ij and C_ij by stage, from stage 2; stages 7 and 8 take the a of stage 6 and add U_6, U_7.
A_2 = (3.0,)
A_3 = (2.849394379747939, 0.45842242204463923)
A_4 = (-6.954028509809101, 2.489845061869568, -10.358996098473584)
A_5 = (2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641)
A_6 = (
    -7.502846399306121,
    2.561846144803919,
    -11.627539656261098,
    -0.18268767659942256,
    0.030198172008377946,
)
C_2 = (-14.155112264123755,)
C_3 = (-17.97296035885952, -2.859693295451294)
C_4 = (147.12150275711716, -1.41221402718213, 71.68940251302358)
C_5 = (165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306)
C_6 = (
    24.854864614690072,
    -3.0009227002832186,
    47.4931110020768,
    5.5814197821558125,
    -0.6610691825249471,
)
C_7 = (
    30.91273214028599,
    -3.1208243349937974,
    77.79954646070892,
    34.28646028294783,
    -19.097331116725623,
    -28.087943162872662,
)
C_8 = (
    37.80277123390563,
    -3.2571969029072276,
    112.26918849496327,
    66.9347231244047,
    -40.06618937091002,
    -54.66780262877968,
    -9.48861652309627,
)

# Where in the step each stage stands, and the factor of the slope in time.
STAGE_AT = (
    0.0,
    0.6358126895828704,
    0.4095798393397535,
    0.9769306725060716,
    0.4288403609558664,
    1.0,
    1.0,
    1.0,
)
STAGE_BY_DAY = (
    0.21193756319429014,
    -0.42387512638858027,
    -0.3384627126235924,
    1.8046452872882734,
    2.325825639765069,
    0.0,
    0.0,
    0.0,
)

# How the step follows the error: a quarter below what would just do, which spares more refused
# steps than it costs, and at most so much at once.
SAFETY = 0.75
SMALLEST_FACTOR = 0.2
LARGEST_FACTOR = 4.0
FIRST_STEP_DAYS = 0.1
SMALLEST_STEP_DAYS = 1e-9
# Between the days that a longer step bridges, the polynomial would be less good than the step.
LONGEST_STEP_DAYS = 45.0
MOST_STEPS = 20_000

# How much an error in each of CELL_STATES counts for the step. What memory cells, B cells and
# survivors are is soon decided by the others again, and so are their errors forgotten; those of
# the leukaemia add up, and are the largest of a course.
ERROR_WEIGHTS = (1.0, 0.3, 1.0, 1.0, 1.0, 1.0, 0.3, 1.0, 0.3)
ERROR_SHARES = tuple(weight * weight / len(ERROR_WEIGHTS) for weight in ERROR_WEIGHTS)
