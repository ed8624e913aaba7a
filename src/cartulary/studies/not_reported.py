# SPDX-License-Identifier: Apache-2.0
"""What a programme says it does not report: of those endpoints no figure is made."""

from __future__ import annotations

from collections.abc import Iterable

from cartulary.codebook.endpoint_reader import endpoints
from cartulary.course.errors import EstimandError


def silent_families(not_reported: Iterable[str]) -> frozenset[str]:
    """The families of endpoints that a programme does not report, each of them known.

    Arguments: names such as "os", or "eliana" for the editions of that study.
    Returns: the same as a set.
    Refuses: a family that no endpoint belongs to, because its figures would be made all the same.

    >>> sorted(silent_families(["os", "bca"]))
    ['bca', 'os']
    """
    asked = frozenset(not_reported)
    known = {part for name in endpoints() for part in name.split(".")[:2]}
    if asked - known:
        families = ", ".join(sorted({name.split(".")[0] for name in endpoints()}))
        raise EstimandError(
            f"The programme does not report {', '.join(map(repr, sorted(asked - known)))}, and no "
            "family of endpoints is called that. A figure meant to be left out would be printed. "
            f"Name one of: {families}."
        )
    return asked


def is_silent(endpoint_id: str, silent: frozenset[str]) -> bool:
    """Whether an endpoint belongs to a family that is not reported; editions go with theirs.

    >>> is_silent("eliana.os.infusion", frozenset({"os"})), is_silent("os.infusion", frozenset())
    (True, False)
    """
    return bool(silent & set(endpoint_id.split(".")[:2]))


def refuse_silent(endpoint_id: str, not_reported: Iterable[str]) -> None:
    """Refuses a figure that the programme says it cannot give: what is absent was not recorded."""
    if is_silent(endpoint_id, silent_families(not_reported)):
        raise EstimandError(
            f"The programme says that it does not report {endpoint_id.split('.')[0]}. Its events "
            "were not recorded, so a figure would count those children as free of them. Complete "
            "the record and take it out of not_reported in the table of the programme."
        )
