# SPDX-License-Identifier: Apache-2.0
"""An upload laid beside the ledger, and the result kept for its pages."""

from __future__ import annotations

from cartulary.registry.importing import Read, dry_run, read_tables
from cartulary.registry.importing_columns import renamed
from cartulary.registry.importing_shown import Kept, keep, kept
from cartulary.registry.importing_upload import Upload
from cartulary.registry.models import Centre


def read_upload(upload: Upload) -> Read:
    """The tables of an upload, read anew."""
    return read_tables(upload.tables, upload.file_name, upload.sha256, renamed(upload))


def reckon(upload: Upload, centre: Centre) -> Kept:
    """Make the dry run anew, as the ledger stands now."""
    return keep(upload, dry_run(read_upload(upload), centre))


def reckoned(upload: Upload, centre: Centre) -> Kept:
    """The dry run as it was last made; made now if it was not yet."""
    try:
        return kept(upload)
    except FileNotFoundError:
        return reckon(upload, centre)
