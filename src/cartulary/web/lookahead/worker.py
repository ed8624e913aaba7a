# SPDX-License-Identifier: Apache-2.0
"""The process that does one long simulation, after those that came before it.

python -m cartulary.web.lookahead.worker FOLDER
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from cartulary.web.beside.worker import carry_out

#: Pages go first wherever both want the processor.
_NICER: Final = 10


def work(folder: Path) -> str:
    """Do what a folder asks for and write down how it ended; its state."""
    from cartulary.web.lookahead.doing import do

    # One at a time: each takes all but one of the processors.
    return carry_out(folder, folder.parent, do, stops=True)


if __name__ == "__main__":
    import django

    os.umask(0o077)
    os.nice(_NICER)
    django.setup()
    work(Path(sys.argv[1]))
