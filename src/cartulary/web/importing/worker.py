# SPDX-License-Identifier: Apache-2.0
"""The process that does the long work of one upload, after those that came before it.

python -m cartulary.web.importing.worker FOLDER
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from cartulary.web.beside.telling import Telling
from cartulary.web.beside.worker import Refused, carry_out


def work(folder: Path) -> str:
    """Do what is wanted of an upload, in its folder `work`, and write down how it ended."""
    uploaded = folder.parent
    # One at a time: the pages keep the other core, and the ledger has one writer anyway.
    return carry_out(folder, uploaded.parent, lambda wanted, tell: _done(uploaded, wanted, tell))


def _done(uploaded: Path, wanted: dict[str, Any], tell: Telling) -> dict[str, Any]:
    from cartulary.registry import scope
    from cartulary.registry.importing_refusal import ImportingRefusal
    from cartulary.registry.importing_upload import upload_in
    from cartulary.web.importing.doing import do

    upload = upload_in(uploaded, UUID(uploaded.name))
    try:
        with scope.within([upload.centre_id]):
            return do(upload, wanted, tell)
    except ImportingRefusal as error:
        values = {name: _plain(value) for name, value in error.values.items()}
        raise Refused(text=error.text, values=values) from None


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


if __name__ == "__main__":
    import django

    os.umask(0o077)
    django.setup()
    work(Path(sys.argv[1]))
