# SPDX-License-Identifier: Apache-2.0
"""A made-up report with every kind of block, in both languages, for tests of the rendering.

No child, date or figure in it is real; published figures are stand-ins for their shape only.
"""

from __future__ import annotations

from datetime import date

from cartulary.reports.content import (
    Absent,
    Cell,
    Chart,
    Column,
    Count,
    Fact,
    Figure,
    Finding,
    Heading,
    Interval,
    MarginNote,
    Note,
    Number,
    Paragraph,
    Percent,
    Report,
    Row,
    Section,
    Share,
    Sum,
    Table,
    Told,
    Words,
    says,
)
from cartulary.reports.wording import percent
from tests.journeys.sample_figures import (
    CHILDREN,
    INFUSED,
    INFUSIONS,
    TABLE,
    curve,
    incidence,
    stream,
    swim,
    toxicity,
    words_in,
)


def outcomes(lang: str) -> Table:
    """The table of page one."""
    nl, t = lang == "nl", words_in(lang)
    k = {name: Count(value, name) for name, value in (("crs", 9), ("crs4", 0), ("icans", 0))}
    ours, eliana = ("Dit programma" if nl else "This programme"), "ELIANA (75 of 79)"
    child, infusion = ("kind", "infusie") if nl else ("child", "infusion")
    ci = t("95_ci")

    def rate(
        label: str,
        events: Count,
        n: Count,
        low: float,
        high: float,
        *rest: Cell,
        unit: str = infusion,
        group: bool = False,
    ) -> Row:
        rests = (events, n)
        return Row(
            (
                label,
                Words(unit),
                Share(events, n),
                Percent(events.value / n.value, rests),
                Interval(low, high, rests),
                *rest,
            ),
            group,
        )

    dash = Absent("not_applicable")
    return Table(
        id="outcomes",
        caption=(
            says(t("the_programme_beside_the")),
            says(t("percentage_with_95_interval")),
        ),
        columns=(
            Column("Uitkomst" if nl else "Outcome", weight=1),
            Column("per", quiet=True),
            Column("n/N", ours, "right"),
            Column("%", ours, "right", strong=True),
            Column(ci, ours),
            Column("%", eliana, "right"),
            Column(ci, eliana),
            Column("%", "CIBMTR (255)", "right"),
            Column(ci, "CIBMTR (255)"),
        ),
        rows=(
            Row(
                (
                    t("event_free_12_months"),
                    Words(child),
                    INFUSED,
                    Percent(0.397, (INFUSED, Count(9, "events"))),
                    Interval(0.15, 0.64, (INFUSED, Count(9, "events"))),
                    Percent(0.57),
                    Absent("not_given", footnote="cut"),
                    Percent(0.52),
                    Interval(0.43, 0.61, footnote="sct"),
                )
            ),
            Row(
                (
                    t("overall_survival_12_months"),
                    Words(child),
                    INFUSED,
                    Absent("not_estimated", columns=2),
                    Percent(0.77),
                    Absent("not_given"),
                    Percent(0.77),
                    Interval(0.70, 0.83),
                )
            ),
            rate(
                t("crs_any_grade"),
                k["crs"],
                INFUSIONS,
                0.21,
                0.64,
                Percent(0.77),
                Interval(0.66, 0.86, footnote="penn"),
                Percent(0.55),
                Interval(0.49, 0.61),
                group=True,
            ),
            rate(
                t("crs_grade_4"),
                k["crs4"],
                INFUSIONS,
                0,
                0.154,
                Percent(0.25),
                Interval(0.16, 0.37, footnote="penn"),
                dash,
                dash,
            ),
            rate(
                t("icans_any_grade"),
                k["icans"],
                INFUSIONS,
                0,
                0.154,
                Percent(0.40),
                Interval(0.29, 0.52, footnote="neuro"),
                Percent(0.27),
                Interval(0.22, 0.33),
            ),
            rate(
                t("febrile_neutropenia"),
                Count(13, "fn"),
                INFUSIONS,
                0.36,
                0.79,
                Percent(0.36),
                Interval(0.25, 0.48),
                dash,
                dash,
                group=True,
            ),
            rate(
                t("neutropenia_28_days"),
                Count(3, "npen"),
                Count(18, "npen.n", "seventeen"),
                0.04,
                0.41,
                Percent(0.32),
                Interval(0.22, 0.44, footnote="neuro"),
                dash,
                dash,
                unit=child,
            ),
            rate(
                t("transplant_after_car_t"),
                Count(5, "sct"),
                INFUSED,
                0.09,
                0.51,
                Percent(0.13),
                Interval(0.06, 0.24),
                dash,
                dash,
                unit=child,
                group=True,
            ),
        ),
        footnotes=(
            ("cut", says(t("later_data_cut_79"))),
            ("sct", says(t("rule_for_transplant_not"))),
            ("penn", says(t("penn_scale_which_grades"))),
            ("neuro", says(t("defined_otherwise_neurological_events"))),
            ("seventeen", says(t("the_source_prints_17"))),
        ),
        note=(says(t("n_g_not_given")),),
    )


def small_table(lang: str) -> Table:
    """A partition with small parts, the kind disclosure control is for."""
    nl, t = lang == "nl", words_in(lang)
    total = Count(19, "infused")
    parts = tuple(
        Count(value, f"relapse.{name}")
        for name, value in (("early", 4), ("negative", 2), ("positive", 3), ("none", 10))
    )
    names = (
        ("Vroeg recidief", "CD19-negatief", "CD19-positief", "Geen recidief")
        if nl
        else ("Early relapse", "CD19-negative", "CD19-positive", "No relapse")
    )
    days: tuple[Cell, ...] = (
        Number(43.5, 1, (parts[0],)),
        Number(186, 0, (parts[1],)),
        Number(289, 0, (parts[2],)),
        Absent("not_applicable"),
    )
    return Table(
        id="relapse",
        caption=(says(t("relapse_by_class")),),
        columns=(
            Column("Groep" if nl else "Group", weight=1),
            Column("kinderen" if nl else "children", align="right"),
            Column("%", align="right"),
            Column("mediane dag" if nl else "median day", align="right"),
        ),
        rows=(
            *(
                Row((name, part, Percent(part.value / 19, (part, total)), day))
                for name, part, day in zip(names, parts, days, strict=True)
            ),
            Row(("Alle" if nl else "All", total, Percent(1), Absent("not_applicable")), True),
        ),
        sums=(Sum(total, parts),),
    )


def equal_table(lang: str, id_: str) -> Table:
    """The numbers of a chart in a plain table."""
    nl, t = lang == "nl", words_in(lang)
    return Table(
        id=id_,
        caption=(says(t("the_values_of_the")),),
        columns=(
            Column("maand" if nl else "month", align="right"),
            Column("nog gevolgd" if nl else "at risk", align="right"),
            Column("events", align="right"),
        ),
        rows=tuple(Row((Number(c.month), Count(c.at_risk), Count(c.events))) for c in TABLE),
    )


def sample_report(lang: str = "nl") -> Report:
    t = words_in(lang)

    crs = Count(9, "crs")
    brief = (
        Finding(
            (
                says(
                    t("of_children_with_an"),
                    n=CHILDREN,
                    k=INFUSED,
                    p=Told(percent(19 / 26, lang), (CHILDREN, INFUSED)),
                ),
                says(t("two_products_failed_three")),
            )
        ),
        Finding(
            (
                says(t("at_twelve_months_of"), p=Told(percent(0.397, lang), (INFUSED,)), n=INFUSED),
                says(t("eliana_reported_57_cibmtr")),
                says(t("with_19_children_a")),
            )
        ),
        Finding(
            (
                says(t("crs_followed_of_infusions"), k=crs, n=INFUSIONS),
                says(t("both_are_lower_than")),
            )
        ),
        Finding(
            (
                says(
                    t("nine_children_relapsed_within"),
                    a=Told(t("four"), (Count(4, "relapse.early"),)),
                    b=Told(t("two"), (Count(2, "relapse.negative"),)),
                    c=Told(t("three"), (Count(3, "relapse.positive"),)),
                ),
            )
        ),
        Finding(
            (
                says(
                    t("five_of_19_children"),
                    a=Told(t("four"), (Count(4, "sct.cr"),)),
                    b=Told(t("one"), (Count(1, "sct.relapse"),)),
                ),
            )
        ),
    )
    notes = (
        MarginNote(
            t("event_free"),
            (says(t("from_infusion_to_no")),),
            "eliana.efs.infusion 2",
        ),
        MarginNote(
            "Interval.",
            (says(t("kaplan_meier_with_log")),),
        ),
        MarginNote(
            t("grades"),
            (says(t("astct_2019_for_crs")),),
        ),
        MarginNote(
            t("missing"),
            (says(t("no_child_lacks_the")),),
        ),
    )
    sections = (
        Section(
            t("from_indication_to_one"),
            (
                says(t("every_child_with_an")),
                says(t("of_19_treated_children")),
            ),
            (
                Chart(
                    stream(lang),
                    (says(t("flow_of_26_children_2")), says(t("thickness_is_children_brown"))),
                    says(t("flow_of_26_children")),
                    equal_table(lang, "flow"),
                    "flow",
                ),
                Heading(t("course_by_child")),
                Chart(
                    swim(lang),
                    (says(t("nineteen_treated_children_by")), says(t("the_dashed_line_is"))),
                    says(t("nineteen_lanes_nine_with")),
                    equal_table(lang, "swimmer"),
                    "swimmer",
                ),
            ),
            new_page=True,
        ),
        Section(
            t("event_free_survival"),
            (says(t("at_a_year_were"), p=Told(percent(0.397, lang), (INFUSED,))),),
            (
                notes[0],
                Paragraph(
                    (
                        says(t("the_interval_runs_from")),
                        says(t("the_curve_is_thinner")),
                    )
                ),
                Chart(
                    curve(t("this_programme")),
                    (says(t("nine_events_in_19")), says(t("kaplan_meier_with_95"))),
                    says(t("event_free_survival_40")),
                    equal_table(lang, "efs"),
                    "efs",
                ),
                Note((says(t("a_difference_from_a")),)),
            ),
        ),
        Section(
            t("relapse"),
            (says(t("half_of_the_children")),),
            (
                Chart(
                    incidence(lang),
                    (says(t("relapse_by_class_stacked")),),
                    says(t("cumulative_incidence_at_12")),
                    equal_table(lang, "cir"),
                    "cir",
                ),
                small_table(lang),
            ),
        ),
        Section(
            t("toxicity"),
            (says(t("crs_was_milder_than")),),
            (
                MarginNote(
                    t("scales"),
                    (says(t("eliana_graded_on_the")),),
                ),
                Chart(
                    toxicity(lang),
                    (says(t("toxicity_per_infusion_with")),),
                    says(t("crs_41_21_to")),
                    equal_table(lang, "toxicity"),
                    "toxicity",
                ),
            ),
        ),
    )
    appendix = (
        Section(
            t("quality_of_the_data"),
            (says(t("the_check_found_two")),),
            (
                Table(
                    id="findings",
                    caption=(says(t("findings")),),
                    columns=(
                        Column(t("child")),
                        Column(t("rule")),
                        Column(t("finding"), weight=1),
                    ),
                    rows=(
                        Row(("M-014", "dose_outside_range", t("dose_6_1_10"))),
                        Row(("M-020", "overlapping_bridging", t("two_bridgings_overlap"))),
                    ),
                ),
            ),
        ),
    )
    return Report(
        title=t("car_t_cell_therapy"),
        subtitle=t("outcomes_of_the_programme"),
        lang=lang,
        programme=t("example_centre"),
        origin="reconstructed",
        control_hash="7f3a9c214e08d55a",
        facts=(
            Fact(t("26_children_19_treated"), t("22_infusions_31_aphereses")),
            Fact(t("definitions"), t("codebook_edition_2020_3")),
            Fact(t("origin"), t("reconstructed_from_published_figures"), "reconstructed"),
            Fact(t("control_hash"), "7f3a 9c21 4e08"),
        ),
        brief=brief,
        brief_notes=notes,
        brief_table=outcomes(lang),
        sections=sections,
        appendix=appendix,
        figures=(
            Figure(
                "crs.any.infusion",
                "astct_crs_2019",
                "astct_crs_2019 1",
                "infusion",
                22,
                9,
                None,
                9 / 22,
                0.207,
                0.636,
                "Clopper-Pearson",
                "reconstructed",
                0,
                (crs, INFUSIONS),
            ),
            Figure(
                "efs.12",
                "eliana.efs.infusion",
                "eliana.efs.infusion 2",
                "child",
                19,
                9,
                365.25,
                0.397,
                0.151,
                0.642,
                "Kaplan-Meier, log-log",
                "reconstructed",
            ),
            Figure(
                "sct.relapse",
                "sct",
                "sct 1",
                "child",
                19,
                1,
                None,
                1 / 19,
                0.001,
                0.26,
                "Clopper-Pearson",
                "reconstructed",
                0,
                (Count(1, "sct.relapse"), INFUSED),
            ),
        ),
        sums=(Sum(Count(5, "sct"), (Count(4, "sct.cr"), Count(1, "sct.relapse"))),),
        origin_label=t("example_reconstructed"),
        data_cut=date(2020, 10, 1),
    )
