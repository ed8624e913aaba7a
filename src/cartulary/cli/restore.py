# SPDX-License-Identifier: Apache-2.0
"""`cartulary restore`: a backup into an empty home, to the same head of the chain or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from cartulary.cli.backup import FILE_HELP, passphrase


@click.command(name="restore")
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="New folder for the ledger; it must be empty.",
)
@click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=FILE_HELP,
)
def command(source: Path, home: Path, passphrase_file: Path | None) -> None:
    """Restore the backup SOURCE into a new home, verify its chains, and say their heads.

    When a chain is not intact, or does not end where the backup says, nothing stays.
    """
    import os

    from cartulary.cli.ledger_setup import start_django
    from cartulary.course.errors import CartularyError
    from cartulary.registry.unpacking import restore

    os.environ.pop("CARTULARY_DATABASE", None)
    # The files are unpacked before Django is set up on them, which would make new keys.
    os.environ["CARTULARY_HOME"] = str(home.resolve())
    held = restore(source, home, passphrase(passphrase_file, twice=False))
    start_django(home, upgrade=True)
    from cartulary.registry import scope
    from cartulary.registry.models import Centre
    from cartulary.registry.verifying import verify

    with scope.within("all"):
        for centre in Centre.objects.filter(code__in=held).order_by("code"):
            verdict = verify(centre)
            number, hash_text = held[centre.code]
            if not verdict.intact or [verdict.entries, verdict.head] != [number, hash_text]:
                shutil.rmtree(home)
                raise CartularyError(
                    f"The chain of {centre.code} in {source.name} is not intact: "
                    f"{'; '.join(map(str, verdict.faults[:3])) or 'its head is another one'}. "
                    "Nothing was restored. Take an older backup."
                )
            click.echo(f"{centre.code}: intact, {number} entries, head {str(hash_text)[:16]}")
    click.echo(f"{source} was restored to {home}. Verify anchors kept elsewhere, then serve it.")
