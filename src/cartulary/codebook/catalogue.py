# SPDX-License-Identifier: Apache-2.0
"""Every definition there is, and the page of each: for the command, the docs and the report."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Final

from cartulary.codebook.benchmark import benchmarks
from cartulary.codebook.benchmark_page import benchmark_page
from cartulary.codebook.curve_file import curves
from cartulary.codebook.curve_page import curve_page
from cartulary.codebook.definition_page import definition_page
from cartulary.codebook.endpoint_reader import definitions, endpoints
from cartulary.codebook.exposure_page import exposure_page
from cartulary.codebook.exposure_reader import exposures
from cartulary.codebook.parameter_page import parameter_page
from cartulary.codebook.parameter_reader import parameter_files
from cartulary.codebook.scale_page import scale_page
from cartulary.codebook.scale_reader import scales
from cartulary.codebook.schedule_page import schedule_page
from cartulary.codebook.schedule_reader import schedules
from cartulary.codebook.state_graph_page import state_graph_page
from cartulary.codebook.state_graph_reader import state_graphs
from cartulary.codebook.target_page import target_page
from cartulary.codebook.target_reader import target_files
from cartulary.codebook.words import Vocabulary, vocabulary
from cartulary.course.errors import CodebookError

#: Every kind of definition, and what a list of them is called.
KIND_NAMES: Final[Vocabulary] = vocabulary(
    {
        "endpoint": ("Endpoints", "Eindpunten"),
        "scale": ("Grading scales", "Graderingsschalen"),
        "benchmark": ("Published cohorts", "Gepubliceerde cohorten"),
        "curve": ("Published curves", "Gepubliceerde curven"),
        "state_graph": ("Graphs of states", "Toestandsgrafen"),
        "exposure": ("Exposures", "Blootstellingen"),
        "schedule": ("Schedules of follow-up", "Vervolgschema's"),
        "parameter": ("Parameters of the twin", "Parameters van de tweeling"),
        "target": (
            "Figures that the twin is held to",
            "Cijfers waaraan de tweeling wordt getoetst",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One definition of the codebook. An endpoint stands once for each of its clocks."""

    kind: str
    id: str
    edition: str
    name: str


def catalogue(lang: str = "en") -> tuple[CatalogueEntry, ...]:
    """Every definition, an endpoint once for each of its clocks, ours or a centre's own.

    Arguments: `lang` is "en" or "nl", for the names.
    Returns: entries by kind, in the order of `KIND_NAMES`, then by id.
    Refuses: a definition file that is incomplete, with all its problems.

    >>> [entry.name for entry in catalogue("nl") if entry.id == "os.infusion"]
    ['Totale overleving']
    """
    return (
        *(
            CatalogueEntry("endpoint", name, e.definition.edition, e.definition.name.text(lang))
            for name, e in sorted(endpoints().items())
        ),
        *(
            CatalogueEntry("scale", name, scale.edition, scale.name.text(lang))
            for name, scale in sorted(scales().items())
        ),
        *(
            CatalogueEntry("benchmark", name, cohort.edition, cohort.name.text(lang))
            for name, cohort in sorted(benchmarks().items())
        ),
        *(
            CatalogueEntry("curve", name, curve.edition, curve.name.text(lang))
            for name, curve in sorted(curves().items())
        ),
        *(
            CatalogueEntry("state_graph", name, graph.edition, graph.name.text(lang))
            for name, graph in sorted(state_graphs().items())
        ),
        *(
            CatalogueEntry("exposure", name, exposure.edition, exposure.name.text(lang))
            for name, exposure in sorted(exposures().items())
        ),
        *(
            CatalogueEntry("schedule", name, schedule.edition, schedule.name.text(lang))
            for name, schedule in sorted(schedules().items())
        ),
        *(
            CatalogueEntry("parameter", name, file.edition, file.name.text(lang))
            for name, file in sorted(parameter_files().items())
        ),
        *(
            CatalogueEntry("target", name, held.edition, held.name.text(lang))
            for name, held in sorted(target_files().items())
        ),
    )


def page(definition_id: str, lang: str = "en") -> str:
    """One definition as a page in Markdown, in the words of the ward.

    Arguments: an id as `catalogue` lists it; an endpoint's id may leave its clock out.
    Returns: the text of the page, its first line a heading.
    Refuses: an id that is not there, with the nearest that are.

    >>> page("os").splitlines()[0]
    '# OS: Overall survival'
    """
    if definition_id in endpoints():
        return definition_page(endpoints()[definition_id].definition, lang)
    if definition_id in definitions():
        return definition_page(definitions()[definition_id], lang)
    if definition_id in scales():
        return scale_page(scales()[definition_id], lang)
    if definition_id in benchmarks():
        return benchmark_page(benchmarks()[definition_id], lang)
    if definition_id in state_graphs():
        return state_graph_page(state_graphs()[definition_id], lang)
    if definition_id in curves():
        return curve_page(curves()[definition_id], lang)
    if definition_id in exposures():
        return exposure_page(exposures()[definition_id], lang)
    if definition_id in schedules():
        return schedule_page(schedules()[definition_id], lang)
    if definition_id in parameter_files():
        return parameter_page(parameter_files()[definition_id], lang)
    if definition_id in target_files():
        return target_page(target_files()[definition_id], lang)
    known = [
        *endpoints(),
        *definitions(),
        *scales(),
        *benchmarks(),
        *curves(),
        *state_graphs(),
        *exposures(),
        *schedules(),
        *parameter_files(),
        *target_files(),
    ]
    near = difflib.get_close_matches(definition_id, known, n=4, cutoff=0.4)
    raise CodebookError(
        f"No definition is called {definition_id!r}. "
        + (f"Near to it: {', '.join(near)}. " if near else "")
        + "List them all with: cartulary definitions"
    )
