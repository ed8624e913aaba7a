# SPDX-License-Identifier: Apache-2.0
"""An answer as JSON: every number of the page, and its sentences in both languages."""

from __future__ import annotations

import json
import math
from typing import Any

from cartulary.reports.question_page import sentences
from cartulary.studies.policies_compared.compared_json import to_json
from cartulary.studies.policies_compared.drivers import Drivers
from cartulary.studies.questions.answering import Answer, ToldDifference
from cartulary.studies.questions.question import ObservedFigure

FORMAT = "cartulary-answer-1"


def answer_json(answer: Answer) -> str:
    """The answer as JSON text; the same answer gives the same text, but for the time it took."""
    question, sizes = answer.question, answer.sizes
    held: dict[str, Any] = {
        "format": FORMAT,
        "note": "Simulated. Research, not for decisions; not a medical device.",
        "question": question.question_id,
        "edition": question.edition,
        "version": answer.version,
        "posterior": answer.posterior_id,
        "posterior_edition": answer.posterior_edition,
        "provisional": answer.provisional,
        "draws": sizes.draws,
        "children": sizes.children,
        "programme": sizes.programme,
        "seed": sizes.seed,
        "answer": {lang: " ".join(sentences.lead(answer, lang)) for lang in ("en", "nl")},
        "settling": {lang: sentences.settling(answer, lang) for lang in ("en", "nl")},
        "differences": [_difference(answer, each) for each in answer.differences],
        "guesses": [
            {
                "parameter": one.parameter.name,
                "support": one.parameter.support.value,
                "taken": one.parameter.value,
                "instead": one.value,
                "difference": _plain(one.difference),
            }
            for one in answer.tried
        ],
        "observed": [_observed(one) for one in question.observed],
        "found": answer.found.to_json(),
        "comparison": None if answer.compared is None else json.loads(to_json(answer.compared)),
    }
    return json.dumps(held, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _difference(answer: Answer, each: ToldDifference) -> dict[str, Any]:
    told, compared = each.told, answer.compared
    assert compared is not None
    return {
        "outcome": told.outcome.id,
        "definition": told.outcome.definition,
        "unit": told.outcome.unit.value,
        "arm": told.arm,
        "against": told.against,
        "value_arm": _plain(compared.value(told.arm, told.outcome.id).value),
        "value_against": _plain(compared.value(told.against, told.outcome.id).value),
        "difference": _plain(told.value),
        "parameters": [_plain(end) for end in told.parameters],
        "chance": [_plain(end) for end in told.chance],
        "both": [_plain(end) for end in told.both],
        "children_needed": _plain(told.children_needed),
        "noise_share": _plain(told.noise_share),
        "favourable": _plain(told.favourable),
        "verdict": each.verdict.value,
        "drivers": _drivers(each.drivers),
    }


def _drivers(drivers: Drivers) -> list[dict[str, Any]]:
    return [
        {
            "parameters": list(one.moving.names),
            "share": _plain(one.share),
            "support": one.moving.support.value,
        }
        for one in drivers.drivers
    ]


def _observed(one: ObservedFigure) -> dict[str, Any]:
    return {
        "arm": one.arm,
        "outcome": one.outcome,
        "benchmark": one.benchmark,
        "value": one.value,
        "low": one.low,
        "high": one.high,
        "n": one.n,
        "events": one.events,
        "unit": one.unit,
        "same_scale": one.same_scale,
    }


def _plain(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
