# SPDX-License-Identifier: Apache-2.0
"""The children that somebody asks about: those of one product, site, burden or period."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cartulary.course.absence import is_known
from cartulary.course.errors import EstimandError
from cartulary.course.events import Product
from cartulary.studies.child_summary import ChildSummary
from cartulary.studies.period import Period, in_period
from cartulary.studies.strata import NOT_RECORDED, STRATA, refuse_foreseeing

# Below this many children a part of a programme is named, and nothing is reckoned of it.
FEWEST_OF_A_PART = 5


def _product(child: ChildSummary) -> str:
    kinds = [str(one.product) for one in child.course.all(Product) if is_known(one.product)]
    return kinds[0] if kinds else NOT_RECORDED


def _age(child: ChildSummary) -> str:
    if child.age_years is None:
        return NOT_RECORDED
    if child.age_years < 3:
        return "under_3"
    return "3_to_11" if child.age_years < 12 else "12_or_over"


#: What children may be chosen by, each settled before the first infusion.
CHOSEN_BY: Mapping[str, Callable[[ChildSummary], str]] = {
    "product": _product,
    "site": STRATA["site"],
    "burden": STRATA["burden"],
    "bridging": STRATA["bridging"],
    "reason": STRATA["reason"],
    "age": _age,
    "sex": STRATA["sex"],
    "prior_transplant": STRATA["prior_transplant"],
}
# As burden and bridging: a child must live until there is a product.
_SETTLED_WITH = {"product": "site"}


@dataclass(frozen=True, slots=True)
class Choice:
    """By what children are chosen: a code for each of some of `CHOSEN_BY`, and a period."""

    codes: Mapping[str, str] = field(default_factory=dict)
    period: Period = field(default_factory=Period)

    @property
    def is_everybody(self) -> bool:
        """True when it leaves nobody out."""
        return not self.codes and self.period.is_open


@dataclass(frozen=True, slots=True)
class ChosenChildren:
    """Who is chosen, a truth value a child; how many have no date; and what there is to choose.

    `codes` lists, by what one may choose, the codes that occur among all children.
    """

    chosen: tuple[bool, ...]
    without_date: int
    codes: Mapping[str, tuple[str, ...]]


def chosen_children(children: Sequence[ChildSummary], choice: Choice, clock: str) -> ChosenChildren:
    """Which children a choice holds.

    Arguments: one summary a child; the choice; the clock of the figure that is asked for.
    Returns: `ChosenChildren`.
    Refuses: an unknown grouping; one that is not yet settled when the clock starts.
    """
    for name in choice.codes:
        if name not in CHOSEN_BY:
            raise EstimandError(
                f"Children cannot be chosen by {name!r}. It is not known, or not settled before "
                f"the infusion. Choose by one of: {', '.join(CHOSEN_BY)}."
            )
        refuse_foreseeing(_SETTLED_WITH.get(name, name), clock)
    dated = in_period((child.course for child in children), choice.period)
    codes = {name: [of(child) for child in children] for name, of in CHOSEN_BY.items()}
    chosen = tuple(
        held and all(codes[name][place] == code for name, code in choice.codes.items())
        for place, held in enumerate(dated.chosen)
    )
    occurring = {name: tuple(sorted(set(found))) for name, found in codes.items()}
    return ChosenChildren(chosen, dated.without_date, occurring)
