# SPDX-License-Identifier: Apache-2.0
"""Event-free survival from infusion and from the indication, and what the definition does to it."""

from __future__ import annotations

from cartulary.codebook.endpoint_reader import endpoint
from cartulary.reports.content import (
    Absent,
    Block,
    Cell,
    Chart,
    Column,
    Heading,
    MarginNote,
    Paragraph,
    Prose,
    Row,
    Section,
    Sentence,
    Table,
    Told,
)
from cartulary.reports.programme_report.code_words import CLOCKS
from cartulary.reports.programme_report.comparison_words import (
    difference_cell,
    published_sentence,
    what_is_allowed,
)
from cartulary.reports.programme_report.curve import NAMED_MONTH, curve_data, curve_table
from cartulary.reports.programme_report.published_words import (
    FITS,
    SAME_DAY,
    published_cells,
    remarks,
    study_name,
)
from cartulary.reports.programme_report.teller import Teller, row_cells
from cartulary.reports.programme_report.variants import variants_table
from cartulary.studies.survival import DAYS_OF_MONTH, SurvivalFigure

MAIN = "efs.hypothetical.infusion"
FROM_INDICATION = "efs.hypothetical.indication"
SIGNS = {
    "same": ("=", "zelfde definitie", "same definition"),
    "our_reading": ("!", "onze lezing van de definitie", "our reading of the definition"),
    "not_stated": ("?", "definitie niet vermeld", "definition not stated"),
    "differs": ("≠", "anders gedefinieerd", "defined otherwise"),
}


def event_free_section(tell: Teller) -> Section:
    """The curve from infusion with the published figures, the variants, and from the indication."""
    title = tell.t("Eventvrije overleving", "Event-free survival")
    main = tell.figures.survival.get(MAIN)
    blocks: list[Block] = []
    if main is None:
        lead: Prose = (nobody(tell, title),)
    else:
        lead = _lead(tell, main)
        blocks += [definition_note(tell, MAIN), _chart(tell, main, MAIN, "infusion", "efs")]
        beside = benchmark_table(tell, main, "efs.published")
        blocks += [beside] if beside else []
        # With overall survival in the report the variants stand beside it in the appendix.
        if "os.indication" not in tell.figures.survival:
            blocks += [variants_table(tell)]
    whole = tell.figures.survival.get(FROM_INDICATION)
    if whole is not None:
        blocks += [
            Heading(tell.t("Vanaf de indicatie", "From the indication")),
            Paragraph(_from_indication(tell, whole)),
            _chart(tell, whole, FROM_INDICATION, "indication", "efs-indication"),
        ]
    return Section(title, lead, tuple(blocks), new_page=True, id="efs")


def nobody(tell: Teller, title: str) -> Sentence:
    """Said where no child can be counted."""
    return tell.says(
        "{what} vanaf infusie is niet te bepalen: geen kind is behandeld en gevolgd.",
        "{what} from infusion cannot be estimated: no child was treated and followed.",
        what=title,
    )


def at_month(tell: Teller, figure: SurvivalFigure, key: str, nl: str, en: str) -> Sentence:
    """The finding at twelve months, named by `nl` and `en`, or why there is none."""
    found = figure.at[NAMED_MONTH]
    n = Told(_whom(tell, key), (tell.count(f"{key}.n"),))
    if found.value is None:
        longest = figure.follow_up.last_day
        months = int(longest / 365.25 * 12)
        return tell.says(
            f"**Hoeveel kinderen na twaalf maanden {nl} zijn, is nog niet te bepalen**: de langste "
            "follow-up is {months}.",
            f"**How many children are {en} at twelve months cannot be estimated yet**: the longest "
            "follow-up is {months}.",
            months=tell.t(f"{longest:g} dagen", f"{longest:g} days")
            if months < 2
            else tell.t(f"{months} maanden", f"{months} months"),
        )
    if found.n == 1 and found.value in (0.0, 1.0):
        never = tell.t("niet meer ", "no longer ") if found.value == 0.0 else ""
        return tell.says(
            f"**Het ene {{whom}} was na twaalf maanden {never}{nl} (95%-BI {{ci}}).**",
            f"**The one {{whom}} was {never}{en} at twelve months (95% CI {{ci}}).**",
            whom=Told(_whom(tell, key).split(" ", 2)[2], tell.rests(found, key)),
            ci=tell.bounds(found, key),
        )
    return tell.says(
        f"**Na twaalf maanden was {{p}} van {{n}} {nl} (95%-BI {{ci}}).**",
        f"**At twelve months, {{p}} of {{n}} were {en} (95% CI {{ci}}).**",
        p=tell.share(found, key),
        n=n,
        ci=tell.bounds(found, key),
    )


def _whom(tell: Teller, key: str) -> str:
    """Of whom a share speaks: the treated children, or all with an indication."""
    n = tell.value(f"{key}.n")
    if key.endswith(".indication"):
        return tell.t(
            "het ene kind met een indicatie" if n == 1 else f"de {n} kinderen met een indicatie",
            "the one child with an indication" if n == 1 else f"{n} children with an indication",
        )
    return tell.t(
        "het ene behandelde kind" if n == 1 else f"de {n} behandelde kinderen",
        "the one treated child" if n == 1 else f"{n} treated children",
    )


def _lead(tell: Teller, figure: SurvivalFigure) -> Prose:
    found = figure.at[NAMED_MONTH]
    at_day = [b for b in figure.published if _is_named_month(b.row.at_days)]
    fits = [b for b in at_day if b.comparable in FITS]
    unfit = [b for b in at_day if b.comparable not in FITS]
    return tell.prose(
        at_month(tell, figure, MAIN, "vrij van events", "event-free"),
        published_sentence(tell, fits),
        what_is_allowed(tell, found, MAIN, fits),
        *(
            tell.says(
                "{name} staat er niet naast: de definitie van de bron past niet bij de onze.",
                "{name} is not set beside it: the definition of the source does not fit ours.",
                name=study_name(b.benchmark),
            )
            for b in unfit
        ),
    )


def _is_named_month(days: int | None) -> bool:
    return days is not None and abs(days - DAYS_OF_MONTH[NAMED_MONTH]) <= SAME_DAY


def first_sentence(text: str) -> str:
    """What a definition says first; the rest stands in the codebook.

    >>> first_sentence("Days to death. Nothing changes it.")
    'Days to death.'
    """
    return text.split(". ")[0].rstrip(".") + "."


def definition_note(tell: Teller, endpoint_id: str) -> MarginNote:
    """The definition beside the figure, with its id and edition."""
    definition = endpoint(endpoint_id).definition
    return MarginNote(
        tell.t("Definitie.", "Definition."),
        (tell.says("{text}", "{text}", text=first_sentence(definition.summary.text(tell.lang))),),
        f"{endpoint_id} · {tell.t('editie', 'edition')} {definition.edition}",
    )


def _chart(tell: Teller, figure: SurvivalFigure, key: str, clock: str, name: str) -> Chart:
    data = curve_data(tell, figure, clock)
    found = figure.at[NAMED_MONTH]
    caption = (
        tell.says(
            "Event bij {k} van {n}.",
            "An event in {k} of {n}.",
            k=tell.count(key),
            n=tell.many(f"{key}.n", "child"),
        ),
        curve_reading(tell, bool(data.censor_days), bool(data.benchmarks)),
    )
    alt = tell.says(
        "Eventvrije overleving vanaf {clock}: {p} op twaalf maanden, interval {ci}; {n} gevolgd.",
        "Event-free survival from {clock}: {p} at twelve months, interval {ci}; {n} followed.",
        clock=CLOCKS[clock][tell.lang != "nl"],
        p=tell.share(found, key),
        ci=tell.bounds(found, key),
        n=tell.many(f"{key}.n", "child"),
    )
    title = endpoint(key).definition.name.text(tell.lang)
    clock_words = CLOCKS[clock][tell.lang != "nl"]
    words = tell.t(f"{title}, vanaf {clock_words}", f"{title}, from {clock_words}")
    return Chart(data, caption, alt, curve_table(tell, figure, name, words), name)


def curve_reading(tell: Teller, ticks: bool, marks: bool) -> Sentence:
    """How a drawn curve is to be read."""
    parts = [tell.t("Kaplan-Meier met 95%-band", "Kaplan-Meier with 95% band")]
    if ticks:
        parts.append(
            tell.t(
                "streepjes zijn kinderen zonder event tot dan",
                "ticks are children followed until then without the event",
            )
        )
    if marks:
        parts.append(
            tell.t(
                "open tekens zijn gepubliceerde cijfers op hun gedrukte maand",
                "open marks are published figures at their printed month",
            )
        )
    return tell.says("{text}.", "{text}.", text="; ".join(parts))


def benchmark_table(
    tell: Teller, figure: SurvivalFigure, name: str, months: tuple[int, ...] = (6, 12)
) -> Table | None:
    """Each published figure beside ours under the same definition, with the difference."""
    rows: list[Row] = []
    used: set[str] = set()
    notes: dict[str, Sentence] = {}
    for beside in figure.published:
        row = beside.row
        if row.value is None or row.at_days is None:
            continue
        if not any(abs(row.at_days - DAYS_OF_MONTH[month]) <= SAME_DAY for month in months):
            continue
        remark = remarks(tell, beside)
        note = f"{beside.benchmark.study}.{row.at_days}" if remark is not None else ""
        if remark is not None:
            same = next((key for key, said in notes.items() if said == remark), "")
            note = same or note
            notes[note] = remark
        ours = beside.ours
        key = tell.key_of(ours, row.definition)
        value = tell.cells(ours, key, counted=False)[1:] if ours is not None else (
            Absent("not_estimated", columns=2), ""
        )  # fmt: skip
        used.add(beside.comparable)
        cells: tuple[Cell, ...] = (
            f"{study_name(beside.benchmark)}",
            tell.t(f"{row.at_months:g} mnd", f"{row.at_months:g} months"),
            *published_cells(tell, beside, note),
            SIGNS[beside.comparable][0],
            *value,
            difference_cell(tell, beside, key),
        )
        rows.append(Row(row_cells(*cells)))
    if not rows:
        return None
    ours_title = tell.t("Dit programma", "This programme")
    published = tell.t("Gepubliceerd", "Published")
    ci = tell.t("95%-BI", "95% CI")
    return Table(
        id=name,
        caption=(
            tell.says(
                "Gepubliceerde cijfers, en het onze onder dezelfde definitie.",
                "Published figures, and ours under the same definition.",
            ),
        ),
        columns=(
            Column(tell.t("Cohort", "Cohort")),
            Column(tell.t("op", "at")),
            Column("%", published, "right"),
            Column(ci, published),
            Column(tell.t("definitie", "definition"), align="centre"),
            Column("%", ours_title, "right", strong=True),
            Column(ci, ours_title),
            Column(
                tell.t("verschil in procentpunten (95%-BI)", "difference in points (95% CI)"),
                weight=1,
            ),
        ),
        rows=tuple(rows),
        footnotes=tuple(notes.items()),
        note=_signs(tell, used),
    )


def _signs(tell: Teller, used: set[str]) -> Prose:
    """The signs of the table in words, those that occur."""
    said = "; ".join(
        f"{sign} {tell.t(nl, en)}" for code, (sign, nl, en) in SIGNS.items() if code in used
    )
    return (tell.says("{said}.", "{said}.", said=said),)


def _from_indication(tell: Teller, figure: SurvivalFigure) -> Prose:
    return tell.prose(
        tell.says(
            "Vanaf de indicatie tellen ook de {k} kinderen mee die geen cellen kregen; een "
            "mislukt product, overlijden tijdens het wachten of een andere behandeling in plaats "
            "van CAR-T is dan een event.",
            "From the indication the {k} children who received no cells count too; a failed "
            "product, death while waiting or other treatment instead of CAR-T is then an event.",
            k=tell.count("flow.never_infused"),
        )
        if tell.value("flow.never_infused")
        else None,
        at_month(tell, figure, FROM_INDICATION, "vrij van events", "event-free"),
        tell.says(
            "ELIANA en CIBMTR tellen vanaf infusie; naast dit cijfer staat daarom geen benchmark.",
            "ELIANA and CIBMTR count from infusion, so no benchmark stands beside this figure.",
        ),
    )
