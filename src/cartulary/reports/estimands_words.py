# SPDX-License-Identifier: Apache-2.0
"""The words of a table of estimands and its figure, in Dutch and English."""

from __future__ import annotations

from typing import Final

from cartulary.codebook.words import vocabulary
from cartulary.studies.estimands import (
    ANY_TREATMENT,
    COMPOSITE,
    HYPOTHETICAL,
    HYPOTHETICAL_WEIGHTED,
    PRINCIPAL_STRATUM,
    STRINGENT,
    TREATMENT_POLICY,
    WHILE_ON_TREATMENT,
)

_WORDS: Final = vocabulary(
    {
        "efs": ("Event-free survival", "Eventvrije overleving"),
        "rfs": ("Relapse-free survival", "Recidiefvrije overleving"),
        "os": ("Overall survival", "Totale overleving"),
        "indication": ("From the indication", "Vanaf de indicatie"),
        "apheresis": ("From the first apheresis", "Vanaf de eerste aferese"),
        "infusion": ("From the first infusion", "Vanaf de eerste infusie"),
        "remission": ("From the first remission", "Vanaf de eerste remissie"),
        TREATMENT_POLICY: ("treatment policy", "behandelbeleid"),
        HYPOTHETICAL: ("hypothetical", "hypothetisch"),
        HYPOTHETICAL_WEIGHTED: ("weighted hypothetical", "gewogen hypothetisch"),
        COMPOSITE: ("composite", "samengesteld"),
        ANY_TREATMENT: ("success without transplant", "succes zonder transplantatie"),
        STRINGENT: ("stringent (UK)", "streng (VK)"),
        WHILE_ON_TREATMENT: ("while on treatment", "zolang niets anders volgt"),
        PRINCIPAL_STRATUM: ("principal stratum", "principaal stratum"),
        "second_infusion": ("second infusion", "tweede infusie"),
        "transplant": ("transplant", "transplantatie"),
        "new_therapy": ("new therapy", "nieuwe behandeling"),
        "ignore": ("ignored", "genegeerd"),
        "censor": ("censored", "gecensureerd"),
        "censor and weight": ("censored, weighted", "gecensureerd, gewogen"),
        "event": ("event", "event"),
        "competing": ("competing", "concurrerend"),
        "never has one": ("never has one", "krijgt er nooit een"),
        "all ignore": ("all ignored: the clock runs on", "alle genegeerd: de klok loopt door"),
        "all censor": ("all censored: follow-up ends", "alle gecensureerd: follow-up stopt"),
        "all censor and weight": ("all censored and weighted", "alle gecensureerd en gewogen"),
        "all event": ("each is an event", "elk is een event"),
        "all competing": (
            "each ends the search for events",
            "elk beëindigt het zoeken naar events",
        ),
        "all never has one": ("those who never have one", "wie er nooit een krijgt"),
        "strategy": ("strategy", "strategie"),
        "share": ("{month} months", "{month} maanden"),
        "interval": ("{level}% interval", "{level}%-interval"),
        "at_risk": ("at risk", "nog gevolgd"),
        "events_by": ("events by then", "events tot dan"),
        "missing": ("missing", "ontbrekend"),
        "limits": ("limits", "grenzen"),
        "why": ("why not", "waarom niet"),
        "not_known": ("not known", "niet bekend"),
        "refused": ("not given", "niet gegeven"),
        "none": ("none", "geen"),
        "axis": ("% without the event at {month} months", "% zonder event na {month} maanden"),
        "never": ("never infused", "nooit geïnfundeerd"),
        "before": (
            "In the whole follow-up, what came before the outcome, by the first of them: ",
            "In de hele follow-up, wat vóór de uitkomst kwam, naar de eerste daarvan: ",
        ),
        "spread": (
            "The choice of strategy alone gives {low} to {high} at {month} months.",
            "Alleen al de keuze van de strategie geeft {low} tot {high} na {month} maanden.",
        ),
        "same": (
            "At {month} months every strategy gives {low}.",
            "Na {month} maanden geeft elke strategie {low}.",
        ),
        "limits_words": ("worst to best case", "slechtste tot beste geval"),
        "limits_figure": (
            "worst to best case: if every child whose follow-up ends there had had the event on "
            "the day after, or never",
            "slechtste tot beste geval: als elk kind van wie de follow-up daar stopt de dag erna "
            "een event had, of nooit",
        ),
        "short second_infusion": ("2nd infusion", "2e infusie"),
        "short transplant": ("transplant", "transplantatie"),
        "short new_therapy": ("new therapy", "nieuwe behandeling"),
        "limits_note": (
            "limits: the hypothetical figure if every child censored at a transplant, second "
            "infusion or new therapy had had the event on the day after, or never",
            "grenzen: het hypothetische cijfer als elk kind dat bij een transplantatie, tweede "
            "infusie of nieuwe behandeling is gecensureerd de dag erna een event had, of nooit",
        ),
        "apart_note": (
            "while on treatment answers another question: the event after a transplant, second "
            "infusion or new therapy is not looked for, so the figure rises with each of them",
            "zolang niets anders volgt beantwoordt een andere vraag: naar het event na een "
            "transplantatie, tweede infusie of nieuwe behandeling wordt niet gekeken, dus het "
            "cijfer stijgt met elk daarvan",
        ),
        "derived_note": (
            "{names}: made from the treatment-policy file, because the codebook has no file of "
            "this strategy",
            "{names}: gemaakt uit het bestand van het behandelbeleid, want van deze strategie "
            "heeft het codeboek geen bestand",
        ),
        "hypothetical_note": (
            "hypothetical: children who leave at such an event are taken to fare as those who "
            "stay; they were chosen for it, so this may be wrong",
            "hypothetisch: van kinderen die bij zo'n gebeurtenis wegvallen wordt aangenomen dat "
            "het hun vergaat als wie blijft; ze zijn ervoor gekozen, dus dat kan onjuist zijn",
        ),
        "what_note": (
            "ignored, censored, event: what is made of a transplant, second infusion or new "
            "therapy before the outcome",
            "genegeerd, gecensureerd, event: wat er wordt gemaakt van een transplantatie, tweede "
            "infusie of nieuwe behandeling vóór de uitkomst",
        ),
        "choose": (
            "these figures are of the same children and are no independent findings: choose the "
            "strategy that answers the question before looking",
            "deze cijfers gaan over dezelfde kinderen en zijn geen onafhankelijke bevindingen: "
            "kies vóór het kijken de strategie die de vraag beantwoordt",
        ),
        "one_arm": (
            "Not identified in one programme: it is about children who would have no such event "
            "under either of two treatments, and who they are nobody can see. Two arms are needed.",
            "In één programma niet te bepalen: het gaat om kinderen die onder geen van twee "
            "behandelingen zo'n gebeurtenis zouden krijgen, en wie dat zijn ziet niemand. Er zijn "
            "twee armen nodig.",
        ),
        "no_covariates": (
            "No covariates were given. Without them every child weighs the same and the figure is "
            "that of plain censoring. Covariates known at the start of the clock are given in "
            "Python: estimand_table(covariates=...).",
            "Er zijn geen covariaten gegeven. Zonder weegt elk kind even zwaar en is het cijfer "
            "dat van gewoon censureren. Covariaten die bij het begin van de klok bekend zijn, "
            "worden in Python gegeven: estimand_table(covariates=...).",
        ),
        "nobody": ("No child can be counted from here.", "Vanaf hier telt geen kind mee."),
        "not_shown": ("not shown", "niet getoond"),
        "short_one_arm": ("needs two arms", "vraagt twee armen"),
        "short_no_covariates": ("no covariates given", "geen covariaten gegeven"),
        "not_followed": ("nobody followed so far", "niemand zo lang gevolgd"),
        "a_child": ("the unit is the child", "de eenheid is het kind"),
    }
)


def say(name: str, lang: str, **values: object) -> str:
    """A fixed text of the table or the figure.

    >>> say("axis", "nl", month=12)
    '% zonder event na 12 maanden'
    """
    text = _WORDS[name].text(lang)
    return text.format(**values) if values else text
