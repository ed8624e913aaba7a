# SPDX-License-Identifier: Apache-2.0
"""The command `cartulary`: one file a command, read only when it is called."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from cartulary.cli.interrupted import INTERRUPTED, INTERRUPTED_WORDS
from cartulary.course.errors import CartularyError

COMMANDS = {
    "template": "write an empty programme to fill in (CSV folder or XLSX workbook)",
    "check": "read a programme and list everything that is wrong with it",
    "report": "write a programme's report as HTML, PDF, XLSX and JSON",
    "estimate": "reckon one endpoint from a programme",
    "estimands": "one endpoint under every strategy for what comes between",
    "transplant": "ask whether transplant in remission helps, and how far the data go",
    "exposure": "ask what followed a second infusion, loss of aplasia, or a transplant",
    "reconstruct": "rebuild the children behind a published survival curve",
    "study": "compare treated children with external controls, as a protocol asks",
    "simulate": "simulate virtual children under a policy, as a cohort to report",
    "forecast": "forecast a child's two years from virtual children, for research",
    "compare": "hold policies against each other on the same virtual children",
    "question": "answer one of the questions that the article leaves open, on a page",
    "calibrate": "fit the twin to published figures, with what they do not say",
    "validate": "hold the twin against every published figure, fitted or kept aside",
    "twin": "look at the model: groups of relapse, ten virtual children",
    "demo": "open the app with invented children, accounts and codes",
    "serve": "serve the ledger as a web app",
    "user": "make accounts and give them roles",
    "doctor": "hold the ledger's settings against a hospital's list",
    "import": "bring tables into the ledger, after a dry run that says what changes",
    "ledger": "verify the ledger, rebuild from it, anchor its head",
    "backup": "write the ledger, encrypted, while the app runs",
    "restore": "put a backup back, to the same head or not at all",
    "definitions": "list the definitions, or print one as a page",
    "version": "say which version this is",
}


class Commands(click.Group):
    """A group that knows its commands by name and imports one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"cartulary.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # Help is written from the table above, so that it imports no command.
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS:
            known = ", ".join(COMMANDS)
            near = [name for name in COMMANDS if name.startswith(args[0][:3])]
            meant = f" Did you mean {near[0]}?" if near else ""
            ctx.fail(f"There is no command {args[0]!r}.{meant} The commands are: {known}.")
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def cartulary() -> None:
    """The record of a CAR-T programme for children, and the means to reckon from it.

    Research and quality-of-care software; not a medical device.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line; a mistake the user can mend ends in its message and status 1."""
    try:
        # Alone, click would turn Ctrl+C into a word of its own and status 1.
        status = cartulary.main(args=arguments, prog_name="cartulary", standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except CartularyError as error:
        click.echo(f"cartulary: {error}", err=True)
        sys.exit(1)
    except (KeyboardInterrupt, click.Abort) as stop:
        if isinstance(stop.__cause__, EOFError):
            click.echo("cartulary: the input ended before it was answered.", err=True)
            sys.exit(1)
        click.echo(INTERRUPTED_WORDS, err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        name = f" {Path(error.filename).name!r}" if isinstance(error.filename, str) else ""
        click.echo(
            f"cartulary: the file system refused{name}: {error.strerror or type(error).__name__}. "
            "Choose a place that you may read and write.",
            err=True,
        )
        sys.exit(1)
