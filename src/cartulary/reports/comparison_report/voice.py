# SPDX-License-Identifier: Apache-2.0
"""The sentences of a comparison, in Dutch and English, reckoned from the figures beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from cartulary.codebook.words import Words
from cartulary.reports.comparison_report.clauses import clause
from cartulary.reports.comparison_report.said import (
    decimals_needed,
    difference_said,
    interval_said,
    unit_said,
    value_said,
)
from cartulary.reports.text import Sentence, says
from cartulary.reports.wording import number, percent
from cartulary.studies.policies_compared import (
    Better,
    Compared,
    Curve,
    Difference,
    Interval,
    Of,
    Unit,
)
from cartulary.studies.policies_compared.compared import FEWEST_DRAWS
from cartulary.studies.policies_compared.drivers import LEAST_EXPLAINED

CURVE_TITLES: Final = {
    "efs": Words(
        "Event-free survival from the indication", "Eventvrije overleving vanaf indicatie"
    ),
    "os": Words("Survival from the indication", "Overleving vanaf indicatie"),
}
KIND_TITLES: Final = {
    "parameters": Words("What we do not know", "Wat we niet weten"),
    "chance": Words("What chance does", "Wat toeval doet"),
}
KIND_SMALL: Final = {
    "parameters": Words("95% of parameter draws", "95% van de parametertrekkingen"),
    "chance": Words("95% of years with {size} children", "95% van de jaren met {size} kinderen"),
}
TOO_SMALL: Final = Words("too small to see", "te klein om te zien")
ROWS: Final = {
    "parameters": (KIND_TITLES["parameters"], Words("the model's parameters", "de parameters")),
    "chance": (
        Words("Chance", "Toeval"),
        Words("{size} children a policy", "{size} kinderen per beleid"),
    ),
    "both": (
        Words("Both together", "Samen"),
        Words("what one year could show", "wat één jaar kan tonen"),
    ),
}


QUOTES: Final = {"nl": ("\u201e", "\u201d"), "en": ("\u201c", "\u201d")}


def arm_name(compared: Compared, arm: str, lang: str) -> str:
    """What a policy is called."""
    return next(one.words for one in compared.arms if one.id == arm).text(lang)


def lead(
    found: Difference, compared: Compared, lang: str, size: int | None = None
) -> tuple[Sentence, ...]:
    """The finding in three sentences: the difference, what is not known, what chance does.

    Arguments: a difference of `compared`; the comparison; "nl" or "en"; children a policy, those
    of the comparison by default.
    """
    group = size or compared.about.programme_size
    return (
        _difference(found, compared, lang),
        _unknown(found, lang),
        _chance(found, group, lang),
    )


def _difference(found: Difference, compared: Compared, lang: str) -> Sentence:
    outcome = found.outcome
    one = compared.value(found.arm, outcome.id).value
    other = compared.value(found.against, outcome.id).value
    if math.isnan(found.value):
        return says(
            {
                "nl": "In het model heeft geen enkel kind deze uitkomst bij **{name}** of bij "
                "**{against}**: er valt niets te vergelijken.",
                "en": "In the model no child has this outcome under **{name}** or under "
                "**{against}**: there is nothing to compare.",
            }[lang],
            **_names(found, compared, lang),
        )
    more = decimals_needed(outcome, one, other)
    said = value_said(outcome, one, lang, more)
    shown = {"clause": clause(outcome, lang), "one": said, **_names(found, compared, lang)}
    if abs(found.value) < _least(found):
        pattern = {
            "nl": "In het model {clause} **{one}** met {name}, net als met {against}: **geen "
            "verschil**.",
            "en": "In the model **{one}** {clause} with {name}, as with {against}: **no "
            "difference**.",
        }[lang]
        if lang == "nl" and not outcome.id.startswith(("days", "log10")):
            pattern = pattern.replace("{clause} **{one}**", "**{one}** {clause}")
        return says(pattern, **shown)
    shown |= {
        "other": value_said(outcome, other, lang, more),
        "size": _size_said(found, lang, more),
    }
    pattern = {
        "nl": "In het model {what}: **{size}** met {name} dan met {against}.",
        "en": "In the model {what}: **{size}** with {name} than with {against}.",
    }[lang]
    instead = {"nl": "in plaats van", "en": "instead of"}[lang]
    what = f"**{{one}} {instead} {{other}}** {{clause}}"
    return says(pattern.replace("{what}", what), **shown)


def _names(found: Difference, compared: Compared, lang: str) -> dict[str, str]:
    return {
        "name": f"{QUOTES[lang][0]}{arm_name(compared, found.arm, lang)}{QUOTES[lang][1]}",
        "against": f"{QUOTES[lang][0]}{arm_name(compared, found.against, lang)}{QUOTES[lang][1]}",
    }


def _size_said(found: Difference, lang: str, more: int) -> str:
    """How large the difference is, with the way it goes: `6 points more`."""
    bare = difference_said(found.outcome, abs(found.value), lang, more).removeprefix("+")
    up = found.value > 0
    units = {
        Unit.SHARE: {"nl": "procentpunten", "en": "points"},
        Unit.DAYS: {"nl": "dagen", "en": "days"},
        Unit.LOG10: {"nl": "op de log10-schaal", "en": "on the log10 scale"},
    }[found.outcome.unit][lang]
    way = {"nl": ("meer", "minder"), "en": ("more", "fewer")}[lang][0 if up else 1]
    if found.outcome.unit is Unit.LOG10:
        way = {"nl": ("hoger", "lager"), "en": ("higher", "lower")}[lang][0 if up else 1]
        return f"{bare} {way} {units}"
    return f"{bare} {units} {way}"


def _unknown(found: Difference, lang: str) -> Sentence:
    ends = interval_said(found.outcome, found.parameters, lang)
    if found.noise_share > 0 and not found.resolved:
        return says(
            {
                "nl": "Er zijn te weinig kinderen gesimuleerd om te zeggen hoeveel de parameters "
                "hieraan veranderen; het is minder dan de ruis van de simulatie zelf.",
                "en": "Too few children were simulated to say how much the parameters change this; "
                "it is less than the noise of the simulation itself.",
            }[lang]
        )
    if found.parameters.low == found.parameters.high:
        return says(
            {
                "nl": "Wat we niet weten over de parameters verandert daar niets aan.",
                "en": "What we do not know about the parameters changes nothing of it.",
            }[lang]
        )
    sure = holds_zero(found.parameters)
    pattern = {
        (True, "nl"): "Wat we niet weten over de parameters laat {ends} open: **het model weet "
        "niet welk beleid beter is**.",
        (True, "en"): "What we do not know about the parameters leaves {ends}: **the model cannot "
        "tell which policy does better**.",
        (False, "nl"): "Wat we niet weten over de parameters laat {ends} open.",
        (False, "en"): "What we do not know about the parameters leaves {ends}.",
    }[(sure and found.outcome.better is not Better.NEITHER, lang)]
    return says(pattern, ends=ends)


def _chance(found: Difference, size: int, lang: str) -> Sentence:
    ends = interval_said(found.outcome, found.chance, lang)
    if abs(found.value) < _least(found):
        nothing = {
            "nl": "Alleen al door toeval zou één jaar met {size} kinderen per beleid {ends} tonen.",
            "en": "By chance alone a year of {size} children a policy would show {ends}.",
        }[lang]
        return says(nothing, size=number(size, lang), ends=ends)
    could = not holds_zero(found.chance) and not holds_zero(found.both)
    pattern = {
        (False, "nl"): "Toeval in één jaar met {size} kinderen per beleid laat {ends} open: "
        "**één jaar kan het niet tonen**.",
        (False, "en"): "Chance in a single year of {size} children a policy leaves {ends}: "
        "**one year could not show it**.",
        (True, "nl"): "Toeval in één jaar met {size} kinderen per beleid laat {ends} open: "
        "**één jaar zou het kunnen tonen**.",
        (True, "en"): "Chance in a single year of {size} children a policy leaves {ends}: "
        "**one year could show it**.",
    }[(could, lang)]
    return says(pattern, size=number(size, lang), ends=ends)


def holds_zero(ends: Interval) -> bool:
    """Whether no difference at all lies within the interval."""
    return ends.low <= 0.0 <= ends.high


def better_words(compared: Compared, found: Difference, lang: str) -> tuple[str, str]:
    """What lies left and right of zero: the policy that does better there."""
    name, against = (arm_name(compared, one, lang) for one in (found.arm, found.against))
    if found.outcome.better is Better.NEITHER:
        return ("← minder", "meer →") if lang == "nl" else ("← less", "more →")
    better = {"nl": "beter", "en": "better"}[lang]
    left, right = (against, name) if found.outcome.better is Better.MORE else (name, against)
    return f"← {_cut(left)} {better}", f"{_cut(right)} {better} →"


def difference_sentence(compared: Compared, found: Difference, size: int, lang: str) -> str:
    """The difference for whoever does not see the figure."""
    said = difference_said(found.outcome, found.value, lang)
    known, chance, both = (
        interval_said(found.outcome, ends, lang)
        for ends in (found.parameters, found.chance, found.both)
    )
    unit = unit_said(found.outcome, lang)
    names = {
        "name": arm_name(compared, found.arm, lang),
        "against": arm_name(compared, found.against, lang),
    }
    pattern = {
        "nl": "{name} min {against}: {said} {unit}; wat we niet weten {known}; toeval bij {size} "
        "kinderen per beleid {chance}; samen {both}.",
        "en": "{name} less {against}: {said} {unit}; what we do not know {known}; chance with "
        "{size} children a policy {chance}; both together {both}.",
    }[lang]
    return pattern.format(
        **names, said=said, unit=unit, known=known, chance=chance, both=both, size=size
    )


def curve_sentence(
    compared: Compared, arms: Sequence[str], curves: Sequence[Curve], month: int, kind: str,
    lang: str,
) -> str:  # fmt: skip
    """The curves for whoever does not see them: values and bands at the month."""
    parts = []
    for arm, one in zip(arms, curves, strict=True):
        low, value, high = (
            percent(float(each[month]), lang) for each in (one.low, one.value, one.high)
        )
        to = {"nl": "tot", "en": "to"}[lang]
        parts.append(f"{arm_name(compared, arm, lang)} {value} ({low} {to} {high})")
    head = {"nl": f"Op {month} maanden", "en": f"At {month} months"}[lang]
    return f"{head}: {'; '.join(parts)}. {KIND_TITLES[kind].text(lang)}."


def about_children(needed: float, lang: str) -> str:
    """A number of children, rounded to two digits."""
    digits = max(len(str(int(needed))) - 2, 0)
    rounded = round(needed / 10**digits) * 10**digits
    return f"{'ongeveer' if lang == 'nl' else 'about'} {number(rounded, lang)}"


def children_sentence(found: Difference, lang: str) -> str:
    """How many children it would take, in words."""
    if found.noise_share > 0 and not found.resolved:
        return {
            "nl": "Met zo weinig gesimuleerde kinderen is dit niet te zeggen.",
            "en": "With so few children simulated this cannot be told.",
        }[lang]
    if found.children_needed is None:
        return {
            "nl": "De parameters veranderen dit verschil niet; er is niets om toeval aan te meten.",
            "en": "The parameters do not change this difference; there is nothing to hold chance "
            "against.",
        }[lang]
    said = about_children(found.children_needed, lang)
    return {
        "nl": f"Met {said} kinderen per beleid verhult toeval niet meer dan de parameters.",
        "en": f"With {said} children a policy chance hides no more than the parameters do.",
    }[lang]


def unit_of_children(of: Of, lang: str) -> str:
    """Whose outcome it is, as a table says it."""
    return of.nl if lang == "nl" else of.en


def _least(found: Difference) -> float:
    """Below it a difference rounds to nothing."""
    return {Unit.SHARE: 5e-4, Unit.DAYS: 0.5, Unit.LOG10: 0.05}[found.outcome.unit]


def _cut(name: str, most: int = 28) -> str:
    return name if len(name) <= most else f"{name[: most - 1].rsplit(' ', 1)[0]} …"


def warnings(compared: Compared, found: Difference, lang: str) -> tuple[str, ...]:
    """What a reader must know before the figures are believed."""
    said = []
    draws = compared.about.draws
    if draws < FEWEST_DRAWS:
        said.append(
            {
                "nl": f"Er zijn maar {draws} trekkingen van de parameters; onder de {FEWEST_DRAWS} "
                "is hun interval grof.",
                "en": f"There are only {draws} draws of the parameters; below {FEWEST_DRAWS} their "
                "interval is rough.",
            }[lang]
        )
    drivers = compared.drivers(found.arm, found.outcome.id)
    if drivers.drivers and drivers.explained < LEAST_EXPLAINED:
        said.append(
            {
                "nl": "Wat de eerste onzekerheid bepaalt, is maar voor minder dan de helft te "
                "verklaren; de volgorde hieronder is een aanwijzing, geen uitkomst.",
                "en": "Less than half of what drives the first uncertainty can be explained; the "
                "order below is a hint, not a finding.",
            }[lang]
        )
    if compared.about.failures:
        failed = number(compared.about.failures, lang)
        said.append(
            {
                "nl": f"{failed} beloopen konden niet tot het einde worden gevolgd en tellen vanaf "
                "dan niet mee.",
                "en": f"{failed} courses could not be followed to the end and do not count from "
                "there on.",
            }[lang]
        )
    return tuple(said)
