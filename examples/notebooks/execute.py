# SPDX-License-Identifier: Apache-2.0
"""Runs the notebooks from an empty kernel and writes back what they print and draw.

    python examples/notebooks/execute.py [NOTEBOOK ...]

The outputs that are kept are those of a run, without counters, clocks and places on a machine, so
that the same notebook gives the same file. A test runs each notebook again and compares.
"""

from __future__ import annotations

import copy
import json
import os
import sys
import tempfile
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent
NOTEBOOKS = tuple(sorted(HERE.glob("*.ipynb")))
# What a notebook may read beside itself: how it shows things, and the other examples.
SHOWING = "showing.py"
BESIDE = ("cassiopeia", "maxima_2020")
KERNEL = "python3"
LONGEST_CELL_SECONDS = 300
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def executed(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """The notebook run to its end in a fresh kernel of this very interpreter.

    Arguments: a notebook; an empty folder for the kernel's files. The kernel starts in
    `folder/examples/notebooks`, beside the examples that the notebooks read.
    Returns: another notebook, with the outputs of this run alone.
    Refuses: a cell that raises (nbclient.exceptions.CellExecutionError, with its traceback).
    """
    work = folder / "examples" / "notebooks"
    work.mkdir(parents=True)
    (work / SHOWING).symlink_to(HERE / SHOWING)
    for name in BESIDE:
        (work.parent / name).symlink_to(HERE.parent / name, target_is_directory=True)
    fresh = copy.deepcopy(notebook)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    # A path to a socket may have about a hundred letters, so it lies in a folder of its own.
    with tempfile.TemporaryDirectory(prefix="kernel-") as sockets:
        NotebookClient(
            fresh,
            km=_kernel(folder, Path(sockets)),
            timeout=LONGEST_CELL_SECONDS,
            resources={"metadata": {"path": str(work)}},
            record_timing=False,
        ).execute(cleanup_kc=True, env=_environment(folder))
    return tidy(fresh)


def tidy(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The same notebook without what differs from run to run or from machine to machine."""
    notebook.metadata = nbformat.from_dict(_METADATA)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        if cell.cell_type != "code":
            continue
        cell.execution_count = None
        cell.outputs = _joined(cell.outputs)
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = None
            if "metadata" in output:
                output.metadata = nbformat.from_dict({})
    return notebook


def _joined(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """What was printed without a figure between in one piece: a slow cell sends it in several."""
    found: list[nbformat.NotebookNode] = []
    for output in outputs:
        if (
            found
            and output.output_type == found[-1].output_type == "stream"
            and output.name == found[-1].name
        ):
            found[-1].text += output.text
        else:
            found.append(output)
    return found


def _kernel(folder: Path, sockets: Path) -> AsyncKernelManager:
    """A kernel of the interpreter that runs this file, reached through files and no network."""
    specification = folder / "kernels" / KERNEL
    specification.mkdir(parents=True)
    (specification / "kernel.json").write_text(
        json.dumps(
            {
                "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
                "display_name": "Cartulary",
                "language": "python",
            }
        ),
        encoding="utf-8",
    )
    found = KernelSpecManager(kernel_dirs=[str(folder / "kernels")], ensure_native_kernel=False)
    return AsyncKernelManager(
        kernel_name=KERNEL,
        kernel_spec_manager=found,
        transport="ipc",
        ip=str(sockets / "at"),
        connection_file=str(sockets / "connection.json"),
    )


def _environment(folder: Path) -> dict[str, str]:
    """The environment of the kernel: nobody's settings, no definitions of a centre, UTF-8."""
    own = {name: value for name, value in os.environ.items() if name != "CARTULARY_CODEBOOK"}
    return own | {
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "jupyter"),
        "JUPYTER_DATA_DIR": str(folder / "jupyter"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "PYTHONWARNINGS": "default",
    }


def main(arguments: list[str]) -> None:
    """Run the notebooks named, or all, and write each back with its outputs."""
    for path in [Path(name) for name in arguments] or NOTEBOOKS:
        with tempfile.TemporaryDirectory() as folder:
            notebook = executed(nbformat.read(path, as_version=4), Path(folder))
        nbformat.write(notebook, path)
        print(path.name)


if __name__ == "__main__":
    main(sys.argv[1:])
