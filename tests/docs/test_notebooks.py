# SPDX-License-Identifier: Apache-2.0
"""Every notebook runs from an empty kernel, prints what it shows, and keeps its promises."""

from __future__ import annotations

import ast
import copy
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from examples.notebooks.execute import NOTEBOOKS, executed, tidy
from tests.architecture.test_files import PLACES

NAMES = [path.name for path in NOTEBOOKS]
BY_NAME = {path.name: path for path in NOTEBOOKS}
LICENCE = "<!-- SPDX-License-Identifier: Apache-2.0 -->"
SVG = "image/svg+xml"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
# Coordinates are pixels: a hundredth is not seen, and platforms differ far below it.
PIXELS = 0.01
# The packages of a base installation with `reports`, and what a kernel brings.
ALLOWED = {"cartulary", "numpy", "scipy", "IPython", "write_tables", "write_cohorts", "showing"}
FEWEST_ASSERTS = 25
RERUN = "If the new outputs are right, write them back: python examples/notebooks/execute.py"

each = pytest.mark.parametrize("name", NAMES)


def read(name: str) -> nbformat.NotebookNode:
    return nbformat.read(BY_NAME[name], as_version=4)


def code(notebook: nbformat.NotebookNode) -> Iterator[nbformat.NotebookNode]:
    return (cell for cell in notebook.cells if cell.cell_type == "code")


def words(notebook: nbformat.NotebookNode) -> str:
    return "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")


def outputs(notebook: nbformat.NotebookNode) -> Iterator[tuple[int, nbformat.NotebookNode]]:
    """Every output with the place of its cell."""
    for place, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", ()):
            yield place, output


def text_of(output: nbformat.NotebookNode) -> str:
    return str(output.text if output.output_type == "stream" else output.data.get(SVG, ""))


def same_drawing(one: str, other: str) -> bool:
    """Whether two drawings differ by no more than is seen."""
    if NUMBER.sub("#", one) != NUMBER.sub("#", other):
        return False
    pairs = zip(NUMBER.findall(one), NUMBER.findall(other), strict=True)
    return all(abs(float(a) - float(b)) <= PIXELS for a, b in pairs)


def differences(kept: nbformat.NotebookNode, run: nbformat.NotebookNode) -> list[str]:
    """Where a run printed or drew something else than the notebook holds."""
    found = []
    for place, (before, after) in enumerate(zip(kept.cells, run.cells, strict=True)):
        old, new = before.get("outputs", []), after.get("outputs", [])
        if [output.output_type for output in old] != [output.output_type for output in new]:
            found.append(f"cell {place}: it prints or draws another number of things")
            continue
        for one, other in zip(old, new, strict=True):
            is_drawing = one.output_type != "stream" and SVG in one.data
            a, b = text_of(one), text_of(other)
            if not (same_drawing(a, b) if is_drawing else a == b):
                found.append(f"cell {place}: {a[:300]!r} has become {b[:300]!r}")
    return found


@each
def test_it_runs_from_an_empty_kernel_and_prints_what_it_shows(name: str, tmp_path: Path) -> None:
    notebook = read(name)
    run = executed(notebook, tmp_path)
    warned = [text_of(o) for _, o in outputs(run) if o.get("name") == "stderr"]
    assert not warned
    changed = differences(notebook, run)
    assert not changed, "\n".join([*changed, RERUN])


@each
def test_it_is_a_valid_notebook_without_what_differs_from_run_to_run(name: str) -> None:
    notebook = read(name)
    nbformat.validate(notebook)
    assert notebook == tidy(copy.deepcopy(notebook))
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    kept = BY_NAME[name].read_text(encoding="utf-8")
    assert nbformat.writes(notebook) + "\n" == kept


@each
def test_no_output_names_a_place_on_one_machine(name: str) -> None:
    machine = [str(Path.home()), tempfile.gettempdir(), str(BY_NAME[name].parents[2])]
    for _, output in outputs(read(name)):
        shown = text_of(output)
        assert not PLACES.search(shown)
        assert not [place for place in machine if len(place) > 1 and place in shown]


@each
def test_it_says_its_licence_its_unit_its_origin_and_what_it_is_not(name: str) -> None:
    notebook = read(name)
    assert notebook.cells[0].source.splitlines()[0] == LICENCE
    head = notebook.cells[0].source
    assert "not a medical device" in head
    assert "**child**" in head
    assert "**simulated**" in head or "**reconstructed**" in head


@each
def test_every_figure_is_followed_by_its_finding(name: str) -> None:
    notebook = read(name)
    drawn = sorted({place for place, o in outputs(notebook) if text_of(o).startswith("<svg")})
    assert len(drawn) >= 5
    for place in drawn:
        after = notebook.cells[place + 1]
        assert after.cell_type == "markdown", place
        assert after.source.startswith("**"), place


@each
def test_every_figure_has_a_title_and_a_sentence_of_its_own(name: str) -> None:
    titles = []
    for _, output in outputs(read(name)):
        drawing = text_of(output)
        if drawing.startswith("<svg"):
            assert re.search(r"<desc [^>]*>[^<]{20,}</desc>", drawing)
            titles += re.findall(r"<title [^>]*>([^<]+)</title>", drawing)
    assert len(titles) == len(set(titles)) >= 5


@each
def test_its_numbers_are_held_by_asserts_that_can_fail(name: str) -> None:
    trees = [ast.parse(cell.source) for cell in code(read(name))]
    asserts = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    assert len(asserts) >= FEWEST_ASSERTS
    assert not [node for node in asserts if isinstance(node.test, ast.Constant)]


@each
def test_it_uses_public_names_and_plain_python_only(name: str) -> None:
    for cell in code(read(name)):
        assert not re.search(r"^\s*[%!?]|\?$", cell.source, re.M)
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                whole = node.module or "" if isinstance(node, ast.ImportFrom) else ""
                named = [whole, *(alias.name for alias in node.names)]
                roots = {whole.split(".")[0]} if whole else {n.split(".")[0] for n in named if n}
                assert roots <= ALLOWED | sys.stdlib_module_names, roots
                assert not [n for part in named for n in part.split(".") if n.startswith("_")]
            if isinstance(node, ast.Attribute):
                assert not node.attr.startswith("_"), node.attr


@each
def test_every_link_of_a_notebook_leads_somewhere(name: str) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", words(read(name)))
    assert targets
    missing = [t for t in targets if "://" not in t and not (BY_NAME[name].parent / t).exists()]
    assert not missing


def made(*sources: str) -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return nbformat.v4.new_notebook(cells=cells)


def test_the_runner_stops_at_a_wrong_number_and_runs_this_interpreter(tmp_path: Path) -> None:
    wrong = made("n = 300", "assert n == 301")
    with pytest.raises(CellExecutionError, match="AssertionError"):
        executed(wrong, tmp_path / "wrong")
    told = made(
        "import sys, warnings\nprint(sys.executable)\nwarnings.warn('odd', stacklevel=1)",
        "from pathlib import Path\nprint(Path('../cassiopeia/README.md').exists())",
    )
    run = executed(told, tmp_path / "told")
    by_name = {(place, o.name): o.text.strip() for place, o in outputs(run)}
    assert by_name[0, "stdout"] == sys.executable
    assert "UserWarning: odd" in by_name[0, "stderr"]
    assert by_name[1, "stdout"] == "True"
    assert "n" not in told  # nothing of one notebook is left for the next


def test_the_comparison_of_outputs_can_fail() -> None:
    drawing = '<svg><path d="M1.001 2"/><text>40%</text></svg>'
    assert same_drawing(drawing, drawing.replace("1.001", "1.0049"))
    assert not same_drawing(drawing, drawing.replace("1.001", "1.1"))
    assert not same_drawing(drawing, drawing.replace("40%", "41%"))
    assert not same_drawing(drawing, drawing.replace("path", "line"))
    kept = made("print(1)")
    kept.cells[0].outputs = [nbformat.v4.new_output("stream", text="1\n")]
    other = copy.deepcopy(kept)
    assert not differences(kept, other)
    other.cells[0].outputs[0].text = "2\n"
    assert differences(kept, other)
    other.cells[0].outputs = []
    assert differences(kept, other)
