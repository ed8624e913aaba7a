# SPDX-License-Identifier: Apache-2.0
"""From a cohort and the id of an endpoint to what can be estimated, with everyone accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import polars as pl

from cartulary.codebook.endpoint import CENSORED, MISSING, RESPONSE, Endpoint
from cartulary.codebook.endpoint_cohort import outcomes
from cartulary.codebook.endpoint_reader import endpoint as endpoint_of
from cartulary.course.cohort import Cohort
from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import IntArray
from cartulary.evidence.follow_up import FollowUp

ANY_EVENT = "event"


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where every child of a cohort went under one endpoint.

    `children` = those `outside` the population + those `missing` + those `judged`.
    `outside`, `missing` and `doubts` count children by reason; a doubt takes nobody out.
    """

    endpoint: Endpoint
    children: int
    judged: int
    outside: Mapping[str, int]
    missing: Mapping[str, int]
    doubts: Mapping[str, int]

    @property
    def in_population(self) -> int:
        """How many children the endpoint is about."""
        return self.children - sum(self.outside.values())

    @property
    def missing_children(self) -> int:
        """How many of them could not be judged."""
        return sum(self.missing.values())


@dataclass(frozen=True, kw_only=True)
class EndpointFollowUp:
    """The follow-up of the children who could be judged, and the account of all others."""

    follow_up: FollowUp
    account: Account


@dataclass(frozen=True, kw_only=True)
class ResponseCounts:
    """Responses among the children who could be judged, and the account of all others.

    `failures` counts the others by reason: no response, death, relapse, not infused and so on.
    """

    responses: int
    n: int
    origin: str
    definition: str
    unit: str
    account: Account
    failures: Mapping[str, int] = field(default_factory=dict)


def follow_up_of_cohort(
    cohort: Cohort, endpoint_id: str, *, components: bool = False
) -> EndpointFollowUp:
    """The `FollowUp` of a cohort under one endpoint.

    Arguments: a cohort of one origin; the full id of an endpoint; whether the parts of a composite
    event (relapse, death and so on) stay apart as causes, which a curve of that event does not
    want: of an event seen by two signs, each alone would be too low. What a scale splits into
    classes stays apart, and so does what competes.
    Returns: entry, exit and status of every child that could be judged, and the account.
    Refuses: an unknown endpoint; a response, which has no follow-up; a cohort that mixes origins
    or has no children.

    >>> import polars as pl
    >>> children = pl.DataFrame({"course_id": ["a", "b"], "origin": ["simulated", "simulated"]})
    >>> events = {"infusion": {"child": [0], "day": [30]}, "death": {"child": [0], "day": [430]}}
    >>> cohort = Cohort(children, {kind: pl.DataFrame(rows) for kind, rows in events.items()})
    >>> made = follow_up_of_cohort(cohort, "os.infusion")
    >>> made.follow_up.exit.tolist(), dict(made.account.outside)
    ([400.0], {'not_infused': 1})
    """
    asked = endpoint_of(endpoint_id)
    if asked.kind == "response":
        raise EstimandError(
            f"{endpoint_id} is a response, not a time. It has no follow-up to be estimated from. "
            "Use response_of_cohort."
        )
    origin = _one_origin(cohort)
    found = outcomes(cohort, asked)
    account = _account(found, asked)
    judged = found.filter(pl.col("exit").is_not_null())
    causes = asked.causes
    status = _cause_numbers(judged["status"], causes)
    if not components:
        status, causes = _joined(status, causes, _parts(asked))
    return EndpointFollowUp(
        follow_up=FollowUp(
            entry=judged["entry"].cast(pl.Float64).to_numpy(),
            exit=judged["exit"].cast(pl.Float64).to_numpy(),
            status=status,
            cause_names=causes,
            unit=asked.definition.unit,
            clock=asked.clock.start,
            definition=_definition(asked),
            endpoint=endpoint_id,
            origin=origin,
            missing=account.missing_children,
            child_ids=cohort.children["course_id"].gather(judged["child"]).to_numpy(),
        ),
        account=account,
    )


def response_of_cohort(cohort: Cohort, endpoint_id: str) -> ResponseCounts:
    """How many children of a cohort responded, under one response endpoint.

    Arguments: a cohort of one origin; the full id of a response endpoint.
    Returns: responses, the number who could be judged, the failures by reason, and the account.
    Refuses: an unknown endpoint; one that is not a response; a cohort that mixes origins or has
    no children.
    """
    asked = endpoint_of(endpoint_id)
    if asked.kind != "response":
        raise EstimandError(
            f"{endpoint_id} is a time to an event, not a response. A share of it would leave "
            "censoring out. Use follow_up_of_cohort."
        )
    origin = _one_origin(cohort)
    found = outcomes(cohort, asked)
    account = _account(found, asked)
    counts = _counts(found.filter(pl.col("exit").is_not_null())["status"])
    return ResponseCounts(
        responses=counts.get(RESPONSE, 0),
        n=account.judged,
        origin=origin,
        definition=_definition(asked),
        unit=asked.definition.unit,
        account=account,
        failures=_named({name: n for name, n in counts.items() if name != RESPONSE}),
    )


def _definition(asked: Endpoint) -> str:
    return f"{asked.endpoint_id}, edition {asked.definition.edition}"


def _parts(asked: Endpoint) -> tuple[str, ...]:
    """The causes that are signs of one event."""
    events = [moment for moment in asked.moments if moment.strategy == "event"]
    if any(moment.split_by for moment in events):
        return ()
    return tuple(dict.fromkeys(name for moment in events for name in moment.statuses))


def _joined(
    status: IntArray, causes: tuple[str, ...], parts: tuple[str, ...]
) -> tuple[IntArray, tuple[str, ...]]:
    """The same with several parts counted as one event, which then stands first."""
    if len(parts) < 2:
        return status, causes
    joined = (ANY_EVENT, *(cause for cause in causes if cause not in parts))
    number = [0, *(1 if cause in parts else joined.index(cause) + 1 for cause in causes)]
    return np.asarray(number, dtype=np.int64)[status], joined


def _one_origin(cohort: Cohort) -> str:
    origins = [origin.value for origin in cohort.origins]
    if len(origins) != 1:
        held = f"courses of origin {', '.join(origins)}" if origins else "no courses"
        raise EstimandError(
            f"The cohort holds {held}. One figure is about children of one origin. "
            "Select the courses of one origin first."
        )
    return origins[0]


def _account(found: pl.DataFrame, asked: Endpoint) -> Account:
    """Children by what became of them."""
    outside = found.filter(~pl.col("in_population"))
    missing = found.filter(pl.col("in_population") & (pl.col("status") == MISSING))
    doubts = _counts(found["doubt"])
    doubts.pop("", None)
    return Account(
        endpoint=asked,
        children=found.height,
        judged=found.height - outside.height - missing.height,
        outside=_named(_counts(outside["why_not"])),
        missing=_named(_counts(missing["why_not"])),
        doubts=_named(doubts),
    )


def _counts(column: pl.Series) -> dict[str, int]:
    """How often each word stands in a column, in order of the words."""
    counted = column.cast(pl.String).value_counts(name="n").sort(column.name)
    return dict(zip(counted[column.name].to_list(), counted["n"].to_list(), strict=True))


def _named(counts: dict[str, int]) -> Mapping[str, int]:
    return MappingProxyType(counts)


def _cause_numbers(status: pl.Series, causes: tuple[str, ...]) -> IntArray:
    """0 for censored, k for cause k."""
    numbers = {CENSORED: 0, **{cause: k for k, cause in enumerate(causes, start=1)}}
    # An Enum keeps small codes: the words are looked up once, not once a child.
    number_of_code = np.array(
        [numbers.get(word, -1) for word in status.dtype.categories.to_list()],  # type: ignore[attr-defined]
        dtype=np.int64,
    )
    return np.asarray(number_of_code[status.to_physical().to_numpy()], dtype=np.int64)
