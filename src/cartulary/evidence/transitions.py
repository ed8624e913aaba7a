# SPDX-License-Identifier: Apache-2.0
"""Stays in states: in which state each child was, from which day to which, and where it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import BoolArray, FloatArray, IntArray, LabelArray
from cartulary.evidence.estimate import checked_origin
from cartulary.evidence.rows import checked_days, checked_weights, read_only, refuse_rows

CENSORED = "censored"
_STILL_THERE = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Transitions:
    """Stays of children in the states of a graph, on one clock.

    A row says: this child was in `from_state` and under observation over (entry, exit], and on
    day exit it went to `to_state`, or observation ended there. A child has as many rows as it
    had stays. The graph may have cycles; a child may come under observation late (entry above
    0), in any state.

    Arguments:
        entry, exit: days on the clock; shape (rows,).
        from_state, to_state: the name of a state, or its position in `states`; shape (rows,).
            `to_state` is "censored", None or -1 where the stay was not seen to end.
        child_ids: the child of each row; shape (rows,).
        states: the names of the K states.
        allowed: the arrows of the graph as pairs of names; a state without an arrow out of it
            is final.
        weights: how many children a row stands for, above 0; shape (rows,).
        unit, clock, definition, endpoint, origin, missing: as in `FollowUp`.

    Returns: a frozen record; `from_state` and `to_state` hold positions, -1 for censored.

    Refuses, naming rows: a move that is not an arrow of the graph; a stay in a final state that
    ends in a move; a stay that ends before it begins, or moves on the day it began (no day on
    which the child could be at risk); stays of one child that overlap or do not join up. An
    arrow to an unknown state or from a state to itself. A stay without a move that begins and
    ends on one day is kept and counted in `never_at_risk`.

    >>> Transitions(entry=[0, 0, 40], exit=[60, 40, 90], from_state=["well", "well", "ill"],
    ...             to_state=["censored", "ill", "dead"], child_ids=["a", "b", "b"],
    ...             states=("well", "ill", "dead"),
    ...             allowed=(("well", "ill"), ("ill", "well"), ("ill", "dead")),
    ...             unit="child", clock="infusion", definition="an example",
    ...             origin="simulated").n_children
    2
    """

    entry: FloatArray
    exit: FloatArray
    from_state: IntArray
    to_state: IntArray
    child_ids: LabelArray
    states: tuple[str, ...]
    allowed: tuple[tuple[str, str], ...]
    unit: str
    clock: str
    definition: str
    origin: str
    endpoint: str = ""
    missing: int = 0
    weights: FloatArray | None = None

    def __post_init__(self) -> None:
        self._keep("states", tuple(self.states))
        self._keep("allowed", tuple((str(a), str(b)) for a, b in self.allowed))
        self._check_words()
        self._check_graph()
        for name in ("entry", "exit"):
            self._keep(name, checked_days(getattr(self, name), name))
        self._keep("from_state", self._positions(self.from_state, "from_state"))
        self._keep("to_state", self._positions(self.to_state, "to_state"))
        self._keep("child_ids", np.asarray(self.child_ids))
        if self.weights is not None:
            self._keep("weights", np.asarray(self.weights, dtype=np.float64))
        columns = ("entry", "exit", "from_state", "to_state", "child_ids", "weights")
        for name in columns:
            column = getattr(self, name)
            if column is not None and column.shape != self.exit.shape:
                raise EstimandError(
                    f"{name} has shape {column.shape} but exit has {self.exit.size} rows. They "
                    "describe the same stays. Pass columns of equal length."
                )
        self._check_rows()
        for name in columns:
            column = getattr(self, name)
            if column is not None:
                self._keep(name, read_only(column))

    def _keep(self, name: str, content: object) -> None:
        """Set a field of this frozen record while it is being made."""
        object.__setattr__(self, name, content)

    def _check_words(self) -> None:
        """Unit, clock, definition and origin are given."""
        for name in ("unit", "clock", "definition"):
            if not str(getattr(self, name)).strip():
                raise EstimandError(
                    f"The stays have no {name}. Figures made from them could not say what they "
                    f"are. Give {name}."
                )
        checked_origin(self.origin)

    def _check_graph(self) -> None:
        """States are named once; arrows join two known states, each once."""
        if len(self.states) < 2 or len(set(self.states)) != len(self.states):
            raise EstimandError(
                f"The states are {self.states}. A graph has at least two, each with a name of its "
                "own. List every state once."
            )
        if CENSORED in self.states:
            raise EstimandError(
                f"A state is called {CENSORED!r}. That word says that a stay was not seen to end. "
                "Give the state another name."
            )
        for arrow in self.allowed:
            if not set(arrow) <= set(self.states) or arrow[0] == arrow[1]:
                raise EstimandError(
                    f"The arrow {arrow[0]!r} to {arrow[1]!r} does not join two of the states "
                    f"{', '.join(self.states)}. Staying is not a move. Correct `allowed`."
                )
        if not self.allowed or len(set(self.allowed)) != len(self.allowed):
            raise EstimandError(
                f"The graph has {len(self.allowed)} arrows, of which {len(set(self.allowed))} "
                "differ. Each possible move is named once. Correct `allowed`."
            )

    def _positions(self, column: Any, name: str) -> IntArray:
        """State names as positions; censored is -1."""
        given = np.asarray(column)
        if given.dtype.kind in "iu":
            codes = given.astype(np.int64)
        else:
            known: dict[Any, int] = {state: k for k, state in enumerate(self.states)}
            if name == "to_state":
                known |= {CENSORED: _STILL_THERE, None: _STILL_THERE}
            codes = np.array([known.get(state, -2) for state in given.tolist()], dtype=np.int64)
        least = _STILL_THERE if name == "to_state" else 0
        refuse_rows(
            (codes < least) | (codes >= len(self.states)),
            f"have a {name} that is not a state",
            f"The states are {', '.join(self.states)}",
            f"Correct {name}, or add the state",
        )
        return codes

    def _check_rows(self) -> None:
        """Every stay could have happened, and a child's stays follow one another."""
        moved = self.to_state >= 0
        refuse_rows(
            self.exit < self.entry,
            "end before they begin",
            "Nobody can be followed backwards",
            "Check the dates, or leave these rows out",
        )
        refuse_rows(
            moved & (self.exit == self.entry),
            "end in a move on the day they began",
            "A child is at risk from the day after it enters a state, so such a stay has no day",
            "Let the child enter the later state directly, or place the move half a day later",
        )
        if self.weights is not None:
            checked_weights(self.weights)
        open_ = np.zeros((len(self.states), len(self.states) + 1), dtype=bool)
        open_[:, _STILL_THERE] = True
        for a, b in self.arrows:
            open_[a, b] = True
        refuse_rows(
            ~open_[self.from_state, self.to_state],
            "make a move that is not an arrow of the graph",
            "The graph allows " + ", ".join(f"{a} to {b}" for a, b in self.allowed),
            "Correct the states, or add the arrow to `allowed`",
        )
        order = np.lexsort((self.exit, self.entry, self.child_codes))
        child = self.child_codes[order]
        same = child[1:] == child[:-1]
        entry, exit_ = self.entry[order], self.exit[order]
        ended_in = np.where(moved, self.to_state, self.from_state)[order]
        later = order[1:]
        refuse_rows(
            _at(later, same & (entry[1:] < exit_[:-1]), self.n_rows),
            "begin before an earlier stay of the same child has ended",
            "A child is in one state at a time",
            "Check the days of these children",
        )
        refuse_rows(
            _at(
                later,
                same & (entry[1:] == exit_[:-1]) & (self.from_state[later] != ended_in[:-1]),
                self.n_rows,
            ),
            "begin in another state than the stay before them ended in",
            "A child changes state only by a move that is seen",
            "Check the states of these children, or leave a gap where they were not observed",
        )

    @cached_property
    def arrows(self) -> tuple[tuple[int, int], ...]:
        """`allowed` as positions of states."""
        return tuple((self.states.index(a), self.states.index(b)) for a, b in self.allowed)

    @cached_property
    def child_codes(self) -> IntArray:
        """The position of each row's child among the children; shape (rows,)."""
        return np.unique(self.child_ids, return_inverse=True)[1].astype(np.int64)

    @property
    def n_rows(self) -> int:
        """How many stays."""
        return int(self.exit.size)

    @cached_property
    def n_children(self) -> int:
        """How many children."""
        return int(self.child_codes.max()) + 1 if self.n_rows else 0

    @cached_property
    def never_at_risk(self) -> int:
        """How many stays began and ended on one day, and so are in no risk set."""
        return int(np.count_nonzero(self.exit == self.entry))

    @cached_property
    def last_day(self) -> float:
        """The last day on which anyone was observed outside a final state, or moved."""
        return float(self.exit.max()) if self.n_rows else 0.0

    @cached_property
    def final(self) -> tuple[str, ...]:
        """The states that nobody leaves."""
        left = {a for a, _ in self.allowed}
        return tuple(state for state in self.states if state not in left)

    def state_number(self, state: str) -> int:
        """The position of a state, refused when there is none of that name."""
        if state not in self.states:
            raise EstimandError(
                f"There is no state {state!r} in this graph. It knows {', '.join(self.states)}. "
                "Name one of these."
            )
        return self.states.index(state)

    def reachable(self, starts: Sequence[str]) -> frozenset[str]:
        """The states that can be reached from any of these, themselves included."""
        found, frontier = set(starts), list(starts)
        while frontier:
            here = frontier.pop()
            new = {b for a, b in self.allowed if a == here} - found
            found |= new
            frontier.extend(new)
        return frozenset(found)

    def counts(self) -> Mapping[str, int]:
        """How many stays ended in each move, named "a to b", and how many in none."""
        found = {
            f"{a} to {b}": int(np.count_nonzero((self.from_state == i) & (self.to_state == j)))
            for (a, b), (i, j) in zip(self.allowed, self.arrows, strict=True)
        }
        return {**found, CENSORED: int(np.count_nonzero(self.to_state < 0))}

    def in_state_on(self, state: str, day: float) -> Transitions:
        """The later stays of the children who were observed in a state just after a day.

        Prediction from these rows alone needs no Markov assumption (Putter and Spitoni 2018),
        at the price of the other children's information.
        """
        there = (self.from_state == self.state_number(state)) & (self.entry <= day)
        chosen = np.zeros(self.n_children, dtype=bool)
        chosen[self.child_codes[there & (self.exit > day)]] = True
        return self.subset(chosen[self.child_codes] & (self.exit > day))

    def subset(self, mask: ArrayLike) -> Transitions:
        """The rows where the mask is True; shape of mask (rows,)."""
        chosen = np.asarray(mask)
        if chosen.dtype != np.bool_ or chosen.shape != (self.n_rows,):
            raise EstimandError(
                f"The mask has type {chosen.dtype} and shape {chosen.shape}. It says yes or no "
                f"for each of {self.n_rows} rows. Pass {self.n_rows} booleans."
            )
        columns: dict[str, Any] = {
            name: getattr(self, name)[chosen]
            for name in ("entry", "exit", "from_state", "to_state", "child_ids", "weights")
            if getattr(self, name) is not None
        }
        return replace(self, **columns)


def _at(rows: IntArray, faulty: BoolArray, n: int) -> BoolArray:
    """The fault of each of these rows, in the order of the table."""
    placed = np.zeros(n, dtype=bool)
    placed[rows] = faulty
    return placed
