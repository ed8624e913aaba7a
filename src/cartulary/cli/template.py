# SPDX-License-Identifier: Apache-2.0
"""`cartulary template`: an empty programme to fill in."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="template")
@click.argument("destination", type=click.Path(path_type=Path))
@click.option(
    "--lang",
    type=click.Choice(["en", "nl"]),
    default="en",
    show_default=True,
    help="The language of headers, values and explanations.",
)
def command(destination: Path, lang: str) -> None:
    """Write an empty programme.

    DESTINATION is a new folder, for CSV files, or a new file that ends in .xlsx, for a workbook
    with drop-downs. Both carry a codebook: what every column means, its unit, limits and values.
    """
    from cartulary.course.tables import write_template

    write_template(destination, lang)
    click.echo(
        f"Wrote an empty programme to {destination}. Begin with the table of children; remove "
        "the tables that you do not need; then run: cartulary check"
    )
