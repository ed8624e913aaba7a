# SPDX-License-Identifier: Apache-2.0
"""Every analysis side by side: the table, the ratios on one axis, and what each landmark loses."""

from __future__ import annotations

import math

from cartulary.reports.cells import Cell
from cartulary.reports.content import (
    Absent,
    Chart,
    Column,
    Count,
    Interval,
    Note,
    Number,
    Prose,
    Row,
    Section,
    Sum,
    Table,
    Words,
)
from cartulary.reports.exposure_report.voice import LARGEST, SMALLEST, Voice, capital
from cartulary.reports.exposure_report.words import analysis, caution, method, reason, why_naive
from cartulary.reports.study_report.dots import Dot, DotRow, DotsData
from cartulary.reports.text import Sentence, Told, says
from cartulary.reports.wording import word
from cartulary.studies.exposure_analyses import (
    CLONE_CENSOR_WEIGHT,
    LANDMARK,
    SIMON_MAKUCH,
    TIME_DEPENDENT,
)
from cartulary.studies.exposure_rows import EffectRow

#: The axis of ratios, and where it has a tick.
LOWEST, HIGHEST = 1 / 32, 32.0
TICKS = (1 / 16, 1 / 4, 1.0, 4.0, 16.0)


def analyses_section(voice: Voice) -> Section:
    """The ratios on one axis with their table, then the landmarks."""
    lead = voice.says(
        "Een verhouding onder 1 betekent minder gebeurtenissen {after} dan {without}.",
        "A ratio below 1 means fewer events {after} than {without}.",
        after=voice.after,
        without=voice.without,
    )
    blocks = (_forest(voice), Note((why_naive(voice),)), landmark_table(voice))
    return Section(
        voice.t("Elke analyse naast elkaar", "Every analysis side by side"),
        (lead, *_spread(voice)),
        blocks,
        id="analyses",
    )


def _spread(voice: Voice) -> Prose:
    """From which to which ratio the sound analyses run, where there are several."""
    known = [row for row in voice.effect.rows if not row.biased and row.ratio.value is not None]
    if len(known) < 2:
        return ()
    known.sort(key=lambda row: row.ratio.value or 0.0)
    first, last = known[0], known[-1]
    rests = tuple(dict.fromkeys((*voice.rests(first), *voice.rests(last))))
    return (
        voice.says(
            "De deugdelijke analyses lopen van {a} tot {b}.",
            "The sound analyses run from {a} to {b}.",
            a=Told(voice.ratio(first.ratio.value or 0.0), rests),
            b=Told(voice.ratio(last.ratio.value or 0.0), rests),
        ),
    )


def ratio_cells(voice: Voice, row: EffectRow, footnote: str = "") -> tuple[Cell, ...]:
    """A ratio and its interval; one wide cell where it could not be made."""
    ratio, rests = row.ratio, voice.rests(row)
    if ratio.value is None:
        return (Absent("not_estimated", columns=2, footnote=footnote),)
    value: Cell = (
        Number(ratio.value, 2, rests, footnote)
        if SMALLEST <= ratio.value <= LARGEST
        else Words(says("{r}", r=Told(voice.ratio(ratio.value), rests)), footnote)
    )
    if ratio.low is None and ratio.high is None:
        return (value, Absent("not_applicable"))
    told = all(limit is None or SMALLEST <= limit <= LARGEST for limit in (ratio.low, ratio.high))
    limits: Cell = (
        Interval(ratio.low, ratio.high, rests, percent=False, decimals=2)
        if told
        else says("{r}", r=Told(voice.bounds(ratio), rests))
    )
    return (value, limits)


def analyses_table(voice: Voice, name: str) -> Table:
    """Every analysis: its ratio, whom it counts, and a note on each."""
    rows, notes = [], []
    seen: dict[str, str] = {}
    for row in voice.effect.rows:
        told = _note(voice, row)
        mark = seen.setdefault(told.plain, f"n{len(seen) + 1}")
        if (mark, told) not in notes:
            notes.append((mark, told))
        rows.append(Row((capital(analysis(voice, row)), *ratio_cells(voice, row, mark),
                         *_counted(voice, row))))  # fmt: skip
    ratio = voice.t("hazardratio", "hazard ratio")
    return Table(
        id=name,
        caption=(
            voice.says(
                "De hazard {after}, gedeeld door die {without}, volgens elke analyse.",
                "The hazard {after} over that {without}, by every analysis.",
                after=voice.after,
                without=voice.without,
            ),
        ),
        columns=(
            Column(voice.t("analyse", "analysis"), weight=1),
            Column(voice.t("waarde", "value"), ratio, "right", strong=True),
            Column(voice.t("95%-BI", "95% CI"), ratio),
            Column(voice.t("alle", "all"), voice.t("kinderen", "children"), "right"),
            Column(voice.t("met", "with"), voice.t("kinderen", "children"), "right"),
            Column(voice.t("eerder weg", "lost before"), voice.t("kinderen", "children"), "right"),
        ),
        rows=tuple(rows),
        footnotes=tuple(notes),
        sums=count_sums(voice),
    )


def _note(voice: Voice, row: EffectRow) -> Sentence:
    """The footnote of an analysis: how it was reckoned, or why it was not."""
    if row.ratio.value is None:
        return reason(voice, row)
    more = caution(voice, row)
    if more is None:
        return method(voice, row)
    first = method(voice, row)
    return Sentence((*first.spans, *says(" ").spans, *more.spans))


def _counted(voice: Voice, row: EffectRow) -> tuple[Cell, ...]:
    """Whom an analysis counts; nobody where it was refused before it counted."""
    counts = voice.row_counts(row)
    if row.method == LANDMARK:
        lost = Count(row.lost, f"exposure.lost.by_{row.day:g}")
        return (counts["kept"], counts["exposed"], lost)
    if row.method in (SIMON_MAKUCH, CLONE_CENSOR_WEIGHT):
        if row.ratio.value is None:
            return (Absent("not_applicable", columns=3),)
        if row.method == SIMON_MAKUCH:
            by = f"by_{row.day:g}"
            return (
                Count(row.kept, f"exposure.kept.{by}"),
                Count(row.exposed, "exposure.in_curve"),
                Count(row.lost, f"exposure.lost.{by}"),
            )
        return (counts["kept"], Count(row.exposed, "exposure.plan_followed"), Count(0))
    return (counts["kept"], counts["exposed"], Count(0))


def count_sums(voice: Voice) -> tuple[Sum, ...]:
    """What a reader could subtract: who was exposed, the events, and each landmark's account."""
    cox = voice.row_counts(voice.effect.row(TIME_DEPENDENT))
    sums = [
        Sum(voice.n, (voice.exposed, voice.never)),
        Sum(voice.events, (cox["events_exposed"], cox["events_unexposed"])),
    ]
    for row in voice.effect.of(LANDMARK):
        c = voice.row_counts(row)
        lost = Count(row.lost, f"exposure.lost.by_{row.day:g}")
        sums += [
            Sum(voice.n, (c["kept"], lost)),
            Sum(lost, (c["lost_to_event"], c["lost_to_end"])),
            Sum(c["kept"], (c["exposed"], c["unexposed"])),
            Sum(voice.events, (c["lost_to_event"], c["events_exposed"], c["events_unexposed"])),
        ]
    return tuple(sums)


def count_parts(voice: Voice) -> tuple[tuple[Count, Count], ...]:
    """Parts of a whole whose rest stands nowhere."""
    pairs = [(voice.events, voice.n)]
    for row in voice.effect.rows:
        c = voice.row_counts(row)
        if "events_exposed" in c:
            pairs += [(c["events_exposed"], c["exposed"]), (c["events_unexposed"], c["kept"])]
    curves = voice.effect.row(SIMON_MAKUCH)
    if curves.day is not None:
        kept = Count(curves.kept, f"exposure.kept.by_{curves.day:g}")
        pairs.append((Count(curves.exposed, "exposure.in_curve"), kept))
        pairs.append((Count(curves.exposed, "exposure.in_curve"), voice.exposed))
    for row in voice.effect.of(CLONE_CENSOR_WEIGHT):
        if row.ratio.value is not None:
            pairs.append((Count(row.exposed, "exposure.plan_followed"), voice.exposed))
    return tuple(dict.fromkeys(pairs))


def landmark_table(voice: Voice) -> Table:
    """The landmarks: whom each keeps, how many it loses and to what, and what came after."""
    rows = []
    for row in voice.effect.of(LANDMARK):
        c = voice.row_counts(row)
        rows.append(
            Row((Number(row.day or 0.0), c["kept"], c["lost_to_event"], c["lost_to_end"],
                 c["exposed"], c["unexposed"], c["events_exposed"], c["events_unexposed"],
                 *ratio_cells(voice, row)))
        )  # fmt: skip
    lost, then = voice.t("verloren aan", "lost to"), voice.t("op die dag", "on that day")
    later = voice.t("gebeurtenissen erna", "events after it")
    ratio = voice.t("hazardratio", "hazard ratio")
    withs, without = voice.t("met", "with"), voice.t("zonder", "without")
    return Table(
        id="landmarks",
        caption=(
            voice.says(
                "De peildagen: wie op die dag nog gevolgd werd, wordt ingedeeld naar wat toen "
                "bekend was. Hoe later de dag, hoe meer kinderen er al weg zijn.",
                "The landmarks: those still followed on the day are sorted by what was known "
                "then. The later the day, the more children are gone.",
            ),
        ),
        columns=(
            Column(voice.t("dag", "day"), align="right"),
            Column(voice.t("gevolgd", "followed"), align="right"),
            Column(voice.t("gebeurtenis", "event"), lost, "right"),
            Column(voice.t("einde", "end"), lost, "right"),
            Column(withs, then, "right"),
            Column(without, then, "right"),
            Column(withs, later, "right"),
            Column(without, later, "right"),
            Column(voice.t("waarde", "value"), ratio, "right", strong=True),
            Column(voice.t("95%-BI", "95% CI"), ratio),
        ),
        rows=tuple(rows),
        note=(
            voice.says(
                "Wie pas na de peildag {what} had, blijft bij 'zonder'.",
                "Those with {what} only after the landmark stay with 'without'.",
                what=voice.noun,
            ),
        ),
    )


def _forest(voice: Voice) -> Chart:
    """The ratios on a logarithmic axis, the time-dependent one strong, the wrong one first."""
    rows = []
    for row in voice.effect.rows:
        ratio = row.ratio
        label = capital(analysis(voice, row))
        strong = row.method == TIME_DEPENDENT
        if ratio.value is None:
            words = voice.t("niet te maken", "not possible")
            rows.append(DotRow(label, (), words, "", strong))
            continue
        words = voice.ratio(ratio.value)
        if ratio.low is not None or ratio.high is not None:
            words += f" ({voice.bounds(ratio)})"
        dot = Dot(
            math.log2(ratio.value),
            math.log2(ratio.low) if ratio.low else math.log2(LOWEST),
            math.log2(ratio.high) if ratio.high else math.log2(HIGHEST),
        )
        if ratio.low is None and ratio.high is None:
            dot = Dot(math.log2(ratio.value))
        if row.biased:
            dot = Dot(dot.value, dot.low, dot.high, filled=False)
        rows.append(DotRow(label, (dot,), words, "", strong, rests_on=voice.rests(row)))
    told = "; ".join(f"{row.label} {row.words}" for row in rows)
    rests = tuple(dict.fromkeys(c for row in voice.effect.rows for c in voice.rests(row)))
    return Chart(
        data=DotsData(
            rows=tuple(rows),
            low=math.log2(LOWEST),
            high=math.log2(HIGHEST),
            ticks=tuple((math.log2(tick), _tick(voice, tick)) for tick in TICKS),
            origin=voice.effect.follow_up.origin,
            axis=voice.t("hazardratio", "hazard ratio"),
            values=voice.t("waarde (95%-BI)", "value (95% CI)"),
            left=voice.t("minder gebeurtenissen erna", "fewer events after"),
            right=voice.t("meer erna", "more after"),
            withheld=word("absent.withheld", voice.lang),
        ),
        caption=(
            voice.says(
                "Dezelfde kinderen volgens elke analyse. De open stip is de naïeve, die fout is; "
                "de conclusie rust op de vette regel. Een grens buiten de as eindigt aan de rand.",
                "The same children by every analysis. The open dot is the naive one, which is "
                "wrong; the conclusion rests on the bold row. A limit beyond the axis ends at its "
                "edge.",
            ),
        ),
        alt=voice.says(
            "Hazardratio per analyse: {t}.", "Hazard ratio by analysis: {t}.", t=Told(told, rests)
        ),
        table=analyses_table(voice, "methods"),
        id="methods",
    )


def _tick(voice: Voice, ratio: float) -> str:
    return voice.number(ratio) if ratio >= 1.0 else f"1/{round(1 / ratio)}"
