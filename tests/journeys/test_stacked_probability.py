# SPDX-License-Identifier: Apache-2.0
"""The figure of states: every child in one band, each named; the equal table says the same."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from cartulary.course.errors import EstimandError
from cartulary.evidence.multi_state import occupancy
from cartulary.reports.content import says
from cartulary.reports.figures import theme
from cartulary.reports.figures.stacked_probability import TONE, stacked_probability_svg
from cartulary.reports.occupancy_data import occupancy_data, share_on
from cartulary.reports.occupancy_table import occupancy_table
from cartulary.reports.tabulated import set_table
from cartulary.reports.wording import percent
from tests.journeys.sample_states import TONES, sample_curve, sample_states

LANGUAGES = ["nl", "en"]


def words_in(svg: str) -> str:
    return " ".join(re.findall(r">([^<]+)</text>", svg))


def luminance(colour: str) -> float:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_state_stands_at_the_edge_with_its_share(lang: str) -> None:
    data = sample_states(lang)
    said = words_in(stacked_probability_svg(data, lang))
    place = data.months.index(data.named_month)
    for band in data.bands:
        for word in band.label.split():
            assert word in said
        share = band.shares[place].value
        assert share is not None
        assert percent(share, lang) in said
    assert ("op 12 maanden" if lang == "nl" else "at 12 months") in said


def test_the_figure_is_the_same_every_time_and_carries_no_clashing_ids() -> None:
    first = stacked_probability_svg(sample_states("nl"), "nl")
    assert first == stacked_probability_svg(sample_states("nl"), "nl")
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
    assert [row.cells[0].plain for row in table.rows[:-1]] == [
        band.label for band in reversed(data.bands)
    ]


def test_numbers_under_the_figure_are_those_under_observation() -> None:
    curve, data = sample_curve(), sample_states("en")
    rows = curve.transitions
    for month, count in zip(data.months, data.at_risk, strict=True):
        day = month * 365.25 / 12
        assert count == int(((rows.entry < day) & (rows.exit >= day)).sum())
    assert data.n == 30


def test_a_short_follow_up_has_no_share_at_a_year() -> None:
    rows = sample_curve().transitions
    early = rows.subset(rows.exit < 200)
    curve = occupancy(early, start="infused")
    states = [(s, s, tone) for s, tone in TONES.items()]
    data = occupancy_data(curve, states, months=(3, 12))
    assert all(band.shares[1].value is None for band in data.bands)
    said = words_in(stacked_probability_svg(data, "en"))
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
