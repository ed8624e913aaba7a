# SPDX-License-Identifier: Apache-2.0
"""What the page is asked to compare: two policies, whom, how many a year, judged by what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

#: Children that a programme treats a year, as the sentence offers them.
SIZES: Final = (10, 20, 40, 100, 200)
USUAL_SIZE: Final = 20
MAIN: Final = "efs.indication.12"
_CODE: Final = re.compile(r"[a-z0-9_.]{1,80}")


@dataclass(frozen=True, slots=True)
class LookWanted:
    """One comparison as an address asks for it. Codes alone: nothing of a child is in it.

    `policy` is the one that is asked about, `against` the one it is held against; empty for the
    first there is.
    """

    policy: str = ""
    against: str = ""
    population: str = ""
    size: int = USUAL_SIZE
    outcome: str = MAIN

    def parts(self) -> dict[str, str]:
        """The same as the parts of an address, those that are not as they are at first."""
        said = {
            "policy": self.policy,
            "against": self.against,
            "for": self.population,
            "size": "" if self.size == USUAL_SIZE else str(self.size),
            "by": "" if self.outcome == MAIN else self.outcome,
        }
        return {name: value for name, value in said.items() if value}

    @property
    def query(self) -> str:
        """The same as the query of an address."""
        return urlencode(self.parts())

    def with_word(self, **changed: Any) -> str:
        """The query of the same comparison with something changed.

        >>> LookWanted("maxima").with_word(size=40)
        'policy=maxima&size=40'
        """
        return replace(self, **changed).query


def wanted_of(query: Mapping[str, str]) -> LookWanted:
    """What an address asks for; what it says that cannot be is left out.

    >>> wanted_of({"policy": "../etc", "size": "21", "by": "os.infusion.24"})
    LookWanted(policy='', against='', population='', size=20, outcome='os.infusion.24')
    """
    size = query.get("size", "")
    return LookWanted(
        _code(query.get("policy", "")),
        _code(query.get("against", "")),
        _code(query.get("for", "")),
        int(size) if size in {str(one) for one in SIZES} else USUAL_SIZE,
        _code(query.get("by", "")) or MAIN,
    )


def _code(text: str) -> str:
    return text if _CODE.fullmatch(text) and ".." not in text else ""
