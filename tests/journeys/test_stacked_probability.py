# SPDX-License-Identifier: Apache-2.0
"""The figure of states: every child in one band, each named; the equal table says the same."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from cartulary.course.errors import EstimandError
from cartulary.evidence.multi_state import occupancy
from cartulary.reports.content import Chart, Section, says
from cartulary.reports.disclosure import controlled
from cartulary.reports.figures import theme
from cartulary.reports.figures.stacked_probability import TONE
from cartulary.reports.figures.svg import svg_of
from cartulary.reports.gathered_counts import gathered
from cartulary.reports.occupancy_data import OccupancyData, occupancy_data, share_on
from cartulary.reports.occupancy_table import occupancy_sums, occupancy_table
from cartulary.reports.small_counts import withheld_keys
from cartulary.reports.tabulated import set_table
from cartulary.reports.wording import percent
from tests.journeys.sample_report import sample_report
from tests.journeys.sample_states import TONES, sample_curve, sample_states

LANGUAGES = ["nl", "en"]
LIMIT = 5


def controlled_states(n: int, seed: int) -> tuple[OccupancyData, OccupancyData | None, set[str]]:
    """The figure's data, what disclosure leaves of it, and the counts withheld."""
    data = sample_states("en", n=n, seed=seed)
    table = occupancy_table(data, (says("x"),), "en", "states")
    chart = Chart(data, (says("x"),), says("x"), table, "states")
    report = replace(
        sample_report("en"),
        sections=(Section("States", (), (chart,), id="states"),),
        appendix=(), figures=(), sums=(), within=(), spine=(), brief=(), brief_table=None,
        facts=(), suppress=LIMIT,
    )  # fmt: skip
    counts = gathered(report)
    keys = withheld_keys(counts.values, counts.equations, LIMIT, counts.shadows)
    (block, *_) = controlled(report).sections[0].blocks
    left = block.data if isinstance(block, Chart) else None
    assert left is None or isinstance(left, OccupancyData)
    return data, left, {key for key in keys if "without" not in key}


def words_in(svg: str) -> str:
    return " ".join(re.findall(r">([^<]+)</text>", svg))


def luminance(colour: str) -> float:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_state_stands_at_the_edge_with_its_share(lang: str) -> None:
    data = sample_states(lang)
    said = words_in(svg_of(data, lang))
    place = data.months.index(data.named_month)
    for band in data.bands:
        for word in band.label.split():
            assert word in said
        share = band.shares[place].value
        assert share is not None
        assert percent(share, lang) in said
    assert ("op 12 maanden" if lang == "nl" else "at 12 months") in said


def test_the_figure_is_the_same_every_time_and_carries_no_clashing_ids() -> None:
    first = svg_of(sample_states("nl"), "nl")
    assert first == svg_of(sample_states("nl"), "nl")
    assert first.startswith("<svg")


def test_the_bands_fill_the_whole_height() -> None:
    data = sample_states("en")
    for day in (0.0, 30.0, 365.0, data.last_day):
        assert sum(share_on(band, day) for band in data.bands) == pytest.approx(1.0, abs=1e-9)


def test_neighbouring_bands_differ_in_grey_or_are_outlined() -> None:
    """Every ground has an outline darker than it by far, so that grey print tells bands apart."""
    for tone in TONES.values():
        fill, line = TONE[tone]
        assert luminance(fill) - luminance(line) > 30
    assert TONE["dead"][0] == theme.PAPER


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_equal_table_holds_the_same_shares(lang: str) -> None:
    data = sample_states(lang)
    table = set_table(occupancy_table(data, (says("x"),), lang, "states"), lang, "screen")
    named = 1 + 2 * data.months.index(data.named_month)
    by_state = {row.cells[0].plain: row for row in table.rows}
    for band in data.bands:
        share = band.shares[data.months.index(data.named_month)].value
        assert share is not None
        assert by_state[band.label].cells[named].plain == percent(share, lang, sign=False)
    assert [row.cells[0].plain for row in table.rows[:-2]] == [
        band.label for band in reversed(data.bands)
    ]


def test_numbers_under_the_figure_are_those_under_observation() -> None:
    curve, data = sample_curve(), sample_states("en")
    rows = curve.transitions
    for month, count in zip(data.months, data.at_risk, strict=True):
        day = month * 365.25 / 12
        assert count.value == int(((rows.entry < day) & (rows.exit >= day)).sum())
    assert data.n == 30


def test_every_child_is_seen_in_one_state_or_was_lost() -> None:
    """The sums that disclosure control works with are true, and leave nobody out."""
    data = sample_states("en")
    for sum_ in occupancy_sums(data):
        assert sum_.total.value == sum(part.value for part in sum_.parts)
    assert len(occupancy_sums(data)) == 3 * len(data.months)
    rows = sample_curve().transitions
    died = rows.exit[rows.to_state == rows.state_number("dead")]
    (dead,) = (band for band in data.bands if band.tone == "dead")
    day = 12 * 365.25 / 12
    assert dead.counts[data.months.index(12)].value == int((died < day).sum())


def test_a_short_follow_up_has_no_share_at_a_year() -> None:
    rows = sample_curve().transitions
    early = rows.subset(rows.exit < 200)
    curve = occupancy(early, start="infused")
    states = [(s, s, tone) for s, tone in TONES.items()]
    data = occupancy_data(curve, states, months=(3, 12))
    assert all(band.shares[1].value is None for band in data.bands)
    said = words_in(svg_of(data, "en"))
    assert "not yet estimated" in said
    cells = occupancy_table(data, (says("x"),), "en").rows[0].cells
    assert len(cells) == 4  # a wide absence fills two columns


def test_what_cannot_be_drawn_is_refused() -> None:
    data = sample_states("en")
    with pytest.raises(EstimandError, match="add to"):
        replace(data, bands=data.bands[:-1])
    with pytest.raises(EstimandError, match="tone"):
        replace(data, bands=(replace(data.bands[0], tone="pink"), *data.bands[1:]))
    with pytest.raises(EstimandError, match="named month"):
        replace(data, named_month=7)
    with pytest.raises(EstimandError, match="clock"):
        replace(data, clock="birth")
    with pytest.raises(EstimandError, match="not listed"):
        occupancy_data(sample_curve(), [("remission", "remission", 0), ("dead", "dead", "dead")])
    later = occupancy(sample_curve().transitions, start="remission", start_day=100)
    with pytest.raises(EstimandError, match="starts on day 100"):
        occupancy_data(later, [(s, s, t) for s, t in TONES.items()])


def test_a_large_cohort_keeps_its_figure_under_suppression() -> None:
    data, left, _ = controlled_states(3000, 4)
    assert left is not None
    assert left.months_only
    assert len(left.months) >= 2
    assert set(left.months) <= set(data.months)
    words = words_in(svg_of(left, "en"))
    assert f"at {left.named_month:g} months" in words


@pytest.mark.parametrize(("n", "seed"), [(60, 1), (120, 2), (300, 3), (300, 4), (900, 5)])
def test_no_small_number_is_left_in_the_figure(n: int, seed: int) -> None:
    """Each band holds nobody or enough children, in each month and from one month to the next."""
    data, left, hidden = controlled_states(n, seed)
    assert left is not None
    of_label = {band.label: band for band in data.bands}
    alone = [band for band in left.bands if band.counts]
    joined = [label for label in of_label if label not in {band.label for band in alone}]
    assert len(joined) != 1
    places = [data.months.index(month) for month in left.months]
    groups = [[of_label[band.label]] for band in alone]
    groups += [[of_label[label] for label in joined]] if joined else []
    for group in groups:
        held = [sum(band.counts[place].value for band in group) for place in places]
        assert all(number == 0 or number >= LIMIT for number in held)
        steps = [abs(after - before) for before, after in pairwise(held)]
        assert all(number == 0 or number >= LIMIT for number in steps)
    for band in alone:
        for count in band.counts:
            assert f"{count.key}={count.value}" not in hidden
    days = {0.0, *(month * 365.25 / 12 for month in left.months)}
    assert {day for band in left.bands for day, _ in band.steps} == days
    drawn = svg_of(left, "en")
    assert "mark-area" not in drawn


def test_a_handful_of_children_has_no_figure() -> None:
    _, left, _ = controlled_states(12, 2)
    assert left is None
