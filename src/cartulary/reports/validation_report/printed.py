# SPDX-License-Identifier: Apache-2.0
"""A validation as lines of a terminal."""

from __future__ import annotations

from cartulary.codebook.target import TargetUse
from cartulary.reports.validation_report.voice import Voice


def counts(voice: Voice) -> list[str]:
    """How many figures of each use were met, and how many main ones have a narrow interval."""
    lines = []
    for use in TargetUse:
        one = voice.found.tally(use)
        name = use.nl if voice.lang == "nl" else use.en
        lines.append(
            voice.t(
                f"{name}: {one.met} van {one.of} binnen het interval; van {one.of_main} "
                f"hoofdeindpunten {one.narrow} niet breder dan twee keer het geziene interval",
                f"{name}: {one.met} of {one.of} inside; of {one.of_main} main endpoints "
                f"{one.narrow} no wider than twice the observed interval",
            )
        )
    return lines


def missed_table(voice: Voice) -> tuple[list[str], list[list[str]]]:
    """The figures that were missed: header and rows."""
    header = [
        voice.t("gemist", "missed"),
        voice.t("gezien", "observed"),
        voice.t("voorspeld", "predicted"),
        voice.t("95%-interval", "95% interval"),
        voice.t("oordeel", "verdict"),
        voice.t("verklaard", "explained"),
    ]
    rows = [
        [
            row.target.id,
            voice.figure(row, row.target.value),
            voice.figure(row, row.median),
            voice.between(row, row.low, row.high),
            voice.verdict(row),
            voice.t("ja", "yes")
            if row.target.miss.en
            else voice.t("niet verklaard", "not explained"),
        ]
        for row in voice.found.rows
        if not row.met
    ]
    return header, rows


def closing(voice: Voice) -> list[str]:
    """What must be read with it."""
    found = voice.found
    lines = []
    if found.provisional:
        lines.append(
            voice.t(
                f"De posterior {found.posterior_id} is voorlopig: hij heeft geen gepubliceerd "
                "cijfer gezien.",
                f"The posterior {found.posterior_id} is provisional: it has seen no published "
                "figure.",
            )
        )
    lines.append(
        voice.t(
            "Gesimuleerd; onderzoek, niet voor beslissingen. Geen medisch hulpmiddel.",
            "Simulated; research, not for decisions. Not a medical device.",
        )
    )
    return lines
