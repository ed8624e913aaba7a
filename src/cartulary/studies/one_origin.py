# SPDX-License-Identifier: Apache-2.0
"""The children of one origin out of a programme that holds several: no figure mixes them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from cartulary.course.tables import LeftOut, Programme


@dataclass(frozen=True, slots=True)
class OfOneOrigin:
    """A programme of one origin, and how many children there are of each in the whole."""

    programme: Programme
    origin: str
    children: dict[str, int]


def of_one_origin(read: Programme, wanted: str = "") -> OfOneOrigin:
    """The children of one origin; the others are named in `left_out`.

    Arguments: a programme as it was read; the origin, "" for the programme's own where it has
        such children, else the one most children have.
    Returns: the programme with that origin alone; unchanged when all children have it.
    """
    if read.cohort is None:
        return OfOneOrigin(read, wanted or str(read.origin), {})
    origins = [str(course.origin) for course in read.cohort.courses()]
    counted = dict(Counter(origins).most_common())
    if len(counted) == 1:
        return OfOneOrigin(read, origins[0], counted)
    own = str(read.origin) if str(read.origin) in counted else next(iter(counted))
    chosen = wanted if wanted in counted else own
    left = tuple(
        LeftOut(name, f"Its course is {origin}; a figure never mixes that with {chosen} courses.")
        for name, origin in zip(read.cohort.course_ids, origins, strict=True)
        if origin != chosen
    )
    part = read.cohort.select([origin == chosen for origin in origins])
    programme = replace(read, cohort=part, left_out=(*read.left_out, *left))
    return OfOneOrigin(programme, chosen, counted)
