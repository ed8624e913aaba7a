# SPDX-License-Identifier: Apache-2.0
"""One endpoint over one cohort, whatever its kind: survival, competing causes, or response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cartulary.codebook.endpoint import reason_words
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.course.cohort import Cohort
from cartulary.course.errors import EstimandError
from cartulary.evidence import (
    Estimate,
    HypothesisTest,
    cumulative_incidence,
    gray_test,
    kaplan_meier,
    log_rank,
    proportion,
)
from cartulary.evidence.follow_up_of_cohort import Account, follow_up_of_cohort, response_of_cohort
from cartulary.studies.child_summary import summaries
from cartulary.studies.strata import refuse_foreseeing, stratum_of
from cartulary.studies.survival import median_followed

DEFAULT_DAYS = (183, 365, 730)
EVERYONE = "all"
SMALLEST_P = 0.001


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of one group; `is_share` is false for a length in days."""

    group: str
    what: str
    estimate: Estimate
    is_share: bool = True


@dataclass(frozen=True, slots=True)
class EndpointEstimates:
    """Every figure asked of one endpoint, with the definition it rests on.

    `missing_why` counts children who could not be judged, by reason; `outside_why` those the
    endpoint is not about; `doubts_why` those who count, though something about them is uncertain.
    """

    endpoint_id: str
    name: str
    definition: str
    clock: str
    origin: str
    grouped: bool
    lines: tuple[Line, ...]
    missing_why: dict[str, int]
    test: str | None = None
    as_share: bool = True
    outside_why: dict[str, int] = field(default_factory=dict)
    doubts_why: dict[str, int] = field(default_factory=dict)
    children: int = 0

    def to_dict(self) -> dict[str, object]:
        """The same as plain JSON values."""
        return {
            "endpoint": self.endpoint_id,
            "definition": self.definition,
            "clock": self.clock,
            "origin": self.origin,
            "children": self.children,
            "missing": self.missing_why,
            "outside": self.outside_why,
            "doubts": self.doubts_why,
            "test": self.test,
            "figures": [
                {"group": line.group, "what": line.what, **line.estimate.to_dict()}
                for line in self.lines
            ],
        }


def endpoint_estimates(
    cohort: Cohort,
    endpoint_id: str,
    *,
    days: Sequence[int] = DEFAULT_DAYS,
    group: str | None = None,
) -> EndpointEstimates:
    """The figures of one endpoint at the days asked, in all children or in each group.

    Arguments: `days` on the endpoint's own clock; `group` a name in `strata.STRATA`.
    Returns: `EndpointEstimates`. Survival: the share without the event at each day, its median and
    the median follow-up. Competing causes: the incidence of each cause. Response: the share.
    Refuses: an unknown endpoint or group; a group that is settled after the clock starts; a cohort
    of which no child can be counted; a cohort that mixes origins.

    >>> from cartulary.codebook.drawn import course_from_drawing
    >>> drawn = "0 | indication |\\n30 | infusion |\\n900 | last_contact |"
    >>> cohort = Cohort.from_courses([course_from_drawing(drawn)])
    >>> found = endpoint_estimates(cohort, "os.infusion", days=[365])
    >>> found.lines[0].what, found.lines[0].estimate.value
    ('day 365', 1.0)
    """
    chosen = endpoint(endpoint_id)
    definition = chosen.definition
    origins = sorted({str(origin) for origin in cohort.origins})
    if len(origins) != 1:
        raise EstimandError(
            f"The cohort has {'no children' if not origins else 'origins ' + ', '.join(origins)}. "
            "A figure is of one origin. Report each by itself."
        )
    if group is not None:
        refuse_foreseeing(group, chosen.clock.start)
    groups = groups_of(cohort, group)
    asked = tuple(dict.fromkeys(days))
    lines: list[Line] = []
    test: str | None = None
    for name in sorted(set(groups)):
        part = cohort if group is None else cohort.select([own == name for own in groups])
        lines.extend(_lines(part, endpoint_id, name, asked))
    account = _account(cohort, endpoint_id)
    if not lines:
        whys = {**_in_words(account.outside), **_in_words(account.missing)}
        reasons = "; ".join(whys) or "observation ended on the day it began"
        raise EstimandError(
            f"No child of this programme can be counted for {endpoint_id}: {reasons}. A figure of "
            "nobody says nothing. Choose an endpoint with another clock."
        )
    if group is not None and definition.kind != "response":
        test = _test(cohort, endpoint_id, groups)
    return EndpointEstimates(
        endpoint_id=endpoint_id,
        name=definition.name.en,
        definition=f"{definition.definition_id}, edition {definition.edition}",
        clock=chosen.clock.start,
        origin=origins[0],
        grouped=group is not None,
        lines=tuple(lines),
        missing_why=_in_words(account.missing),
        test=test,
        outside_why=_in_words(account.outside),
        doubts_why=_in_words(account.doubts),
        children=account.children,
    )


def groups_of(cohort: Cohort, group: str | None) -> list[str]:
    """The group of each child of a cohort, in its order; one for all where none is asked.

    Refuses: a grouping that is not in `strata.STRATA`.
    """
    if group is None:
        return [EVERYONE] * len(cohort)
    return stratum_of(summaries(cohort.courses()), group)


def _in_words(reasons: Mapping[str, int]) -> dict[str, int]:
    """Numbers by reason in English; two reasons with one name are added."""
    counts: dict[str, int] = {}
    for reason, number in reasons.items():
        words = reason_words(reason, "en")
        counts[words] = counts.get(words, 0) + number
    return counts


def _account(cohort: Cohort, endpoint_id: str) -> Account:
    if endpoint(endpoint_id).kind == "response":
        return response_of_cohort(cohort, endpoint_id).account
    return follow_up_of_cohort(cohort, endpoint_id).account


def _lines(cohort: Cohort, endpoint_id: str, name: str, days: Sequence[int]) -> list[Line]:
    kind = endpoint(endpoint_id).kind
    if kind == "response":
        return _response(cohort, endpoint_id, name)
    follow_up = follow_up_of_cohort(cohort, endpoint_id).follow_up
    if follow_up.n_in_view == 0:
        return []
    if kind == "competing":
        curve = cumulative_incidence(follow_up)
        return [
            Line(name, f"{cause} by day {day}", curve.incidence_at(day, cause))
            for cause in follow_up.cause_names
            for day in days
        ]
    survival = kaplan_meier(follow_up)
    return [
        *(Line(name, f"day {day}", survival.survival_at(day)) for day in days),
        Line(name, "median", survival.median(), is_share=False),
        Line(name, "median follow-up", median_followed(follow_up, endpoint_id), is_share=False),
    ]


def _response(cohort: Cohort, endpoint_id: str, name: str) -> list[Line]:
    counts = response_of_cohort(cohort, endpoint_id)
    if counts.n == 0:
        return []
    estimate = proportion(
        counts.responses,
        counts.n,
        unit="child",
        origin=counts.origin,
        endpoint=endpoint_id,
        definition=counts.definition,
        missing=counts.account.missing_children,
    )
    return [Line(name, "response", estimate)]


def _test(cohort: Cohort, endpoint_id: str, groups: list[str]) -> str | None:
    """The test between groups as one line; none where fewer than two groups can be counted."""
    follow_up = follow_up_of_cohort(cohort, endpoint_id).follow_up
    own = dict(zip(cohort.children["course_id"].to_list(), groups, strict=True))
    assert follow_up.child_ids is not None
    labels = np.asarray([own[str(child)] for child in follow_up.child_ids])
    if len(set(labels[follow_up.at_some_risk].tolist())) < 2:
        return None
    grouped = replace(follow_up, group=labels)
    if endpoint(endpoint_id).kind == "competing":
        if follow_up.late_entry:
            return "No test between groups: Gray's test is not defined for late entry."
        causes = [cause for cause in follow_up.cause_names if follow_up.events_of(cause)]
        found = [_tested(f"{cause}: ", gray_test(grouped, cause)) for cause in causes]
    else:
        found = [_tested("", log_rank(grouped))]
    if not found:
        return None
    return (
        f"Descriptive only: {'; '.join(found)}. Groups of this size, without adjustment, cannot "
        "show what caused a difference."
    )


def _tested(cause: str, test: HypothesisTest) -> str:
    if test.p_value is None:
        return f"{cause}{test.method}, {', '.join(test.notes) or 'no p-value'}"
    told = f"p = {test.p_value:.3f}" if test.p_value >= SMALLEST_P else f"p < {SMALLEST_P}"
    return f"{cause}{test.method}, {told}"
