# SPDX-License-Identifier: Apache-2.0
"""Write the reference from what runs: a page for each command, each part and each definition.

python docs/build.py FOLDER
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from pathlib import Path

import click
from click.testing import CliRunner

import cartulary
from cartulary.cli.main import COMMANDS
from cartulary.cli.main import cartulary as command_line
from cartulary.codebook.catalogue import KIND_NAMES
from cartulary.codebook.files import KINDS, definition_files

PARTS = ("course", "codebook", "evidence", "studies", "reports")
WIDTH = 90


def main(arguments: list[str]) -> None:
    """Write every page into the folder named."""
    if len(arguments) != 1:
        sys.exit("Name the folder to write into: python docs/build.py build/docs")
    folder = Path(arguments[0])
    pages = {
        "commands.md": commands_page(),
        **{f"functions/{part}.md": part_page(part) for part in PARTS},
        **{f"definitions/{kind}.md": definitions_page(kind) for kind in KINDS},
    }
    pages["README.md"] = index_page(list(pages))
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{len(pages)} pages in {folder}")


def commands_page() -> str:
    """The command line's own help, whole."""
    asked: list[list[str]] = [[], *([name] for name in COMMANDS)]
    return "# Commands\n\n" + "\n".join(
        f"## {' '.join(['cartulary', *words])}\n\n{fenced(printed([*words, '--help']))}"
        for words in asked
    )


def definitions_page(kind: str) -> str:
    """Every definition file of one kind, as it stands in the codebook."""
    sections = [
        f"## {file.name.removesuffix('.toml')}\n\n"
        f"{fenced(file.read_text(encoding='utf-8'), 'toml')}"
        for file in definition_files(kind)
    ]
    title = KIND_NAMES[kind.removesuffix("s")].en
    return f"# {title}\n\n" + "\n".join(sections)


def part_page(part: str) -> str:
    """The public names of a part, module by module, with signature and docstring."""
    package = importlib.import_module(f"cartulary.{part}")
    names = [package.__name__] + [
        found.name
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
        if not found.name.rpartition(".")[2].startswith("_")
    ]
    return f"# cartulary.{part}\n\n" + "\n".join(
        module_section(name) for name in names if public_names(name)
    )


def module_section(name: str) -> str:
    """One module: what it is, then each public name it defines."""
    module = importlib.import_module(name)
    entries = [
        f"### {public}{signature_of(value)}\n\n{fenced(inspect.getdoc(value) or '', 'text')}"
        for public, value in public_names(name).items()
    ]
    return f"## {name}\n\n{inspect.getdoc(module) or ''}\n\n" + "\n".join(entries)


def public_names(name: str) -> dict[str, object]:
    """The public functions and classes that a module defines itself."""
    return {
        public: value
        for public, value in vars(importlib.import_module(name)).items()
        if not public.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == name
    }


def signature_of(value: object) -> str:
    """How it is called; empty where Python does not say."""
    try:
        return str(inspect.signature(value)) if inspect.isfunction(value) else ""
    except ValueError:
        return ""


def index_page(names: list[str]) -> str:
    """The list of pages."""
    listed = "\n".join(f"- [{name.removesuffix('.md')}]({name})" for name in names)
    return f"# Cartulary {cartulary.__version__}: reference\n\n{listed}\n"


def printed(words: list[str]) -> str:
    """What the command line prints; a command that fails stops the build."""
    result = CliRunner(env={"COLUMNS": str(WIDTH), "NO_COLOR": "1"}).invoke(
        command_line, words, prog_name="cartulary", terminal_width=WIDTH
    )
    if result.exit_code != 0:
        raise click.ClickException(f"cartulary {' '.join(words)} failed:\n{result.output}")
    return result.output


def fenced(text: str, language: str = "console") -> str:
    """A fenced block, longer than any fence inside it."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text.rstrip()}\n{fence}\n"


if __name__ == "__main__":
    main(sys.argv[1:])
