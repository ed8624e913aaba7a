# SPDX-License-Identifier: Apache-2.0
"""What each method of a study is called, of whom it speaks, and what it takes for granted."""

from __future__ import annotations

from typing import Final, NamedTuple

from cartulary.studies.target_trial.protocol import (
    AUGMENTED,
    ENTROPY_BALANCING,
    MAIC,
    MAIC_BINARY,
    MATCHING,
    OVERLAP,
    POWER_PRIOR,
    PROPENSITY,
    ROBUST_MAP,
    STANDARDISATION,
    UNADJUSTED,
)

#: Dutch, English.
Two = tuple[str, str]


class MethodWords(NamedTuple):
    """A method's name, whom its figure is about, and what it assumes beyond the covariates.

    short: its name where a column is narrow; empty where the name is short enough.
    """

    name: Two
    about: Two
    assumes: Two
    short: Two = ("", "")


_TREATED: Final = ("de behandelde kinderen", "the treated children")
_CONTROLS: Final = ("kinderen als de controles", "children like the controls")
_NEXT: Final = ("een volgende groep als de controles", "a next group like the controls")

WORDS: Final[dict[str, MethodWords]] = {
    ENTROPY_BALANCING: MethodWords(
        ("entropieweging", "entropy balancing"),
        _TREATED,
        ("gelijke gemiddelden volstaan", "equal means are enough"),
    ),
    PROPENSITY: MethodWords(
        ("propensityweging (ATT)", "propensity weighting (ATT)"),
        _TREATED,
        (
            "de kans op behandeling volgt het logistische model",
            "the chance of treatment follows the logistic model",
        ),
        ("propensity (ATT)", "propensity (ATT)"),
    ),
    AUGMENTED: MethodWords(
        ("dubbel robuust", "doubly robust"),
        _TREATED,
        (
            "een van beide modellen klopt: dat van de behandeling of dat van de uitkomst",
            "one of its two models is right: that of treatment or that of the outcome",
        ),
    ),
    STANDARDISATION: MethodWords(
        ("uitkomstmodel (STC)", "outcome model (STC)"),
        _TREATED,
        (
            "het model van de uitkomst bij de controles klopt",
            "the model of the controls' outcome is right",
        ),
        ("uitkomstmodel", "outcome model"),
    ),
    MATCHING: MethodWords(
        ("paren (1 op 1)", "matched pairs (1:1)"),
        ("behandelde kinderen met een paar", "treated children who have a pair"),
        ("een paar is binnen de marge gelijk", "pairs within the caliper are alike"),
    ),
    OVERLAP: MethodWords(
        ("overlapweging (ATO)", "overlap weighting (ATO)"),
        ("kinderen die beide hadden kunnen krijgen", "children who might have had either"),
        (
            "de kans op behandeling volgt het logistische model",
            "the chance of treatment follows the logistic model",
        ),
        ("overlap (ATO)", "overlap (ATO)"),
    ),
    MAIC: MethodWords(
        ("MAIC (tijd tot gebeurtenis)", "MAIC (time to event)"),
        _CONTROLS,
        (
            "gelijke gemiddelden volstaan; leest van de controles alleen hun tabel en hun kromme",
            "equal means are enough; reads only the controls' table and their curve",
        ),
        ("MAIC (tijd)", "MAIC (time)"),
    ),
    MAIC_BINARY: MethodWords(
        ("MAIC (ja of nee)", "MAIC (yes or no)"),
        _CONTROLS,
        (
            "als MAIC; wie voor de vergelijkingsdag uit beeld raakte, is als wie bleef",
            "as MAIC; who went out of view before the day compared is like who stayed",
        ),
    ),
    POWER_PRIOR: MethodWords(
        ("power-prior", "power prior"),
        _NEXT,
        (
            "de controles zijn gelijk aan wie nu zonder behandeling was gebleven, op een vooraf "
            "gekozen korting na",
            "controls are like who would now have gone untreated, up to a discount chosen "
            "beforehand",
        ),
    ),
    ROBUST_MAP: MethodWords(
        ("robuuste MAP-prior", "robust MAP prior"),
        _NEXT,
        (
            "studies verschillen door toeval rond een gemeenschappelijk gemiddelde, of het is een "
            "verrassing",
            "studies differ by chance around a common mean, or it is a surprise",
        ),
        ("MAP-prior", "MAP prior"),
    ),
    UNADJUSTED: MethodWords(
        ("niet gecorrigeerd", "unadjusted"),
        ("niemand in het bijzonder", "nobody in particular"),
        ("de groepen zijn in alles gelijk", "the groups are alike in everything"),
    ),
}
