# SPDX-License-Identifier: Apache-2.0
"""Every definition there is, and the page of each: for the command, the docs and the report."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from cartulary.codebook.benchmark import benchmarks
from cartulary.codebook.benchmark_page import benchmark_page
from cartulary.codebook.definition_page import definition_page
from cartulary.codebook.endpoint_reader import definitions, endpoints
from cartulary.codebook.scale_page import scale_page
from cartulary.codebook.scale_reader import scales
from cartulary.codebook.state_graph_page import state_graph_page
from cartulary.codebook.state_graph_reader import state_graphs
from cartulary.course.errors import CodebookError


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One definition of the codebook. An endpoint stands once for each of its clocks."""

    kind: str
    id: str
    edition: str
    name: str


def catalogue(lang: str = "en") -> tuple[CatalogueEntry, ...]:
    """Every endpoint (with its clock), scale, benchmark and state graph, ours or a centre's own.

    Arguments: `lang` is "en" or "nl", for the names.
    Returns: entries by kind, then by id.
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
            CatalogueEntry("state_graph", name, graph.edition, graph.name.text(lang))
            for name, graph in sorted(state_graphs().items())
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
    known = [*endpoints(), *definitions(), *scales(), *benchmarks(), *state_graphs()]
    near = difflib.get_close_matches(definition_id, known, n=4, cutoff=0.4)
    raise CodebookError(
        f"No definition is called {definition_id!r}. "
        + (f"Near to it: {', '.join(near)}. " if near else "")
        + "List them all with: cartulary definitions"
    )
