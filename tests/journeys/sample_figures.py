# SPDX-License-Identifier: Apache-2.0
"""Made-up data of one figure of each kind, in both languages, for tests of the rendering.

No child, date or figure in it is real; published figures are stand-ins for their shape only.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

from cartulary.reports.content import (
    AtRisk,
    BenchmarkMark,
    Cause,
    Count,
    CumulativeIncidenceData,
    FlowBand,
    FlowData,
    FlowNode,
    Lane,
    LaneGroup,
    Mark,
    Segment,
    Step,
    SurvivalCurveData,
    SwimmerData,
    ToxicityData,
    ToxicityRow,
)

WORDS = tomllib.loads(Path(__file__).with_name("sample_words.toml").read_text(encoding="utf-8"))


def words_in(lang: str) -> Callable[[str], str]:
    """The sample's words of one language by their names."""
    return lambda name: WORDS[name][("nl", "en").index(lang)]


MONTH = 365.25 / 12
# Months under observation and whether they ended in an event, one child each.
ENDS = (
    (0.3, 0),
    (1.0, 1),
    (1.2, 1),
    (1.6, 1),
    (1.9, 1),
    (2.9, 0),
    (3.4, 0),
    (4.0, 0),
    (5.8, 1),
    (6.4, 1),
    (6.6, 0),
    (9.1, 1),
    (9.5, 1),
    (9.9, 1),
    (11.2, 0),
    (13.1, 0),
    (16.0, 0),
    (20.4, 0),
    (24.8, 0),
)
TABLE = tuple(
    AtRisk(m, sum(e[0] >= m for e in ENDS), sum(e[0] <= m and e[1] for e in ENDS))
    for m in (0, 3, 6, 9, 12, 18, 24)
)

CHILDREN = Count(26, "children")
INFUSED = Count(19, "infused")
INFUSIONS = Count(22, "infusions")


def curve(label: str) -> SurvivalCurveData:
    survival, at_risk, done = 1.0, len(ENDS), 0
    steps = [Step(0, 1, 1, 1, at_risk)]
    for month, event in ENDS:
        if event:
            survival *= 1 - 1 / at_risk
            done += 1
            spread = 0.045 + 0.028 * done
            low, high = max(0.0, survival - 1.2 * spread), min(1.0, survival + spread)
            steps.append(Step(month * MONTH, survival, low, high, at_risk, 1))
        at_risk -= 1
    return SurvivalCurveData(
        label=label,
        clock="infusion",
        origin="reconstructed",
        unit="child",
        n=19,
        events=9,
        steps=tuple(steps),
        censor_days=tuple(m * MONTH for m, e in ENDS if not e),
        table=TABLE,
        last_day=24.8 * MONTH,
        named=(0.397, 0.151, 0.642),
        benchmarks=(
            BenchmarkMark("ELIANA", 12, 0.57, None, None, "eliana"),
            BenchmarkMark("CIBMTR", 12, 0.52, 0.43, 0.61, "cibmtr", comparable=False),
            BenchmarkMark("ELIANA", 6, 0.73, 0.60, 0.82, "eliana"),
        ),
    )


def incidence(lang: str) -> CumulativeIncidenceData:
    nl, t = lang == "nl", words_in(lang)

    def cause(label: str, months: tuple[float, ...], tone: int | str, value: float) -> Cause:
        height = value / len(months)
        steps = tuple((m * MONTH, height * (i + 1)) for i, m in enumerate(months))
        return Cause(label, len(months), steps, tone, value, value * 0.4, min(1, value * 1.9))

    return CumulativeIncidenceData(
        clock="infusion",
        origin="reconstructed",
        unit="child",
        n=19,
        causes=(
            cause("vroeg recidief" if nl else "early relapse", (1, 1.2, 1.6, 1.9), 0, 0.22),
            cause("CD19-negatief" if nl else "CD19-negative", (5.8, 6.4), 1, 0.14),
            cause("CD19-positief" if nl else "CD19-positive", (9.1, 9.5, 9.9), 2, 0.24),
        ),
        table=TABLE,
        last_day=24.8 * MONTH,
        free_label=t("free_of_relapse"),
    )


def swim(lang: str) -> SwimmerData:
    nl, t = lang == "nl", words_in(lang)

    def lane(
        name: str,
        end: float,
        relapse: float = 0,
        sct: float = 0,
        *,
        dead: bool = False,
        negative: bool = False,
        second: float = 0,
        late: float = 0,
    ) -> Lane:
        segments, marks, start = [], [], 0.0
        if late:
            segments.append(Segment("no_remission", 0, late * MONTH))
            start = late * MONTH
        until = (relapse or end) * MONTH
        if sct and not relapse:
            segments.append(Segment("remission", start, sct * MONTH))
            segments.append(Segment("after_transplant", sct * MONTH, until))
        else:
            segments.append(Segment("remission", start, until))
        if relapse:
            segments.append(Segment("after_relapse", until, end * MONTH))
            kind = "relapse_cd19_negative" if negative else "relapse"
            marks.append(Mark(kind, relapse * MONTH))
        if second:
            marks.append(Mark("infusion", second * MONTH))
        if sct:
            marks.append(Mark("transplant", sct * MONTH))
        marks.append(Mark("death" if dead else "alive", end * MONTH))
        return Lane(name, tuple(segments), tuple(marks))

    return SwimmerData(
        "infusion",
        "reconstructed",
        (
            LaneGroup(
                t("early_relapse"),
                (
                    lane("M-008", 3.1, 1.0, dead=True, late=0.9),
                    lane("M-003", 7.4, 1.2, dead=True, second=2.6, late=0.8),
                    lane("M-017", 5.1, 1.6),
                    lane("M-020", 4.0, 1.9),
                ),
                ("geen expansie", "4 kinderen") if nl else ("no expansion", "4 children"),
            ),
            LaneGroup(
                t("cd19_negative"),
                (
                    lane("M-005", 12.6, 5.8, dead=True, negative=True),
                    lane("M-010", 9.4, 6.4, negative=True),
                ),
                ("aplasie houdt aan",) if nl else ("aplasia goes on",),
            ),
            LaneGroup(
                t("cd19_positive"),
                (
                    lane("M-006", 9.7, 9.1),
                    lane("M-007", 18.3, 9.5, 13.0),
                    lane("M-012", 15.2, 9.9, second=10.6),
                ),
                ("aplasie voorbij", "3 kinderen") if nl else ("aplasia over", "3 children"),
            ),
            LaneGroup(
                t("no_relapse"),
                (
                    lane("M-002", 24.8),
                    lane("M-001", 20.4),
                    lane("M-018", 16.0, second=14.7),
                    lane("M-021", 15.5, 0, 11.2),
                    lane("M-009", 13.1),
                    lane("M-011", 7.3, 0, 2.9),
                    lane("M-014", 6.5),
                    lane("M-015", 6.4, 0, 4.0),
                    lane("M-013", 4.9, 0, 3.4),
                    lane("M-025", 0.3),
                ),
                ("10 kinderen",) if nl else ("10 children",),
            ),
        ),
    )


def toxicity(lang: str) -> ToxicityData:
    t = words_in(lang)
    any_grade = t("any_grade")
    eliana, cibmtr = "ELIANA", "CIBMTR"

    def row(
        label: str, k: int, low: float, high: float, *others: BenchmarkMark, group: bool = False
    ) -> ToxicityRow:
        return ToxicityRow(
            label, "infusion", Count(k, f"tox.{label}"), INFUSIONS, k / 22, low, high, others, group
        )

    return ToxicityData(
        t("this_programme"),
        "reconstructed",
        (
            row(
                f"CRS, {any_grade}",
                9,
                0.21,
                0.64,
                BenchmarkMark(eliana, 0, 0.77, 0.66, 0.86, "eliana", comparable=False),
                BenchmarkMark(cibmtr, 0, 0.55, 0.49, 0.61, "cibmtr"),
            ),
            row(
                t("crs_grade_4"),
                0,
                0,
                0.154,
                BenchmarkMark(eliana, 0, 0.25, 0.16, 0.37, "eliana", comparable=False),
            ),
            row(
                f"ICANS, {any_grade}",
                0,
                0,
                0.154,
                BenchmarkMark(eliana, 0, 0.40, 0.29, 0.52, "eliana", comparable=False),
                BenchmarkMark(cibmtr, 0, 0.27, 0.22, 0.33, "cibmtr"),
                group=True,
            ),
            row(
                t("febrile_neutropenia"),
                13,
                0.36,
                0.79,
                BenchmarkMark(eliana, 0, 0.36, 0.25, 0.48, "eliana"),
                group=True,
            ),
        ),
    )


def stream(lang: str) -> FlowData:
    nl = lang == "nl"

    def node(
        name: str, column: int, count: int, kind: str = "course", dutch: str = "", english: str = ""
    ) -> FlowNode:
        return FlowNode(name, column, dutch if nl else english, Count(count, f"flow.{name}"), kind)

    return FlowData(
        (
            ("Indicatie", "26 kinderen"),
            ("Aferese", "26 · 31 aferesen"),
            ("Product vrij", "24"),
            ("Infusie", "19 · 22 infusies"),
            ("Dag 28", "16 in remissie"),
            ("1 jaar", "19 kinderen"),
        )
        if nl
        else (
            ("Indication", "26 children"),
            ("Apheresis", "26 · 31 aphereses"),
            ("Product released", "24"),
            ("Infusion", "19 · 22 infusions"),
            ("Day 28", "16 in remission"),
            ("1 year", "19 children"),
        ),
        (
            node("indication", 0, 26),
            node("apheresis", 1, 26),
            node("released", 2, 24),
            node("failed", 2, 2, "loss", "product mislukt", "product failed"),
            node("infused", 3, 19),
            node("ill", 3, 3, "loss", "te ziek, overleden", "too ill, died"),
            node("waiting", 3, 2, "unknown", "nog onderweg", "on the way"),
            node("remission", 4, 16),
            node("none", 4, 2, "loss", "geen remissie", "no remission"),
            node("early", 4, 1, "unknown", "nog niet zover", "not yet due"),
            node("free", 5, 4, "course", "vrij van events", "free of events"),
            node("sct", 5, 4, "course", "SCT in remissie", "SCT in remission"),
            node("event", 5, 9, "loss", "een event", "an event"),
            node("short", 5, 2, "unknown", "nog geen jaar gevolgd", "not yet a year"),
        ),
        (
            FlowBand("indication", "apheresis", 26),
            FlowBand("apheresis", "released", 24),
            FlowBand("apheresis", "failed", 2),
            FlowBand("released", "infused", 19),
            FlowBand("released", "ill", 3),
            FlowBand("released", "waiting", 2),
            FlowBand("infused", "remission", 16),
            FlowBand("infused", "none", 2),
            FlowBand("infused", "early", 1),
            FlowBand("remission", "free", 4),
            FlowBand("remission", "sct", 4),
            FlowBand("remission", "event", 7),
            FlowBand("remission", "short", 1),
            FlowBand("none", "event", 2),
            FlowBand("early", "short", 1),
        ),
    )
