# SPDX-License-Identifier: Apache-2.0
"""The fixed words of a chain-of-identity proof, in Dutch and English."""

from __future__ import annotations

from cartulary.codebook.words import vocabulary

WORDS = vocabulary(
    {
        "title": ("Chain of identity", "Identiteitsketen"),
        "for": ("for", "voor"),
        "bag": ("bag", "zak"),
        "now": ("now", "nu"),
        "unbroken": (
            "Every identifier that was read at {count} hand-offs and checks is the expected one.",
            "Elk nummer dat bij {count} overdrachten en controles is gelezen, is het verwachte.",
        ),
        "one_unbroken": (
            "Both identifiers that were read at the one hand-off so far are the expected ones.",
            "De nummers die bij de enige overdracht tot nu toe zijn gelezen, zijn de verwachte.",
        ),
        "broken": (
            "Not every hand-off has two identifiers that agree. Do not rely on this page.",
            "Niet bij elke overdracht zijn er twee kloppende nummers. Vertrouw niet op dit blad.",
        ),
        "altered": (
            "An entry on this page is not what was written. Do not rely on this page.",
            "Een regel op dit blad is niet wat er is opgeschreven. Vertrouw niet op dit blad.",
        ),
        "nothing": (
            "No hand-off has been recorded yet.",
            "Er is nog geen overdracht vastgelegd.",
        ),
        "blocked_once": (
            "One attempt was blocked, and nothing happened at it.",
            "Eén poging is geblokkeerd; daarbij is niets gebeurd.",
        ),
        "blocked_often": (
            "{count} attempts were blocked, and nothing happened at them.",
            "{count} pogingen zijn geblokkeerd; daarbij is niets gebeurd.",
        ),
        "step": ("Hand-off or check", "Overdracht of controle"),
        "when": ("Time", "Tijd"),
        "identifiers": ("Identifiers read from the bag", "Van de zak gelezen nummers"),
        "people": ("Out → in · second pair of eyes", "Uit → in · tweede controle"),
        "temperature": ("Temperature", "Temperatuur"),
        "entry": ("Entry", "Regel"),
        "blocked": ("Blocked attempts", "Geblokkeerde pogingen"),
        "taken_back": ("Steps that were taken back", "Teruggenomen stappen"),
        "taken_back_row": ("Step", "Stap"),
        "taken_back_by": ("Taken back by", "Teruggenomen door"),
        "because": ("Reason", "Reden"),
        "back_entry": ("taken back by entry", "teruggenomen met regel"),
        "blocked_row": ("Attempt", "Poging"),
        "by": ("By", "Door"),
        "read_expected": ("Read, and expected", "Gelezen, en verwacht"),
        "expected": ("expected", "verwacht"),
        "query": ("query", "vraag"),
        "first_signature": ("first signature: entry", "eerste handtekening: regel"),
        "reason": ("reason", "reden"),
        "agrees": ("agrees", "klopt"),
        "differs": ("differs", "wijkt af"),
        "ledger": ("Ledger", "Grootboek"),
        "head": ("Head, entry", "Kop, regel"),
        "table": ("life cycle, edition", "levensloop, editie"),
        "how": (
            "To check: the hash under each hand-off is the SHA-256 of that entry of the ledger, "
            "which holds the hash of the entry before it. “cartulary ledger verify” works all of "
            "them out again up to the head.",
            "Nagaan: onder elke overdracht staat de SHA-256 van die regel van het grootboek, "
            "waarin de hash van de regel ervoor is opgenomen. “cartulary ledger verify” rekent "
            "ze alle opnieuw uit tot en met de kop.",
        ),
        "not_a_device": (
            "Research and quality of care; not a medical device",
            "Onderzoek en kwaliteit van zorg; geen medisch hulpmiddel",
        ),
    }
)
