# SPDX-License-Identifier: Apache-2.0
"""What was given for toxicity, and the infections after infusion."""

from __future__ import annotations

from cartulary.reports.content import (
    Block,
    Cell,
    Column,
    Count,
    Paragraph,
    Percent,
    Prose,
    Row,
    Section,
    Sentence,
    Table,
    Told,
    Words,
)
from cartulary.reports.programme_report.code_words import capital, code_words
from cartulary.reports.programme_report.counts import NOT_RECORDED, slug
from cartulary.reports.programme_report.teller import Teller


def treatment_section(tell: Teller) -> Section:
    """Drugs by child, and for what."""
    title = tell.t("Behandeling van toxiciteit", "Treatment of toxicity")
    if not tell.figures.treatments:
        none = tell.says(
            "Er is geen behandeling van toxiciteit vastgelegd.",
            "No treatment of toxicity was recorded.",
        )
        return Section(title, (none,), (), id="treatment")
    rows = []
    infused = tell.count("flow.infused")
    for figure in tell.figures.treatments:
        count = tell.count(f"treatment.{figure.drug}")
        reasons = [
            Told(
                f"{code_words('given_for', name, tell.lang)} ({number})",
                (Count(number, f"treatment.{figure.drug}.{name}"),),
            )
            for name, number in sorted(figure.given_for.items(), key=lambda one: (-one[1], one[0]))
        ]
        for_what: Cell = (
            tell.says("{r}", "{r}", r=tell.joined(reasons))
            if reasons
            else Words(tell.t("niet vastgelegd", "not recorded"), italic=True)
        )
        share = Percent(count.value / infused.value, (count, infused))
        words = capital(code_words("drug", figure.drug, tell.lang))
        rows.append(Row((words, count, share, for_what)))
    table = Table(
        id="treatment",
        caption=(
            tell.says(
                "Middelen na infusie, per behandeld kind.",
                "Drugs after infusion, by treated child.",
            ),
        ),
        columns=(
            Column(tell.t("Middel", "Drug"), weight=1),
            Column(tell.t("kinderen", "children"), align="right", strong=True),
            Column("%", align="right"),
            Column(tell.t("gegeven voor (kinderen)", "given for (children)"), weight=1),
        ),
        rows=tuple(rows),
    )
    return Section(title, _lead(tell), (table,), id="treatment")


def _lead(tell: Teller) -> Prose:
    parts = [
        Told(
            f"{code_words('drug', figure.drug, tell.lang)} {tell.t('bij', 'in')} "
            f"{tell.children(f'treatment.{figure.drug}').text}",
            (tell.count(f"treatment.{figure.drug}"),),
        )
        for figure in tell.figures.treatments[:3]
    ]
    joined = tell.joined(parts)
    return (tell.says("{parts}.", "{parts}.", parts=Told(capital(joined.text), joined.rests_on)),)


def infection_section(tell: Teller) -> Section:
    """Infections by kind, and every reactivation by its organism."""
    title = tell.t("Infecties en reactivatie", "Infections and reactivation")
    found = tell.figures.infections
    if not found.children:
        none = tell.says(
            "Na infusie is geen infectie vastgelegd.", "No infection was recorded after infusion."
        )
        return Section(title, (none,), (), id="infection")
    blocks: list[Block] = []
    if len(found.by_organism) > 1:
        blocks.append(Paragraph((_kinds(tell),)))
    return Section(title, _infection_lead(tell), tuple(blocks), id="infection")


def _infection_lead(tell: Teller) -> Prose:
    first = tell.says(
        "Bij {k} van de {n} behandelde kinderen is na infusie een infectie vastgelegd.",
        "In {k} of {n} treated children an infection was recorded after infusion.",
        k=tell.word("infection.any"),
        n=tell.count("flow.infused"),
    )
    return tell.prose(first, reactivation_sentence(tell))


def reactivation_sentence(tell: Teller) -> Sentence | None:
    """Children with a reactivation, by what was reactivated; None when there was none."""
    if not tell.value("infection.reactivation"):
        return None
    parts = []
    for agent in sorted(tell.figures.infections.reactivations):
        key = f"infection.reactivation.{slug(agent)}"
        count = tell.count(key)
        name = agent if agent != NOT_RECORDED else tell.t("verwekker niet vastgelegd", "not named")
        alone = len(tell.figures.infections.reactivations) == 1
        parts.append(Told(name if alone else f"{name} ({tell.number(count.value)})", (count,)))
    return tell.says(
        "Reactivatie bij {k}: {parts}.",
        "Reactivation in {k}: {parts}.",
        k=tell.children("infection.reactivation"),
        parts=tell.joined(parts),
    )


def _kinds(tell: Teller) -> Sentence:
    keys = [f"infection.{kind}" for kind in tell.figures.infections.by_organism]
    parts = [
        Told(
            f"{code_words('organism', key.removeprefix('infection.'), tell.lang)} "
            f"{tell.number(tell.value(key))}",
            (tell.count(key),),
        )
        for key in sorted(keys, key=lambda key: (-tell.value(key), key))
    ]
    return tell.says(
        "Kinderen naar soort verwekker: {parts}.",
        "Children by kind of organism: {parts}.",
        parts=tell.joined(parts),
    )
