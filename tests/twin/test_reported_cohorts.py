# SPDX-License-Identifier: Apache-2.0
"""A simulated cohort on its way through the report: the same figures in less time, and marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import polars as pl
import pytest

from cartulary.codebook.parameter_reader import parameters
from cartulary.course.cohort import Cohort
from cartulary.course.events import Finding
from cartulary.course.events.observation import ToxicityKind
from cartulary.course.tables import Programme
from cartulary.studies import checked_programme as checking
from cartulary.studies import many_children
from cartulary.studies.checked_programme import CheckedProgramme, checked_programme
from cartulary.studies.child_summary import ChildSummary, summaries
from cartulary.studies.expansion_and_relapse import expansion_and_relapse
from cartulary.studies.many_children import summaries_of
from cartulary.studies.toxicity import KINDS
from cartulary.twin.narrate import narrate
from tests.twin.made_blocks import made_block

CHILDREN = 90
SOME = 40


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done for many children is done here for a few."""
    monkeypatch.setattr(many_children, "MANY", SOME)
    monkeypatch.setattr(checking, "CHECKED_OF_MANY_SIMULATED", SOME)


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    return narrate(made_block(CHILDREN, second_infusion=True), parameters())


def ungraded(cohort: Cohort) -> Cohort:
    """The same children; of every third nobody wrote down a grade, so that signs must be read."""
    third = pl.col("child") % 3 != 0
    return cohort.with_rows({"toxicity": third})


def facts(child: ChildSummary) -> Mapping[str, object]:
    found = {one.name: getattr(child, one.name) for one in fields(child) if one.name != "course"}
    # ICAHT is in no figure; of many children it is not computed.
    graded = [t for t in child.toxicities if t.kind is not ToxicityKind.ICAHT]
    return {**found, "toxicities": tuple(graded)}


@pytest.mark.parametrize("graded", [True, False])
def test_many_children_are_summed_up_as_one_by_one(cohort: Cohort, graded: bool) -> None:
    held = cohort if graded else ungraded(cohort)
    plain = summaries(held.courses())
    quick = summaries_of(held, KINDS)
    assert [facts(child) for child in quick] == [facts(child) for child in plain]
    assert any(child.toxicities for child in quick)


def test_signs_are_kept_only_where_a_grade_hangs_on_them(cohort: Cohort) -> None:
    kept = {c.child for c in summaries_of(ungraded(cohort), KINDS) if c.course.all(Finding)}
    infused = cohort.events["infusion"]["child"].unique()
    expected = {f"V-{number:07d}" for number in infused.to_list() if number % 3 == 0}
    # A child whose age passes 12 in these weeks cannot be graded 0 for ICANS, and is looked at too.
    assert expected <= kept
    assert len(kept - expected) <= 3


def test_of_many_simulated_children_some_are_checked_and_it_is_said() -> None:
    held = narrate(made_block(SOME + 20), parameters())
    read = Programme(held, (), (), "made", "", None, None, ())
    checked = checked_programme(read)
    assert isinstance(checked, CheckedProgramme)
    assert checked.checked == SOME
    assert len(checked.cohort) == len(held)
    recorded = Cohort(
        held.children.with_columns(origin=pl.lit("recorded")), held.events, "recorded"
    )
    every = checked_programme(Programme(recorded, (), (), "made", "", None, None, ()))
    assert isinstance(every, CheckedProgramme)
    assert every.checked == len(recorded)


def test_groups_of_relapse_and_burden_add_up(cohort: Cohort) -> None:
    found = expansion_and_relapse(cohort)
    assert sum(line.share.events or 0 for line in found.by_relapse) == found.infused
    assert sum(line.children for line in found.by_burden) == found.infused
    by_class = {line.relapse_class: line for line in found.by_relapse}
    relapses = cohort.events["relapse"].height
    assert by_class["cd19_positive"].share.events == relapses
    late = by_class["cd19_positive"].aplasia_ongoing
    told = cohort.events["relapse"]["b_cell_aplasia"].sum()
    assert late is not None
    assert late.events == told
    peaks = by_class["none"].peak_copies
    assert peaks is not None
    assert peaks.n > 20
    never = by_class["no_remission"]
    remitted = cohort.events["assessment"].filter(pl.col("response").is_in(["CR", "CRi"]))["child"]
    infused = cohort.events["infusion"]["child"]
    assert never.share.events == infused.filter(~infused.is_in(remitted.to_list())).n_unique()
    failed = by_class["none"].expansion_failed
    assert failed is not None
    assert failed.events is not None
    assert failed.events < 0.5 * peaks.n
