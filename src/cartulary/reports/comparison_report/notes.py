# SPDX-License-Identifier: Apache-2.0
"""What stands beside a comparison: its two uncertainties, its policies, and what it leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cartulary.reports.comparison_report.content import Note
from cartulary.reports.text import Sentence, says
from cartulary.reports.wording import number
from cartulary.studies.policies_compared import ArmTold, Compared

_WORDS: Final = {
    "two": ("Twee onzekerheden, nooit vermengd", "Two uncertainties, never mixed"),
    "policies": ("Het beleid", "The policies"),
    "based": ("Waarop het berust", "What it rests on"),
    "leaves_out": ("Wat het weglaat", "What it leaves out"),
}


def margin_notes(compared: Compared, calibration: Sequence[str], lang: str) -> tuple[Note, ...]:
    """The notes in the margin; `calibration` says in sentences what the draws rest on."""
    return (
        Note(_said("two", lang), _plain(_two_uncertainties(compared, lang))),
        Note(
            _said("policies", lang),
            (
                *(_policy(arm, lang) for arm in compared.arms),
                *_plain([_population(compared, lang)]),
            ),
        ),
        Note(
            _said("based", lang),
            _plain((*calibration, _sizes(compared, lang))),
            (compared.about.posterior_id,) if compared.about.posterior_id else (),
        ),
        Note(_said("leaves_out", lang), _plain(_leaves_out(lang))),
    )


def _plain(paragraphs: Sequence[str]) -> tuple[Sentence, ...]:
    return tuple(says("{text}", text=one) for one in paragraphs)


def _said(name: str, lang: str) -> str:
    return _WORDS[name][0 if lang == "nl" else 1]


def _two_uncertainties(compared: Compared, lang: str) -> tuple[str, ...]:
    draws, size = number(compared.about.draws, lang), compared.about.programme_size
    if lang == "nl":
        return (
            f"Wat we niet weten (vlakke tint): {draws} trekkingen van de parameters. Meer gegevens "
            "over de parameters maken het smaller; meer gesimuleerde kinderen niet, want de ruis "
            "van de simulatie is eruit gehaald.",
            f"Toeval (arcering): dezelfde waarheid, opnieuw geloot voor {size} kinderen per beleid "
            "met een indicatie. Meer kinderen maken het smaller.",
            "Alleen in de regel „Samen” zijn de twee bij elkaar opgeteld.",
        )
    return (
        f"What we do not know (plain tint): {draws} draws of the parameters. More data on the "
        "parameters narrow it; more children simulated do not, for the simulation's own noise is "
        "taken out.",
        f"Chance (hatching): the same truth, drawn again for {size} children indicated under each "
        "policy. More children narrow it.",
        "Only in the line “Both together” are the two added.",
    )


def _policy(arm: ArmTold, lang: str) -> Sentence:
    changed = ", ".join(f"{name} = {value:g}" for name, value in arm.changes)
    pattern = "**{name}**: {summary} ({file}, {edition} {number})"
    if changed:
        pattern += {"nl": " Met {changed}.", "en": " With {changed}."}[lang]
    return says(
        pattern,
        name=arm.words.text(lang),
        summary=arm.policy_summary.text(lang).strip(),
        file=arm.policy_file,
        edition={"nl": "editie", "en": "edition"}[lang],
        number=arm.policy_edition,
        **({"changed": changed} if changed else {}),
    )


def _population(compared: Compared, lang: str) -> str:
    names = sorted({arm.population_name.text(lang) for arm in compared.arms})
    if len(names) > 1:
        return {
            "nl": f"De populaties verschillen: {'; '.join(names)}. De kinderen zijn dus niet "
            "dezelfde.",
            "en": f"The populations differ: {'; '.join(names)}. So the children are not the same.",
        }[lang]
    return {
        "nl": f"Elk beleid krijgt dezelfde virtuele kinderen: {names[0]}. Wat hier niet genoemd "
        "is, is in elk beleid hetzelfde, of staat in het bestand.",
        "en": f"Every policy meets the same virtual children: {names[0]}. What is not named here "
        "is the same in each, or stands in its file.",
    }[lang]


def _sizes(compared: Compared, lang: str) -> str:
    about = compared.about
    failed = about.failures
    if lang == "nl":
        return (
            f"Per beleid {number(about.draws, lang)} × {number(about.children, lang)} kinderen, "
            f"gevolgd tot {number(about.years, lang, 0 if about.years == int(about.years) else 1)} "
            f"jaar na de indicatie of de infusie; {number(failed, lang)} niet tot het einde te "
            "volgen."
        )
    return (
        f"{number(about.draws, lang)} × {number(about.children, lang)} children under each policy, "
        f"followed to {number(about.years, lang, 0 if about.years == int(about.years) else 1)} "
        f"years after the indication or the infusion; {number(failed, lang)} could not be followed "
        "to the end."
    )


def _leaves_out(lang: str) -> tuple[str, ...]:
    if lang == "nl":
        return (
            "Kosten, personeel, plaats en wat een programma gaandeweg leert.",
            "Parameters die de kalibratie vasthoudt: hun onzekerheid zit niet in het interval, "
            "dat dus eerder te smal is dan te breed.",
            "Dat het model zelf verkeerd kan zijn: het validatieverslag laat zien waar het mist.",
        )
    return (
        "Cost, staff, room, and what a programme learns as it goes.",
        "Parameters that the calibration holds fixed: their uncertainty is not in the interval, "
        "which is therefore too narrow rather than too wide.",
        "That the model itself may be wrong: the validation report shows where it misses.",
    )
