# SPDX-License-Identifier: Apache-2.0
"""The page of outcomes reckoned in a process of its own, and written down as plain JSON.

python -m cartulary.web.evidence.reckoner FOLDER

The web server itself loads neither the columns, nor the estimators, nor the drawing.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cartulary.web.evidence.worker import MADE, written

if TYPE_CHECKING:
    from cartulary.course.tables import Programme
    from cartulary.registry.models import Centre
    from cartulary.studies.child_summary import ChildSummary
    from cartulary.studies.chosen_children import ChosenChildren
    from cartulary.studies.programme import ProgrammeFigures
    from cartulary.web.evidence.children_behind import Behind
    from cartulary.web.evidence.evidence_wanted import EvidenceWanted

PAGE, BEHIND = "page.json", "behind.json"


def reckon(folder: Path) -> None:
    """Reckon what the folder's `wanted.json` asks for, and write the page and who is behind it."""
    from cartulary.registry import scope
    from cartulary.registry.models import Centre
    from cartulary.web.evidence.evidence_wanted import EvidenceWanted

    wanted = EvidenceWanted.of(json.loads((folder / "wanted.json").read_text(encoding="utf-8")))
    with scope.within("all"):
        page, behind = evidence_of(Centre.objects.get(code=wanted.centre), wanted)
    made = folder / MADE
    made.mkdir(exist_ok=True)
    written(made / PAGE, page)
    written(made / BEHIND, behind)


def evidence_of(
    centre: Centre, wanted: EvidenceWanted
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The page as plain values, and the keys of the children behind its figures by group."""
    from cartulary.course.errors import EstimandError
    from cartulary.reports.evidence_page.build import offered_endpoints
    from cartulary.studies.checked_programme import CheckedProgramme, checked_programme
    from cartulary.studies.child_summary import summaries
    from cartulary.studies.chosen_children import Choice, chosen_children
    from cartulary.studies.one_origin import of_one_origin
    from cartulary.studies.period import Period
    from cartulary.studies.programme import programme_figures
    from cartulary.web.evidence.children_behind import children_behind

    say("reading and checking the ledger")
    read, without_consent = _read(centre, wanted)
    of_one = of_one_origin(read, wanted.origin)
    page: dict[str, Any] = {
        "origin": of_one.origin,
        "origins": list(of_one.children),
        "others": _unless_small(
            sum(of_one.children.values()) - of_one.children.get(of_one.origin, 0), wanted.suppress
        ),
        "without_consent": _unless_small(without_consent, wanted.suppress),
        "endpoints": _usual_endpoints(read, wanted),
        **_cohorts(wanted),
    }
    checked = checked_programme(of_one.programme, good_courses=True)
    if not isinstance(checked, CheckedProgramme):
        nobody = "nobody" if wanted.purpose is None else "no_consent"
        return page | {"refusal": "errors" if read.cohort is not None else nobody}, {}
    children = summaries(checked.cohort.courses())
    try:
        choice = Choice(wanted.codes, Period(wanted.first, wanted.last))
        chosen = chosen_children(children, choice, wanted.clock)
    except EstimandError:
        everybody = chosen_children(children, Choice(), wanted.clock)
        return page | {"refusal": "foreseeing", "codes": _codes(everybody, wanted)}, {}
    page |= {
        "codes": _codes(chosen, wanted),
        "left_out": _unless_small(
            len(checked.left_out) - len(of_one.programme.left_out), wanted.suppress
        ),
        "without_date": _unless_small(
            chosen.without_date if wanted.first or wanted.last else 0, wanted.suppress
        ),
    }
    refusal = _too_few(children, chosen, choice.is_everybody, wanted.suppress)
    if refusal:
        return page | refusal, {}
    say("reckoning the figures")
    part = checked.cohort if choice.is_everybody else checked.cohort.select(list(chosen.chosen))
    figures = programme_figures(part, not_reported=read.not_reported)
    told = replace(checked.programme, problems=checked.problems, left_out=checked.left_out)
    figures = _with_endpoint(figures, wanted.endpoint)
    page["endpoints"] = _endpoint_words(offered_endpoints(figures), wanted.lang)
    if wanted.endpoint not in figures.survival:
        return page | {"refusal": "no_curve"}, {}
    behind = children_behind(centre, figures, wanted.endpoint)
    return page | _told(figures, told, wanted, behind), behind.groups


def _read(centre: Centre, wanted: EvidenceWanted) -> tuple[Programme, int]:
    """The courses of the centre, for a purpose only those with consent; how many are left out."""
    from cartulary.registry import scope
    from cartulary.registry.courses import cohort_of, programme_of
    from cartulary.registry.snapshot import one_moment

    with one_moment():
        read = programme_of(centre, wanted.as_of)
        if wanted.purpose is None or read.cohort is None:
            return read, 0
        # Who may be counted is settled today, whatever day is looked at.
        leaving = scope.exportable(None, centre, wanted.purpose)
        held = cohort_of(
            leaving.children, wanted.as_of, name=read.name, data_cut=read.data_cut, notes=read.notes
        )
    return replace(read, cohort=held if len(held) else None), leaving.left_out


def _unless_small(count: int, suppress: int) -> int | None:
    """A count, or None where it may not be shown."""
    return None if 0 < count < suppress else count


def _with_endpoint(figures: ProgrammeFigures, endpoint_id: str) -> ProgrammeFigures:
    """With the curve that is asked for, where the report does not draw it by itself."""
    from cartulary.codebook.endpoint_reader import endpoint
    from cartulary.studies.not_reported import is_silent
    from cartulary.studies.survival import survival_figure

    wanted = endpoint(endpoint_id).definition.kind == "time_to_event"
    if (
        endpoint_id in figures.survival
        or not wanted
        or is_silent(endpoint_id, figures.not_reported)
    ):
        return figures
    found = survival_figure(figures.cohort, endpoint_id)
    if found is None:
        return figures
    return replace(figures, survival={**figures.survival, endpoint_id: found})


def _cohorts(wanted: EvidenceWanted) -> dict[str, Any]:
    """The published cohorts that may be chosen, and those that stand there at first."""
    from cartulary.reports.evidence_page.beside import default_cohorts, offered_cohorts, rows_of
    from cartulary.reports.evidence_page.cohort_names import name_of

    cohorts = []
    for cohort in offered_cohorts(wanted.endpoint):
        days = [row.at_days or 0 for row in rows_of(cohort, wanted.endpoint)]
        months = ", ".join(f"{day * 12 / 365.25:.0f}" for day in days)
        cohorts.append([cohort.id, name_of(cohort, wanted.lang), months])
    return {"cohorts": cohorts, "cohorts_first": list(default_cohorts(wanted.endpoint))}


def _usual_endpoints(read: Programme, wanted: EvidenceWanted) -> dict[str, list[Any]]:
    """The definitions that a programme's page offers, whether or not there is a curve."""
    from cartulary.reports.evidence_page.build import CLOCK_ORDER, clock_of
    from cartulary.studies.not_reported import is_silent, silent_families
    from cartulary.studies.programme import EFS_CURVES, EFS_VARIANTS, OS_CURVES, OTHER_CURVES

    silent = silent_families(read.not_reported)
    usual = dict.fromkeys((*EFS_CURVES, *EFS_VARIANTS, *OS_CURVES, *OTHER_CURVES))
    names = [name for name in usual if not is_silent(name, silent)]
    by_clock = {clock: [n for n in names if clock_of(n) == clock] for clock in CLOCK_ORDER}
    return _endpoint_words({k: tuple(v) for k, v in by_clock.items() if v}, wanted.lang)


def _told(
    figures: ProgrammeFigures, programme: Any, wanted: EvidenceWanted, behind: Behind
) -> dict[str, Any]:
    """What the page says of the figures."""
    from cartulary.reports.evidence_page.beside import offered_cohorts
    from cartulary.reports.evidence_page.build import build_evidence
    from cartulary.web.evidence.page_json import page_values

    beside = wanted.beside
    if beside is not None:
        known = [one.id for one in offered_cohorts(wanted.endpoint)]
        beside = tuple(name for name in beside if name in known)
    say("writing the words and tables")
    made = build_evidence(
        figures,
        programme,
        wanted.endpoint,
        wanted.lang,
        suppress=wanted.suppress,
        beside=beside,
    )
    say("drawing the figures")
    return page_values(made, behind)


def _too_few(
    children: tuple[ChildSummary, ...], chosen: ChosenChildren, everybody: bool, suppress: int
) -> dict[str, Any]:
    """Why a part of the programme is not reckoned of; empty when it may be."""
    from cartulary.studies.chosen_children import FEWEST_OF_A_PART

    count = sum(chosen.chosen)
    if everybody:
        return {}
    rest = len(children) - count
    least = max(FEWEST_OF_A_PART, suppress)
    if count < least:
        shown = count if not 0 < count < suppress else None
        return {"refusal": "too_few", "children": shown, "least": least}
    if suppress and 0 < rest < suppress:
        # What is not chosen could be reckoned from the whole.
        return {"refusal": "rest_too_small", "least": suppress}
    return {}


def _endpoint_words(offered: dict[str, tuple[str, ...]], lang: str) -> dict[str, list[Any]]:
    from cartulary.codebook.endpoint_reader import endpoint

    return {
        clock: [[name, endpoint(name).definition.name.text(lang)] for name in names]
        for clock, names in offered.items()
    }


def _codes(chosen: ChosenChildren, wanted: EvidenceWanted) -> dict[str, list[list[str]]]:
    """What there is to choose from, each code with its words."""
    from cartulary.web.evidence.code_words import words_of

    return {
        name: [[code, words_of(name, code, wanted.lang)] for code in codes]
        for name, codes in chosen.codes.items()
    }


def say(what: str) -> None:
    """Say on stderr what is being done, for whoever waits."""
    sys.stderr.write(f"{what} ...\n")
    sys.stderr.flush()


if __name__ == "__main__":
    import django

    django.setup()
    reckon(Path(sys.argv[1]))
