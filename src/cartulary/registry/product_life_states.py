# SPDX-License-Identifier: Apache-2.0
"""The words of a product's life: its states, who holds the cells, what is done with them."""

from __future__ import annotations

from typing import Final

from cartulary.course.choice import Choice


class State(Choice):
    """Where the cells are in their life. Worked out from the ledger's entries, never stored."""

    ORDERED = "ordered", "ordered", "besteld"
    COLLECTED = "collected", "collected", "afgenomen"
    SENT = "sent", "on the way to the manufacturer", "onderweg naar de fabrikant"
    AT_MANUFACTURER = (
        "at_manufacturer",
        "received at the manufacturer",
        "ontvangen bij de fabrikant",
    )
    IN_MANUFACTURE = "in_manufacture", "in manufacture", "in productie"
    RELEASED = "released", "released", "vrijgegeven"
    OUT_OF_SPECIFICATION = (
        "out_of_specification",
        "out of specification, not released",
        "buiten specificatie, niet vrijgegeven",
    )
    RELEASED_WITH_APPROVAL = (
        "released_with_approval",
        "released out of specification, with approval",
        "vrijgegeven buiten specificatie, met goedkeuring",
    )
    FAILED = "failed", "manufacture failed", "productie mislukt"
    SHIPPED = "shipped", "on the way to the hospital", "onderweg naar het ziekenhuis"
    RECEIVED = "received", "received", "ontvangen"
    STORED = "stored", "stored", "opgeslagen"
    THAWED = "thawed", "thawed", "ontdooid"
    INFUSED = "infused", "infused", "toegediend"
    QUARANTINED = "quarantined", "in quarantine", "in quarantaine"
    RETURNED = "returned", "returned", "teruggezonden"
    DISCARDED = "discarded", "discarded", "vernietigd"
    CANCELLED = "cancelled", "cancelled", "geannuleerd"


FINAL: Final = frozenset({State.INFUSED, State.FAILED, State.DISCARDED, State.CANCELLED})
RELEASED: Final = frozenset({State.RELEASED, State.RELEASED_WITH_APPROVAL})

#: How far a product may have come on paper before it is followed here.
ADOPTABLE: Final = frozenset(
    {
        State.COLLECTED,
        State.SENT,
        State.AT_MANUFACTURER,
        State.IN_MANUFACTURE,
        State.RELEASED,
        State.RELEASED_WITH_APPROVAL,
        State.SHIPPED,
        State.RECEIVED,
        State.STORED,
        State.THAWED,
    }
)


class Holder(Choice):
    """Who has the cells: the lanes of the picture."""

    APHERESIS_UNIT = "apheresis_unit", "Apheresis unit", "Afereseafdeling"
    COURIER = "courier", "Courier", "Koerier"
    MANUFACTURER = "manufacturer", "Manufacturer", "Fabrikant"
    CELL_LABORATORY = "cell_laboratory", "Cell laboratory", "Cellaboratorium"
    WARD = "ward", "Ward", "Afdeling"


class Act(Choice):
    """What somebody does with the cells: the word on the button, and its code."""

    IDENTIFY = "identify", "Assign identifiers", "Nummers toekennen"
    RELABEL = "relabel", "Correct an identifier", "Nummer verbeteren"
    SPECIFY = "specify", "Set limits", "Grenzen vastleggen"
    ADOPT = "adopt", "Take over from the record", "Overnemen uit het dossier"
    COLLECT = "collect", "Collect", "Afnemen"
    SET_ASIDE = "set_aside", "Set part aside", "Deel apart houden"
    SEND = "send", "Send to the manufacturer", "Verzenden naar de fabrikant"
    HAND_IN = "hand_in", "Receive for manufacture", "Ontvangen voor productie"
    START = "start", "Start manufacture", "Productie starten"
    SPLIT = "split", "Divide into bags", "Verdelen over zakken"
    RELEASE = "release", "Release", "Vrijgeven"
    REJECT = "reject", "Record out of specification", "Buiten specificatie vastleggen"
    APPROVE = (
        "approve",
        "Release out of specification",
        "Vrijgeven buiten specificatie",
    )
    FAIL = "fail", "Record failure", "Mislukking vastleggen"
    SHIP = "ship", "Ship to the hospital", "Verzenden naar het ziekenhuis"
    RECEIVE = "receive", "Receive", "Ontvangen"
    STORE = "store", "Store", "Opslaan"
    THAW = "thaw", "Thaw", "Ontdooien"
    INFUSE = "infuse", "Infuse", "Toedienen"
    QUARANTINE = "quarantine", "Quarantine", "In quarantaine"
    LIFT = "lift", "Release from quarantine", "Quarantaine opheffen"
    SEND_BACK = "send_back", "Send back", "Terugzenden"
    DISCARD = "discard", "Discard", "Vernietigen"
    CANCEL = "cancel", "Cancel", "Annuleren"
    TAKE_BACK = "take_back", "Take back the last step", "Laatste stap terugnemen"


class Path(Choice):
    """Which products a row is for: it depends on where they are made and how they are kept."""

    ANY = "any", "every product", "elk product"
    CENTRAL = "central", "made elsewhere, shipped", "elders gemaakt, verzonden"
    IN_HOUSE = "in_house", "made in house, not shipped", "in huis gemaakt, niet verzonden"
    CENTRAL_FROZEN = "central_frozen", "made elsewhere, frozen", "elders gemaakt, ingevroren"
    IN_HOUSE_FROZEN = "in_house_frozen", "made in house, frozen", "in huis gemaakt, ingevroren"
    CENTRAL_FRESH = "central_fresh", "made elsewhere, fresh", "elders gemaakt, vers"
    IN_HOUSE_FRESH = "in_house_fresh", "made in house, fresh", "in huis gemaakt, vers"
    FROZEN = "frozen", "frozen product", "ingevroren product"


class Limit(Choice):
    """Which temperature limits hold at a step. Their values are the programme's own."""

    CELLS = "cells", "collected cells on the way", "afgenomen cellen onderweg"
    PRODUCT = "product", "product on the way", "product onderweg"
    STORAGE = "storage", "product in storage", "product in opslag"


class Must(Choice):
    """What must hold before a step, beside its state and its identifiers."""

    MADE_FOR_CHILD = (
        "made_for_child",
        "the label names this child, or no child",
        "het etiket noemt dit kind, of geen kind",
    )
    WITHIN_SPECIFICATION = (
        "within_specification",
        "no result misses a limit that was given",
        "geen uitslag valt buiten een gegeven grens",
    )
    NOT_EXPIRED = (
        "not_expired",
        "the expiry date, where one is given, has not passed",
        "de houdbaarheidsdatum, als die er is, is niet verstreken",
    )
    RECORDED_RELEASED = (
        "recorded_released",
        "the product is recorded as released, with approval if it is out of specification",
        "het product staat als vrijgegeven vast, met goedkeuring als het buiten specificatie is",
    )
    RECORD_SAYS_SO = (
        "record_says_so",
        "the record already says that the cells came this far",
        "het dossier zegt al dat de cellen zo ver zijn gekomen",
    )
    NOT_DIVIDED = (
        "not_divided",
        "the product is not yet divided into bags",
        "het product is nog niet over zakken verdeeld",
    )
    IN_HOSPITAL = "in_hospital", "the bag is in the hospital", "de zak is in het ziekenhuis"


class Done(Choice):
    """What was done, in a word for the head of a column."""

    ADOPTED = "adopted", "Taken over", "Overgenomen"
    COLLECTED = "collected", "Collected", "Afgenomen"
    SENT = "sent", "Shipped", "Verzonden"
    HANDED_IN = "handed_in", "Received", "Ontvangen"
    STARTED = "started", "In manufacture", "In productie"
    RELEASED = "released", "Released", "Vrijgegeven"
    REJECTED = "rejected", "Out of spec.", "Buiten spec."
    APPROVED = "approved", "Approved", "Goedgekeurd"
    FAILED = "failed", "Failed", "Mislukt"
    SHIPPED = "shipped", "Shipped", "Verzonden"
    RECEIVED = "received", "Received", "Ontvangen"
    STORED = "stored", "Stored", "Opgeslagen"
    THAWED = "thawed", "Thawed", "Ontdooid"
    INFUSED = "infused", "Infused", "Toegediend"
    QUARANTINED = "quarantined", "Quarantined", "Quarantaine"
    LIFTED = "lifted", "Lifted", "Opgeheven"
    RETURNED = "returned", "Sent back", "Teruggezonden"
    DISCARDED = "discarded", "Discarded", "Vernietigd"
    CANCELLED = "cancelled", "Cancelled", "Geannuleerd"


#: Each act that moves cells, once it is done.
DONE: Final = {
    Act.ADOPT: Done.ADOPTED,
    Act.COLLECT: Done.COLLECTED,
    Act.SEND: Done.SENT,
    Act.HAND_IN: Done.HANDED_IN,
    Act.START: Done.STARTED,
    Act.RELEASE: Done.RELEASED,
    Act.REJECT: Done.REJECTED,
    Act.APPROVE: Done.APPROVED,
    Act.FAIL: Done.FAILED,
    Act.SHIP: Done.SHIPPED,
    Act.RECEIVE: Done.RECEIVED,
    Act.STORE: Done.STORED,
    Act.THAW: Done.THAWED,
    Act.INFUSE: Done.INFUSED,
    Act.QUARANTINE: Done.QUARANTINED,
    Act.LIFT: Done.LIFTED,
    Act.SEND_BACK: Done.RETURNED,
    Act.DISCARD: Done.DISCARDED,
    Act.CANCEL: Done.CANCELLED,
}
