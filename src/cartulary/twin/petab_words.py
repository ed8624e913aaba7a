# SPDX-License-Identifier: Apache-2.0
"""What stands beside the tables of a PEtab problem: which files there are, and how to read them."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence

from cartulary import __version__
from cartulary.twin.simulate import DAYS_PER_YEAR, Run


def problem_yaml(run: Run, children: int) -> str:
    """The file that names the others. Its comments say that nothing here was recorded."""
    return f"""\
# Origin: simulated. {children} virtual children, policy {run.policy.policy_id}, population
# {run.population.population_id}, seed {run.seed}, Cartulary {__version__}. No recorded child.
# Research and quality-of-care software; not a medical device.
format_version: 1
parameter_file: parameters.tsv
problems:
  - sbml_files:
      - model.xml
    condition_files:
      - conditions.tsv
    observable_files:
      - observables.tsv
    measurement_files:
      - measurements.tsv
"""


def readme(run: Run, numbers: Sequence[int], inside: Collection[str]) -> str:
    """How the problem was made, what it leaves out, and what its answer should be."""
    fitted = [one for one in run.parameters.parameters.values() if one.fitted]
    outside = ", ".join(sorted(one.name for one in fitted if one.name not in inside))
    children = ", ".join(map(str, numbers))
    left_out = textwrap.fill(
        f"Fitted parameters that these data cannot inform are left out: {outside}.", 100
    )
    made = textwrap.fill(
        f"**Origin: simulated.** These are virtual children {children} of the policy "
        f"{run.policy.policy_id} ({run.policy.edition}) and the population "
        f"{run.population.population_id} ({run.population.edition}), seed {run.seed}, followed for "
        f"{round(run.horizon_days / DAYS_PER_YEAR, 1):g} years by Cartulary {__version__}. No "
        "recorded child is in these files. Research and quality-of-care software; not a medical "
        "device.",
        100,
    )
    return f"""\
# Calibrating Cartulary's model of CAR-T cells: a PEtab 1 problem

{made}

## What is estimated

- The typical values that the codebook marks as fitted (`estimate` 1), on the log scale where
  their lower bound is above 0. The codebook's value is `nominalValue`; bounds are its bounds.
  They have no prior.
- For each child and each parameter in which children differ, a draw (`*_draw_child_*`). Its prior
  is the standard normal distribution; its `nominalValue` is the truth, with which the data were
  made. On the log scale a child's value is `typical * exp(spread * deviate)`. Deviates that
  go together are sums of draws, by the codebook's correlations; the spreads are fixed.

So at the nominal values the model is the one that made the data: what remains is the error of the
laboratory. The estimate is the joint mode over typical values and draws.

## What is measured

Time is the study day, counted from the decision; the infusion is an event. CAR-T copies, B cells
and residual disease after the first infusion, until a next one, a transplant or new therapy.
Residual disease counts until the first look that finds none. Errors are standard deviations of
natural logs, and are not estimated unless you set `estimate`.

PEtab 1 cannot say "below the limit". Such values stand in `below_limit.tsv`, in the columns of the
measurements with the limit as the measurement; `problem.yaml` does not name that file. Without
them late CAR-T copies and the first B cells to return look higher than they are.

## What is given and not estimated

Leukaemia, B cells, T cells and the clones at the infusion, and whether a child had a slow product,
no expansion or resistant leukaemia (`*_factor` columns). For a recorded child these are not known.
The bounds of the codebook truncate a child's draws; here only the typical values are bounded.

{left_out}
"""
