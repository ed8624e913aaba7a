# SPDX-License-Identifier: Apache-2.0
"""`cartulary definitions`: every definition in the codebook, or one of them as a page to read."""

from __future__ import annotations

import click


@click.command(name="definitions")
@click.argument("definition", required=False)
@click.option("--lang", type=click.Choice(["en", "nl"]), default="en", help="Language of the page.")
@click.option("--kind", help="List one kind only, such as endpoint or curve.")
def command(definition: str | None, lang: str, kind: str | None) -> None:
    """List the definitions, or print DEFINITION (an id from the list) as a page."""
    from cartulary.codebook.catalogue import KIND_NAMES, catalogue, page

    if definition is not None:
        click.echo(page(definition, lang))
        return
    from cartulary.cli.table import print_table

    entries = [entry for entry in catalogue(lang) if kind in (None, entry.kind)]
    if not entries:
        *others, last = KIND_NAMES
        raise click.BadParameter(
            f"There is no kind {kind!r}. The kinds are {', '.join(others)} and {last}.",
            param_hint="--kind",
        )
    print_table(
        ("kind", "id", "edition", "name"),
        [(entry.kind, entry.id, entry.edition, entry.name) for entry in entries],
    )
