# SPDX-License-Identifier: Apache-2.0
"""`cartulary version`: which version this is, and on what it stands."""

from __future__ import annotations

import platform

import click

from cartulary import __version__


@click.command(name="version")
def command() -> None:
    """Say which version this is."""
    click.echo(f"cartulary {__version__} (Python {platform.python_version()})")
    click.echo("Research and quality-of-care software; not a medical device.")
