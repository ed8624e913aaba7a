# SPDX-License-Identifier: Apache-2.0
"""The children, what they had before, and the way to the infusion."""

from __future__ import annotations

import numpy as np
import polars as pl

from cartulary.course.cohort_columns import CHILD
from cartulary.course.course import DAYS_PER_YEAR, Origin
from cartulary.course.events.cells import Preservation, ProductStatus
from cartulary.course.events.disease import Decision, Disease, PriorKind, Sex
from cartulary.course.events.treatment import BridgingKind, Regimen
from cartulary.twin.afterwards_histories import SegmentKind
from cartulary.twin.block import Block
from cartulary.twin.narrate.rows import Values, days_of, rows, words_at
from cartulary.twin.pathway_columns import BRIDGING, PRODUCT_STATUS, WHY_NEVER, WhyNever
from cartulary.twin.policy import Platform
from cartulary.twin.population_children import GENETICS, REASONS

DAYS_PER_MONTH = DAYS_PER_YEAR / 12
CENTRE = ""

# Reasons for which somebody decided against an infusion, on the day or later.
CALLED_OFF = (WhyNever.NOT_ELIGIBLE, WhyNever.REFUSED, WhyNever.NO_CELLS, WhyNever.NOT_FIT)


def course_ids(block: Block) -> pl.Series:
    """The pseudonyms: the children's numbers in the run."""
    return pl.select(
        pl.format(
            "V-{}", pl.lit(pl.Series(block.children.numbers)).cast(pl.String).str.zfill(7)
        ).alias("course_id")
    )["course_id"]


def children(block: Block) -> pl.DataFrame:
    """One row a child, without a calendar date."""
    kids = block.children
    return pl.DataFrame(
        {
            "course_id": course_ids(block),
            "sex": words_at((Sex.MALE, Sex.FEMALE), kids.female.astype(np.int64)),
            "age_days_at_day0": days_of(kids.age_days),
        }
    ).with_columns(
        origin=pl.lit(Origin.SIMULATED.value),
        centre=pl.lit(CENTRE),
        data_cut_day=pl.lit(int(block.horizon_days), dtype=pl.Int32),
    )


def diagnosis(block: Block) -> pl.DataFrame:
    """The first diagnosis; the model knows no day for it."""
    places = _all(block)
    return rows(
        places,
        np.full(len(places), np.nan),
        disease=Disease.B_ALL.value,
        genetics=words_at(GENETICS, block.children.genetics),
    ).with_columns(pl.concat_list("genetics"))


def prior_therapy(block: Block) -> pl.DataFrame:
    """Earlier lines, transplant and antibodies; only a transplant has a day."""
    kids, places = block.children, _all(block)
    never = np.full(len(places), np.nan)
    transplant_day = -np.round(kids.months_since_transplant * DAYS_PER_MONTH)
    # Months are rounded to days: never to the day of birth or before.
    transplant_day = np.maximum(transplant_day, 1.0 - kids.age_days)
    given = (
        (PriorKind.CHEMOTHERAPY, kids.prior_lines > 0, never),
        (PriorKind.TRANSPLANT, kids.prior_transplant, transplant_day),
        (PriorKind.BLINATUMOMAB, kids.prior_blinatumomab, never),
        (PriorKind.INOTUZUMAB, kids.prior_inotuzumab, never),
    )
    return pl.concat(
        [rows(places, day, who, therapy=kind.value) for kind, who, day in given],
        how="diagonal_relaxed",
    )


def indication(block: Block) -> pl.DataFrame:
    """The decision on day 0, and a later one where CAR-T was called off."""
    kids, way, places = block.children, block.pathway, _all(block)
    off = np.isin(way.why_never, [WHY_NEVER.index(why) for why in CALLED_OFF])
    at_once = off & (np.nan_to_num(way.ended_day) <= 0)
    why = words_at([one.en for one in WHY_NEVER], way.why_never)
    first = rows(
        places,
        way.decided_day,
        reason=words_at(REASONS, kids.reason),
        relapse_number=kids.relapse_number,
        decision=words_at((Decision.ACCEPTED, Decision.DECLINED), at_once.astype(np.int64)),
        decline_reason=words_at(
            [one.en for one in WHY_NEVER], np.where(at_once, way.why_never, -1)
        ),
    )
    later = rows(
        places,
        way.ended_day,
        off & ~at_once & (way.ended_day <= block.last_day),
        decision=Decision.DECLINED.value,
        decline_reason=why,
    )
    return pl.concat([first, later], how="diagonal_relaxed")


def apheresis(block: Block) -> pl.DataFrame:
    """Every collection; the yield is known of the last."""
    way, places = block.pathway, _all(block)
    central = block.policy.making.platform is Platform.CENTRAL
    kept = (Preservation.FROZEN if central else Preservation.FRESH).value
    too_few = way.why_never == WHY_NEVER.index(WhyNever.NO_CELLS)
    happened = way.aphereses > 0
    seen = block.last_day
    earlier = rows(
        places,
        way.first_apheresis_day,
        happened & (way.aphereses > 1) & (way.first_apheresis_day <= seen),
        number=1,
        preservation=kept,
        adequate=False,
    )
    last = rows(
        places,
        way.apheresis_day,
        happened & (way.apheresis_day <= seen),
        number=np.where(way.aphereses > 1, 2, 1),
        cd3_yield_e9=way.cd3_yield_e9,
        preservation=kept,
        adequate=~too_few,
    )
    return pl.concat([earlier, last], how="diagonal_relaxed")


def product(block: Block) -> pl.DataFrame:
    """Every product that was ordered: one that failed, and the one made after it."""
    way, places, making = block.pathway, _all(block), block.policy.making
    seen = block.last_day
    shared: dict[str, Values | str] = {
        "product": making.product.value,
        "site": making.platform.site.value,
        "apheresis_number": np.where(way.aphereses > 1, 2, 1),
    }
    failed = rows(
        places,
        way.ordered_day,
        way.first_product_failed & (way.ordered_day <= seen),
        status=ProductStatus.FAILED.value,
        decided_day=days_of(way.first_failure_day),
        **shared,
    ).with_columns(which=pl.lit(1))
    decided = way.product_day <= seen
    status = np.where(decided, way.product_status, PRODUCT_STATUS.index(ProductStatus.STARTED))
    released = np.isin(
        way.product_status, [p for p, one in enumerate(PRODUCT_STATUS) if one.may_be_infused]
    )
    known = decided & released
    ordered = np.where(way.first_product_failed, way.first_failure_day, way.ordered_day)
    last = rows(
        places,
        ordered,
        np.isfinite(ordered) & (ordered <= seen),
        status=words_at(PRODUCT_STATUS, status),
        decided_day=days_of(np.where(decided, way.product_day, np.nan)),
        viability_percent=np.where(known, np.round(way.viability_percent, 1), np.nan),
        transduction_percent=np.where(known, np.round(way.transduction_percent, 1), np.nan),
        dose_cells=np.where(known, way.dose_cells, np.nan),
        which=np.where(way.first_product_failed, 2, 1),
        **shared,
    )
    made = pl.concat([failed, last], how="diagonal_relaxed")
    antigens = [antigen.value for antigen in making.antigens]
    approved = pl.col("status") == ProductStatus.RELEASED_OUT_OF_SPECIFICATION.value
    return made.with_columns(
        product_id=product_ids(block, made[CHILD], pl.col("which")),
        antigens=pl.lit(antigens, dtype=pl.List(pl.String)),
        approved_by=pl.when(approved).then(pl.lit("treating physician")),
    ).drop("which")


def product_ids(block: Block, places: pl.Series, which: pl.Expr) -> pl.Expr:
    """The identifiers of products: the child's pseudonym and a count."""
    return pl.format("{}-P{}", pl.lit(course_ids(block).gather(places)), which)


def bridging(block: Block) -> pl.DataFrame:
    """Every course of bridging; "none" is written down for a child that waited without."""
    way, places = block.pathway, _all(block)
    nothing = BRIDGING.index(BridgingKind.NONE)
    without = (way.bridging == nothing) | np.isnan(way.bridging_start_day)
    seen = block.last_day
    given = rows(
        places,
        way.bridging_start_day,
        ~without & (way.bridging_start_day <= seen),
        therapy=words_at(BRIDGING, way.bridging),
        stop_day=days_of(np.minimum(way.bridging_stop_day, seen)),
    )
    waited = rows(
        places,
        way.apheresis_day,
        without & np.isfinite(way.apheresis_day) & np.isfinite(way.infusion_day),
        therapy=BridgingKind.NONE.value,
    )
    return pl.concat([given, waited], how="diagonal_relaxed")


def lymphodepletion(block: Block) -> pl.DataFrame:
    """Lymphodepletion before the first infusion, and before a second where the policy gives it."""
    way, places = block.pathway, _all(block)
    first = rows(
        places,
        way.lymphodepletion_day,
        np.isfinite(way.lymphodepletion_day) & (way.lymphodepletion_day <= block.last_day),
        regimen=Regimen.FLU_CY.value,
        fludarabine_auc_mg_h_per_l=np.round(way.flu_auc, 1),
    )
    if not block.policy.second_infusion.lymphodepletion:
        return first
    again = block.followed.histories.second_infusion_day
    second = rows(
        places,
        again - block.policy.lymphodepletion.days_before_infusion,
        np.isfinite(again) & (again <= block.last_day),
        regimen=Regimen.FLU_CY.value,
    )
    return pl.concat([first, second], how="diagonal_relaxed")


def infusion(block: Block) -> pl.DataFrame:
    """The first infusion with its dose, and the second: the same cells from the same product."""
    way = block.pathway
    given = [one for one in block.followed.segments if one.kind is not SegmentKind.TRANSPLANT]
    if not given:
        return rows(np.array([], dtype=np.int64), np.array([]))
    who = np.concatenate([one.places for one in given])
    day = np.concatenate([one.start_day for one in given])
    number = np.repeat(
        [1 if one.kind is SegmentKind.INFUSION else 2 for one in given], [len(one) for one in given]
    )
    frame = rows(
        who,
        day,
        day <= block.last_day[who],
        number=number,
        dose_cells_per_kg=way.dose_cells_per_kg[who],
        dose_cells=way.dose_cells[who],
        weight_kg=np.where(number == 1, np.round(way.weight_kg[who], 1), np.nan),
        which=np.where(way.first_product_failed[who], 2, 1),
    )
    made = frame.with_columns(product_id=product_ids(block, frame[CHILD], pl.col("which")))
    return made.drop("which")


def _all(block: Block) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.arange(len(block), dtype=np.int64)
