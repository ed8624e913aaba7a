# SPDX-License-Identifier: Apache-2.0
"""One cohort under every strategy for intercurrent events, and where its children are over time."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cartulary.codebook.drawn import course_from_drawing
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.course.cohort import Cohort
from cartulary.course.errors import CodebookError, EstimandError
from cartulary.evidence import FollowUp
from cartulary.evidence.principal_stratum import principal_stratum
from cartulary.studies.estimand_rows import judged, under_strategy
from cartulary.studies.estimands import (
    COMPOSITE,
    HYPOTHETICAL,
    HYPOTHETICAL_WEIGHTED,
    PRINCIPAL_STRATUM,
    STRATEGIES,
    STRINGENT,
    TREATMENT_POLICY,
    WHILE_ON_TREATMENT,
    EstimandTable,
    estimand_table,
)
from cartulary.studies.multi_state_programme import multi_state_figure, stays_of_cohort

INFUSED = "0 | indication |\n6 | apheresis |\n40 | infusion |\n68 | assessment | response: CR\n"
# Six children: two fare well, one relapses, one is transplanted and relapses later, one gets new
# therapy and stays well, and one dies before its infusion.
DRAWN = (
    f"{INFUSED}900 | last_contact |",
    f"{INFUSED}900 | last_contact |",
    f"{INFUSED}240 | relapse | cd19_status: negative\n900 | last_contact |",
    f"{INFUSED}140 | transplant | reason: consolidation\n300 | relapse |\n900 | last_contact |",
    f"{INFUSED}160 | new_therapy | therapy: inotuzumab\n900 | last_contact |",
    "0 | indication |\n6 | apheresis |\n30 | death |",
)


def cohort(*drawings: str) -> Cohort:
    return Cohort.from_courses(
        course_from_drawing(text, course_id=f"P-{number:03d}")
        for number, text in enumerate(drawings)
    )


SIX = cohort(*DRAWN)


@pytest.fixture(scope="module")
def table() -> EstimandTable:
    return estimand_table(SIX, families=("efs", "os", "rfs"))


def value(table: EstimandTable, strategy: str, clock: str, month: int = 12) -> float | None:
    return table.row("efs", strategy, clock).at[month].value


# --- the choice of strategy --------------------------------------------------------------------


def test_the_same_children_give_a_different_figure_under_each_strategy(
    table: EstimandTable,
) -> None:
    assert value(table, TREATMENT_POLICY, "infusion") == pytest.approx(3 / 5)
    # Of five at risk two are censored, on days 100 and 120; then one of three relapses.
    assert value(table, HYPOTHETICAL, "infusion") == pytest.approx(2 / 3)
    # Two relapses and a new therapy; the transplant itself is not an event of this file.
    assert value(table, COMPOSITE, "infusion") == pytest.approx(2 / 5)
    assert value(table, STRINGENT, "infusion") == pytest.approx(2 / 5)
    # One relapse was seen before anything else was given.
    assert value(table, WHILE_ON_TREATMENT, "infusion") == pytest.approx(4 / 5)
    low, high = table.row("efs", HYPOTHETICAL, "infusion").bounds[12]
    # Of the two censored both relapse, or neither does.
    assert (low, high) == pytest.approx((2 / 5, 4 / 5))
    assert table.spread("efs", "infusion", 12) == pytest.approx((2 / 5, 2 / 3))


def test_every_row_says_how_many_children_the_choice_touched(table: EstimandTable) -> None:
    for strategy in STRATEGIES:
        row = table.row("efs", strategy, "infusion")
        assert row.intercurrent == {"second_infusion": 0, "transplant": 1, "new_therapy": 1}
    events = {s: table.row("efs", s, "infusion").events for s in STRATEGIES}
    assert events[TREATMENT_POLICY] == 2
    assert events[HYPOTHETICAL] == 1
    assert events[COMPOSITE] == 3
    assert events[WHILE_ON_TREATMENT] == 1


def test_what_becomes_of_each_kind_is_read_from_the_file(table: EstimandTable) -> None:
    assert set(table.row("efs", HYPOTHETICAL, "infusion").handled.values()) == {"censor"}
    assert table.row("efs", COMPOSITE, "infusion").handled["transplant"] == "ignore"
    assert table.row("efs", COMPOSITE, "infusion").handled["new_therapy"] == "event"
    assert table.row("efs", STRINGENT, "infusion").handled["transplant"] == "event"


def test_from_indication_and_apheresis_the_child_never_infused_is_counted(
    table: EstimandTable,
) -> None:
    for clock in ("indication", "apheresis"):
        row = table.row("efs", TREATMENT_POLICY, clock)
        assert (row.n, row.never_infused, row.events) == (6, 1, 3)
        assert row.at[12].value == pytest.approx(3 / 6)
    row = table.row("efs", TREATMENT_POLICY, "infusion")
    assert (row.n, row.never_infused) == (5, 0)


def test_what_no_file_has_is_derived_and_marked(table: EstimandTable) -> None:
    assert not table.row("efs", HYPOTHETICAL, "infusion").derived
    derived = table.row("os", COMPOSITE, "infusion")
    assert derived.derived
    assert derived.endpoint_id == "os.infusion"
    assert derived.events == 2
    assert table.row("rfs", COMPOSITE, "remission").events == 3


def test_a_principal_stratum_in_one_arm_is_refused_with_the_reason(table: EstimandTable) -> None:
    row = table.row("efs", PRINCIPAL_STRATUM, "infusion")
    assert not row.at
    assert "one arm" in row.refused
    assert "by their future" in row.refused


def test_weights_without_covariates_or_with_too_few_events_are_refused(
    table: EstimandTable,
) -> None:
    assert "No covariates were given" in table.row("efs", HYPOTHETICAL_WEIGHTED, "infusion").refused
    few = estimand_table(SIX, covariates={"age": [4, 5, 6, 7, 8, 9]})
    row = few.row("efs", HYPOTHETICAL_WEIGHTED, "infusion")
    assert "2 children were censored" in row.refused
    unknown = estimand_table(SIX, covariates={"age": [4, 5, 6, 7, np.nan, 9]})
    assert "not known for 1 of 5" in unknown.row("efs", HYPOTHETICAL_WEIGHTED, "infusion").refused


def test_with_enough_events_the_weighted_figure_stands_beside_plain_censoring() -> None:
    many, age = [], []
    for k in range(24):
        old = k % 2
        day = 100 + 7 * k
        then = "transplant |" if (k % 3 == 0) ^ old else "relapse |"
        many.append(f"{INFUSED}{day} | {then}\n{day + 500} | last_contact |")
        age.append(float(old))
    found = estimand_table(cohort(*many), covariates={"old": age}, months=(6,))
    row = found.row("efs", HYPOTHETICAL_WEIGHTED, "infusion")
    assert not row.refused
    assert sum(row.intercurrent.values()) >= 5
    weighted, plain = row.at[6].value, found.row("efs", HYPOTHETICAL, "infusion").at[6].value
    assert weighted is not None
    assert plain is not None
    assert weighted != pytest.approx(plain, abs=1e-3)
    assert any("hazard ratio of leaving" in note for note in row.notes)
    assert any("weights as known" in note for note in row.at[6].notes)


def test_the_table_is_plain_values_for_a_file(table: EstimandTable) -> None:
    written = json.loads(json.dumps(table.to_dict()))
    assert written["children"] == 6
    assert {row["family"] for row in written["rows"]} == {"efs", "os", "rfs"}


def test_questions_that_make_no_table_are_refused(table: EstimandTable) -> None:
    with pytest.raises(EstimandError, match="no family of endpoints 'pfs'"):
        estimand_table(SIX, families=("pfs",))
    with pytest.raises(EstimandError, match="no day for month 7"):
        estimand_table(SIX, months=(7,))
    with pytest.raises(EstimandError, match="has shape"):
        estimand_table(SIX, covariates={"age": [1.0]})
    with pytest.raises(EstimandError, match="no children"):
        estimand_table(Cohort.from_courses([]))
    with pytest.raises(EstimandError, match="no row efs wishful infusion"):
        table.row("efs", "wishful", "infusion")
    with pytest.raises(EstimandError, match="says nothing of"):
        under_strategy(endpoint("os.infusion"), "event", ("lunch",))
    with pytest.raises(EstimandError, match="a response, not a time"):
        judged(SIX, endpoint("response.day28.infusion"))


# --- the principal stratum where there are two arms -----------------------------------------------


def two_arms(n: int = 40) -> FollowUp:
    rng = np.random.default_rng(4)
    group = np.repeat(["A", "B"], n)
    relapse = np.ceil(rng.exponential(np.where(group == "A", 500.0, 250.0)))
    sct = np.ceil(rng.exponential(600.0, 2 * n))
    exit_ = np.minimum(np.minimum(relapse, sct), 730.0)
    status = np.where(relapse <= exit_, 1, np.where(sct <= exit_, 2, 0))
    return FollowUp(
        exit=exit_,
        status=status,
        cause_names=("relapse", "transplant"),
        unit="child",
        clock="infusion",
        definition="made up",
        origin="simulated",
        group=group,
    )


def test_without_censoring_the_stratum_is_a_share_of_those_spared() -> None:
    rows = two_arms()
    found = principal_stratum(
        rows,
        event="relapse",
        intercurrent="transplant",
        day=365,
        horizon=730,
        assumption="principal_ignorability",
        draws=np.random.default_rng(1),
        n_resamples=200,
    )
    for arm, figure in zip(("A", "B"), found.incidence, strict=True):
        own = rows.group == arm
        spared = own & (rows.status != 2)
        share = (spared & (rows.status == 1) & (rows.exit <= 365)).sum() / spared.sum()
        assert figure.value == pytest.approx(share, rel=1e-9)
    assert found.difference.low is not None
    assert found.difference.value is not None
    assert found.difference.low < found.difference.value < 0.0
    assert "no data can check" in " ".join(found.difference.notes)


def test_without_an_assumption_there_are_bounds_that_hold_the_identified_figure() -> None:
    more = {"event": "relapse", "intercurrent": "transplant", "day": 365.0, "horizon": 730.0}
    bounds = principal_stratum(two_arms(), assumption="none", **more)  # type: ignore[arg-type]
    found = principal_stratum(
        two_arms(),
        assumption="principal_ignorability",
        **more,  # type: ignore[arg-type]
    )
    for wide, narrow in zip(bounds.incidence, found.incidence, strict=True):
        assert wide.value is None
        assert wide.low is not None
        assert wide.high is not None
        assert narrow.value is not None
        assert wide.low <= narrow.value <= wide.high
    assert 0.0 <= bounds.stratum_low <= bounds.stratum_high <= 1.0


def test_a_stratum_is_refused_without_arms_or_without_an_assumption() -> None:
    rows = two_arms()
    asked = {"event": "relapse", "intercurrent": "transplant", "day": 365.0, "horizon": 730.0}
    with pytest.raises(EstimandError, match="chosen by their future"):
        principal_stratum(
            rows.subset(rows.group == "A"),
            assumption="none",
            **asked,  # type: ignore[arg-type]
        )
    with pytest.raises(EstimandError, match="No assumption was stated"):
        principal_stratum(rows, **asked)  # type: ignore[arg-type]
    with pytest.raises(EstimandError, match="which both arms must reach"):
        principal_stratum(rows, assumption="none", **{**asked, "horizon": 800.0})  # type: ignore[arg-type]


# --- states -------------------------------------------------------------------------------------


def test_every_child_is_in_one_state_and_the_rest_are_accounted_for() -> None:
    made = stays_of_cohort(cohort(*DRAWN, f"{INFUSED}? | death |\n900 | last_contact |"))
    assert made.outside == {"not_infused": 1}
    assert made.missing == {"undated:dead": 1}
    assert made.transitions is not None
    assert made.transitions.n_children == 5
    spent = made.transitions.exit - made.transitions.entry
    assert spent.sum() == 5 * 860


def test_the_shares_add_to_one_and_the_days_to_the_horizon() -> None:
    found = multi_state_figure(SIX)
    assert found is not None
    for month in (6, 12, 24):
        shares = [found.occupancy[state, month].value for state in found.curve.states]
        assert sum(share for share in shares if share is not None) == pytest.approx(1.0)
    assert found.occupancy["relapse_cd19_negative", 12].value == pytest.approx(1 / 5)
    assert found.occupancy["remission", 12].value == pytest.approx(3 / 5)
    days = [figure.value for figure in found.length_of_stay.values()]
    assert sum(day for day in days if day is not None) == pytest.approx(found.horizon)
    assert found.length_of_stay["infused"].value == pytest.approx(28.0)
    assert found.moves["infused to remission"] == 5


def test_moves_on_one_day_are_joined_and_counted() -> None:
    same = f"{INFUSED}200 | relapse |\n200 | death |"
    chained = (
        "0 | indication |\n40 | infusion |\n68 | assessment | response: CR\n68 | transplant |\n"
    )
    found = multi_state_figure(cohort(same, f"{chained}900 | last_contact |"), months=(6,))
    assert found is not None
    assert found.stays.joined == 2
    assert found.moves["infused to remission_after_transplant"] == 1
    assert any("passed through" in note for note in found.notes)


def test_a_cohort_without_infusions_has_no_figure_and_an_unknown_graph_is_refused() -> None:
    assert multi_state_figure(cohort(DRAWN[-1])) is None
    with pytest.raises(CodebookError, match="no state graph 'skeleton'"):
        multi_state_figure(SIX, "skeleton")
    with pytest.raises(EstimandError, match="no day for month 7"):
        multi_state_figure(SIX, months=(7,))
