# SPDX-License-Identifier: Apache-2.0
"""What the library's children are given after their infusion: nothing, a transplant, more cells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from cartulary.codebook.words import Words
from cartulary.course.choice import Choice
from cartulary.twin.policy import Policy, When


class PlanKind(Choice):
    """What is given in remission."""

    NOTHING = "nothing", "nothing further", "niets verder"
    TRANSPLANT = "transplant", "transplant in remission", "transplantatie in remissie"
    REINFUSION = "reinfusion", "second infusion in remission", "tweede infusie in remissie"


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan: what is given, and on which day after the first infusion (0 for nothing).

    Whoever is no longer in remission on that day is not given it.

    >>> PLANS[1].plan_id, PLANS[1].words.en
    ('transplant_70', 'transplant in remission, 70 days after the infusion')
    """

    kind: PlanKind
    day: int

    @property
    def plan_id(self) -> str:
        """A short name, such as transplant_70."""
        return self.kind.value if self.kind is PlanKind.NOTHING else f"{self.kind.value}_{self.day}"

    @property
    def words(self) -> Words:
        """What a person reads."""
        if self.kind is PlanKind.NOTHING:
            return Words(self.kind.en, self.kind.nl)
        return Words(
            f"{self.kind.en}, {self.day} days after the infusion",
            f"{self.kind.nl}, {self.day} dagen na de infusie",
        )

    def policy(self, base: Policy) -> Policy:
        """The policy that does this for everybody in remission on the day, and nothing else."""
        nothing = replace(
            base,
            transplant=replace(base.transplant, when=When.NONE),
            second_infusion=replace(base.second_infusion, when=When.NONE),
        )
        if self.kind is PlanKind.NOTHING:
            return nothing
        if self.kind is PlanKind.TRANSPLANT:
            rule = replace(
                base.transplant,
                when=When.ALL,
                criteria=(),
                visit_days=(self.day,),
                delay_days=0,
                again=True,
                until_days=self.day,
            )
            return replace(nothing, transplant=rule)
        again = replace(base.second_infusion, when=When.ALL, criteria=(), delay_days=0)
        # A second infusion is decided at the planned looks: here there is one, on its day.
        return replace(nothing, second_infusion=again, visit_days=(self.day,))


NOTHING: Final = Plan(PlanKind.NOTHING, 0)
#: A transplant six weeks, a second infusion four weeks after the looks of day 28 and month 3.
PLANS: Final = (
    NOTHING,
    Plan(PlanKind.TRANSPLANT, 70),
    Plan(PlanKind.TRANSPLANT, 133),
    Plan(PlanKind.REINFUSION, 56),
    Plan(PlanKind.REINFUSION, 119),
)
