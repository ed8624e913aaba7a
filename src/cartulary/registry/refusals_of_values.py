# SPDX-License-Identifier: Apache-2.0
"""What the events refuse of a value, in English and in Dutch; and words that stand in places."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

VALUES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "{what} is {absence}, but an event cannot be written without it.": (
            "{what} is {absence}, maar zonder dat kan een gebeurtenis niet worden vastgelegd."
        ),
        "{what} is {value}, which is not a number that can be measured.": (
            "{what} is {value}; dat getal kan niet gemeten zijn."
        ),
        "{what} is {value}, below the possible {limit}.": (
            "{what} is {value}, lager dan de mogelijke {limit}."
        ),
        "{what} is {value}, above the possible {limit}.": (
            "{what} is {value}, hoger dan de mogelijke {limit}."
        ),
        "{what} is {value}, which is not a number.": "{what} is {value}; dat is geen getal.",
        "{what} is {value}, which is not a whole number.": (
            "{what} is {value}; dat is geen heel getal."
        ),
        "{what} is {value}, which is not a whole number of days.": (
            "{what} is {value}; dat is geen heel aantal dagen."
        ),
        "precision is {value}, which is not a Precision.": "de precisie {value} bestaat niet.",
        "there is no day. Give one, or mark the date as unknown.": (
            "er is geen dag. Geef er een, of zeg dat de datum onbekend is."
        ),
        "the date is marked unknown, but day {day} is given.": (
            "de datum heet onbekend, maar dag {day} is gegeven."
        ),
        "{what} is {value}, which is not a text with something in it.": (
            "{what} is {value}; dat is geen tekst waar iets in staat."
        ),
        "{what} is {value}, which is not yes or no.": "{what} is {value}; dat is geen ja of nee.",
        "{what} is {value}, which is none of: {known}.": (
            "{what} is {value}; dat is geen van: {known}."
        ),
        "{what} is {value}; several choices are given as a tuple.": (
            "{what} is {value}; meer keuzes horen in een lijst."
        ),
        "{what} names a choice twice: {value}.": "{what} noemt een keuze twee keer: {value}.",
        "No absence has the code {code}; known: {known}.": (
            "Geen reden van afwezigheid heeft de code {code}; bekend: {known}."
        ),
        # --- a payload --------------------------------------------------------------------------
        "No kind of event is called {kind}. Known: {known}.": (
            "Geen soort gebeurtenis heet {kind}. Bekend: {known}."
        ),
        "the payload has an unknown part {part}. Known: {known}.": (
            "de inhoud heeft een onbekend deel {part}. Bekend: {known}."
        ),
        "the source is {value}, which is not a text.": ("de bron is {value}; dat is geen tekst."),
        "the time is {value}, which is not a time of day. Write 07:40.": (
            "de tijd is {value}; dat is geen tijd van de dag. Schrijf 07:40."
        ),
        "{part} is {value}. It holds a text for each fact it is about.": (
            "{part} is {value}. Daarin hoort een tekst bij elk gegeven waar het over gaat."
        ),
        "both a date and a study day are given. Keep one of them.": (
            "er is een datum en een studiedag gegeven. Houd een van beide."
        ),
        "precision is {value}. Write {known}.": ("de precisie is {value}. Schrijf {known}."),
        "there is no date. Give one, or say that it is not known.": (
            "er is geen datum. Geef er een, of zeg dat die niet bekend is."
        ),
        "{what} is {value}. Write 2020-03-17, 2020-03 or 2020.": (
            "{what} is {value}. Schrijf 2020-03-17, 2020-03 of 2020."
        ),
        "{what} is {value}, which is not a date. Write 2020-03-17, 2020-03 or 2020.": (
            "{what} is {value}; dat is geen datum. Schrijf 2020-03-17, 2020-03 of 2020."
        ),
        "{what} is {value}, but the child's day 0 has no date, so that no study day can be "
        "reckoned. Give the date of day 0 first, or a study day.": (
            "{what} is {value}, maar dag 0 van het kind heeft geen datum, zodat er geen "
            "studiedag te berekenen is. Geef eerst de datum van dag 0, of een studiedag."
        ),
        "the facts are {value}, not values by name.": (
            "de gegevens zijn {value}, geen waarden bij naam."
        ),
        "there is no fact {value}. Known: {known}.": (
            "er is geen gegeven {value}. Bekend: {known}."
        ),
        "{what} is {value}. An absence is written {form} with one of: {known}.": (
            "{what} is {value}. Een afwezigheid schrijf je als {form} met een van: {known}."
        ),
        "{what} must be known to the day.": "{what} moet op de dag bekend zijn.",
    }
)

#: Words of ours that stand in the places of a sentence, where no event has them.
WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "child": "kind",
        "the date": "de datum",
        "day": "dag",
        "day 0": "dag 0",
        "the data cut": "de peildatum",
        "data_cut": "peildatum",
        "origin": "herkomst",
        "sex": "geslacht",
        "what day 0 is": "wat dag 0 is",
        "name": "naam",
        "hospital number": "ziekenhuisnummer",
        "birth date": "geboortedatum",
        "an empty cell": "een lege cel",
        "children": "kinderen",
        "programme": "programma",
        "indication": "indicatie",
        "apheresis": "aferese",
        "infusion": "infusie",
        "referral": "verwijzing",
        "a workbook or another zip archive": "een werkmap of een ander zip-archief",
        "a workbook of the old .xls kind": "een werkmap van de oude soort (.xls)",
        "a picture (png)": "een plaatje (PNG)",
        "a picture (jpeg)": "een plaatje (JPEG)",
        "a picture (gif)": "een plaatje (GIF)",
        "a pdf document": "een PDF-document",
        "a compressed file (gzip)": "een gecomprimeerd bestand (gzip)",
        "a parquet file": "een Parquet-bestand",
        "a text document (rtf)": "een tekstdocument (RTF)",
        "no workbook": "geen werkmap",
    }
)
