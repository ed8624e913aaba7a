# SPDX-License-Identifier: Apache-2.0
"""Response of a programme: in the infused, and in all who set out, with who could not be judged."""

from __future__ import annotations

from dataclasses import dataclass

from cartulary.course.cohort import Cohort
from cartulary.evidence import Estimate, proportion
from cartulary.evidence.follow_up_of_cohort import response_of_cohort
from cartulary.studies.published import PublishedBeside, published_rows

RESPONSES = (
    ("response.day28.infusion", ""),
    ("response.month3.infusion", "response"),
    ("response.intention_to_treat.apheresis", ""),
    ("response.intention_to_treat.indication", ""),
)


@dataclass(frozen=True, slots=True)
class ResponseFigure:
    """One response endpoint: the share, who failed or was missing and why, what was published."""

    endpoint_id: str
    estimate: Estimate
    missing_why: dict[str, int]
    failures: dict[str, int]
    published: tuple[PublishedBeside, ...]


def response_figures(cohort: Cohort) -> tuple[ResponseFigure, ...]:
    """Every response endpoint that at least one child can be judged for.

    Arguments: a cohort of one origin.
    Returns: one `ResponseFigure` an endpoint of `RESPONSES`, in that order; its share is of the
    children who could be judged, and the others are counted in `missing_why`.
    """
    figures = []
    for endpoint_id, key in RESPONSES:
        counts = response_of_cohort(cohort, endpoint_id)
        if counts.n == 0:
            continue
        estimate = proportion(
            counts.responses,
            counts.n,
            unit="child",
            origin=counts.origin,
            endpoint=endpoint_id,
            definition=counts.definition,
            missing=counts.account.missing_children,
            label=endpoint_id,
        )
        beside = tuple(
            PublishedBeside(benchmark, row, estimate, row.comparability(endpoint_id))
            for benchmark, row in (published_rows(key) if key else ())
        )
        missing = dict(counts.account.missing)
        figures.append(
            ResponseFigure(endpoint_id, estimate, missing, dict(counts.failures), beside)
        )
    return tuple(figures)
