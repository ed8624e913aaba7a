# SPDX-License-Identifier: Apache-2.0
"""A programme read from a ledger for a command: one centre, now or as of a past day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cartulary.cli.ledger_setup import HomeError, start_django

if TYPE_CHECKING:
    from cartulary.course.events.treatment import Purpose
    from cartulary.course.tables import Programme
    from cartulary.registry.models import Centre


def programme_of_ledger(
    home: Path, code: str, as_of: date | None, purpose: Purpose | None
) -> Programme:
    """The programme of a centre, of the children who may leave it for a purpose.

    Refuses a centre that is not there, a ledger of several when none is named, and a centre in
    which no child was registered by then.
    """
    start_django(home)
    from cartulary.registry import scope
    from cartulary.registry.courses import cohort_of, programme_of
    from cartulary.registry.snapshot import one_moment
    from cartulary.studies.one_origin import of_one_origin

    with scope.within("all"), one_moment():
        centre = _centre(code)
        may_leave = scope.exportable(None, centre, purpose)
        read = programme_of(centre, as_of)
        if read.cohort is not None and (purpose is not None or as_of is not None):
            # Who may leave is settled today, whatever day is looked at.
            held = cohort_of(
                may_leave.children,
                as_of,
                name=read.name,
                data_cut=read.data_cut,
                notes=read.notes,
            )
            read = replace(read, cohort=held if len(held) else None)
    if read.cohort is None:
        why = f" as of {as_of}" if as_of else ""
        consent = f" with consent for {purpose.en}" if purpose else ""
        raise HomeError(
            f"The ledger of {centre.code} holds no child{consent}{why}. There is nothing to "
            "report. Register children first, or choose another day or purpose."
        )
    cut = read.data_cut
    if as_of is not None and cut is not None and cut > as_of:
        # What was written by then cannot speak of later.
        read = replace(read, data_cut=as_of)
    # No figure mixes origins; the children of another are named as left out.
    return of_one_origin(read).programme


def _centre(code: str) -> Centre:
    from cartulary.registry.models import Centre

    known = {centre.code: centre for centre in Centre.objects.order_by("code")}
    if code in known:
        return known[code]
    if not code and len(known) == 1:
        return next(iter(known.values()))
    if not known:
        raise HomeError(
            "The ledger has no centre. Nothing was ever written. Make one with an account: "
            "cartulary user add NAME --help"
        )
    fact = f"There is no centre {code!r}" if code else f"The ledger holds {len(known)} centres"
    raise HomeError(f"{fact}. A report is of one. Name it with --centre: {', '.join(known)}.")
