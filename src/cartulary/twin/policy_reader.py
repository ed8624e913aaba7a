# SPDX-License-Identifier: Apache-2.0
"""Policies from their files, each read whole and refused with all its faults and lines."""

from __future__ import annotations

from pathlib import Path
from typing import Final, TypeVar

from cartulary.codebook.source import read_source
from cartulary.codebook.toml_lines import refuse_with_lines
from cartulary.codebook.toml_page import Page, page_of_text
from cartulary.course.choice import Choice
from cartulary.course.errors import CodebookError
from cartulary.course.events.cells import Antigen, ProductKind
from cartulary.course.events.disease import Reason
from cartulary.course.events.treatment import BridgingKind
from cartulary.twin.policy import (
    Bridging,
    BridgingRule,
    Criterion,
    Eligibility,
    Lymphodepletion,
    Making,
    Platform,
    Policy,
    SecondInfusionRule,
    TransplantRule,
    When,
)
from cartulary.twin.policy_checks import check_policy
from cartulary.twin.quantiles import read_quantiles

#: Bridging whose effect on the cells the parameters hold.
BRIDGING_KNOWN: Final = (
    BridgingKind.NONE,
    BridgingKind.CHEMOTHERAPY,
    BridgingKind.INOTUZUMAB,
    BridgingKind.BLINATUMOMAB,
    BridgingKind.STEROID,
)
#: CIBMTR, tisagenlecleucel, n=471: it starts 6 days before the infusion (quartiles 6 and 7).
USUAL_LYMPHODEPLETION_DAYS: Final = 6
#: No cells wait longer for a place in the laboratory: they are kept, but the child is not.
LONGEST_QUEUE_DAYS: Final = 365.0
#: Products whose antigens the model's equations know.
ANTIGENS_OF: Final = {
    ProductKind.TISAGENLECLEUCEL: (Antigen.CD19,),
    ProductKind.CD19: (Antigen.CD19,),
    ProductKind.CD19_CD22: (Antigen.CD19, Antigen.CD22),
}


def read_policy(file: Path) -> Policy:
    """The policy in one file; refused with every problem of that file at once.

    Arguments: the path of a TOML file; examples/policies holds some.
    Refuses: a file that is not there, keys that are unknown or missing, numbers that cannot be,
    and rules that contradict each other, all together and each with its line.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CodebookError(
            f"{file}: {error.strerror or error}. A policy is read from a file. Check its path."
        ) from None
    except UnicodeDecodeError as error:
        raise CodebookError(f"{file}: {error.reason}. It must be UTF-8. Save it so.") from None
    return policy_from_text(text, file.name)


def policy_from_text(text: str, file: str) -> Policy:
    """The policy that a TOML text holds; `file` is what messages call it."""
    page = page_of_text(text, file)
    made = Policy(
        policy_id=page.text("id"),
        edition=page.text("edition"),
        name=page.words("name"),
        summary=page.words("summary"),
        source=read_source(page).citation,
        file=page.file,
        eligibility=_eligibility(page.page("eligibility")),
        making=_making(_needed(page, "product")),
        bridging=_bridging(_needed(page, "bridging")),
        lymphodepletion=_lymphodepletion(page.page("lymphodepletion")),
        transplant=_transplant(_needed(page, "transplant")),
        second_infusion=_second(_needed(page, "second_infusion")),
        visit_days=_days(page, "visit_days"),
    )
    page.close()
    check_policy(made, page)
    refuse_with_lines(page, text)
    return made


def _needed(page: Page, key: str) -> Page:
    """A table that must be there."""
    if page.any(key) is None:
        page.wrong(key, "A policy that leaves it open decides nothing.", f"Write a [{key}] table.")
        return Page({}, page.file, key)
    return page.page(key)


Chosen = TypeVar("Chosen", bound=Choice)


def _choices(page: Page, key: str, known: tuple[Chosen, ...]) -> tuple[Chosen, ...]:
    """A list of codes, each of the known ones."""
    found: list[Chosen] = []
    for code in page.texts(key):
        match = next((one for one in known if one.value == code), None)
        if match is None:
            listed = ", ".join(one.value for one in known)
            page.note(key, repr(code), "It is not known here.", f"Write one of: {listed}.")
        elif match in found:
            page.note(key, repr(code), "It stands there twice.", "Leave it out once.")
        else:
            found.append(match)
    return tuple(found)


def _number(page: Page, key: str, low: float, high: float, default: float) -> float:
    """A number within limits; `default` where it is left out."""
    value = page.number(key)
    if value is None:
        return default
    if not low <= value <= high:
        page.wrong(key, f"It lies from {low:g} to {high:g}.", f"Write {key} = {default:g}, say.")
        return default
    return value


def _days(page: Page, key: str) -> tuple[int, ...]:
    """Days since the infusion, in rising order."""
    value = page.any(key)
    listed = value if isinstance(value, list) else []
    whole = [day for day in listed if isinstance(day, int) and not isinstance(day, bool)]
    if not whole or len(whole) != len(listed) or whole != sorted(set(whole)) or whole[0] < 1:
        why = "Visits are days since the infusion, whole and in rising order, from day 1 on."
        page.wrong(key, why, f"Write {key} = [28, 90, 183, 365], say.")
        return (28,)
    return tuple(whole)


def _eligibility(page: Page) -> Eligibility:
    low, high = 0.0, 26.0
    ages = page.any("age_years")
    if ages is not None:
        if (
            isinstance(ages, list)
            and len(ages) == 2
            and all(isinstance(age, (int, float)) and not isinstance(age, bool) for age in ages)
            and 0 <= ages[0] < ages[1] <= 26
        ):
            low, high = float(ages[0]), float(ages[1])
        else:
            why = "Ages run from a lowest to a highest, at most 26."
            page.wrong("age_years", why, "Write age_years = [0, 26] for all up to and with 25.")
    made = Eligibility(
        youngest_years=low,
        oldest_years=high,
        lightest_kg=_number(page, "lightest_kg", 0.0, 60.0, 0.0),
        reasons=_choices(page, "reasons", tuple(Reason)),
        cns_disease=page.yes_no("cns_disease", default=True),
        months_after_transplant=_number(page, "months_after_transplant", 0.0, 60.0, 0.0),
    )
    page.close()
    return made


def _making(page: Page) -> Making:
    kind = ProductKind(page.word("kind", tuple(one.value for one in ANTIGENS_OF)))
    made = Making(
        product=kind,
        antigens=ANTIGENS_OF[kind],
        platform=Platform(page.word("platform", tuple(one.value for one in Platform))),
        dose_cells_per_kg=_number(page, "dose_cells_per_kg", 1e4, 1e8, 3.0e6),
        dose_cells=_number(page, "dose_cells_above_50_kg", 1e5, 5e9, 1.5e8),
        queue_days=(
            read_quantiles(page, "queue_days", 0.0, LONGEST_QUEUE_DAYS)
            if page.has("queue_days")
            else None
        ),
    )
    page.close()
    return made


def _bridging(page: Page) -> Bridging:
    rules: list[BridgingRule] = []
    for rule in page.pages("rule"):
        burden = _number(rule, "burden_from", 0.0, 1.0, 0.0)
        kind = BridgingKind(rule.word("kind", tuple(one.value for one in BRIDGING_KNOWN)))
        rule.close()
        rules.append(BridgingRule(burden, kind))
    made = Bridging(
        rules=tuple(sorted(rules, key=lambda rule: -rule.burden_from)),
        infuse_below=_number(page, "infuse_below", 0.0, 1.0, 1.0),
        longest_delay_days=_number(page, "longest_delay_days", 0.0, 120.0, 0.0),
    )
    page.close()
    return made


def _lymphodepletion(page: Page) -> Lymphodepletion:
    target = page.number("fludarabine_auc_target")
    if target is not None and not 2 <= target <= 60:
        why = "A fludarabine exposure lies from 2 to 60 mg*h/L."
        page.wrong("fludarabine_auc_target", why, "Leave it out to dose by body surface.")
    days = page.whole_or("days_before_infusion", USUAL_LYMPHODEPLETION_DAYS)
    if not 3 <= days <= 20:
        why = "It takes four days, and its effect is gone after some weeks."
        page.wrong("days_before_infusion", why, "Write days_before_infusion = 6.")
    page.close()
    return Lymphodepletion(target, days)


def _transplant(page: Page) -> TransplantRule:
    made = TransplantRule(
        when=When(page.word("when", tuple(one.value for one in When))),
        criteria=_choices(page, "criteria", tuple(Criterion)),
        aplasia_lost_before_days=page.whole_or("aplasia_lost_before_days", 183),
        visit_days=_days(page, "visit_days") if page.has("visit_days") else (),
        delay_days=page.whole_or("delay_days", 42),
        again=page.yes_no("again", default=False),
        until_days=page.whole_or("until_days", 365),
    )
    page.close()
    return made


def _second(page: Page) -> SecondInfusionRule:
    made = SecondInfusionRule(
        when=When(page.word("when", tuple(one.value for one in When))),
        criteria=_choices(page, "criteria", tuple(Criterion)),
        aplasia_lost_before_days=page.whole_or("aplasia_lost_before_days", 183),
        delay_days=page.whole_or("delay_days", 28),
        lymphodepletion=page.yes_no("lymphodepletion", default=True),
    )
    page.close()
    return made
