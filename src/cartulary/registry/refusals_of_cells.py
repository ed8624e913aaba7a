# SPDX-License-Identifier: Apache-2.0
"""What is wrong with the rows and cells of uploaded tables, in English and in Dutch."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CELLS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # --- rows -------------------------------------------------------------------------------
        "The row names no child.": "De rij noemt geen kind.",
        "It may belong to any of them.": "Zij kan van elk van hen zijn.",
        "Write the pseudonym, or empty the row.": "Schrijf het pseudoniem, of maak de rij leeg.",
        "Cell {cell} of the row has a value but no header above it.": (
            "Cel {cell} van de rij heeft een waarde maar geen kop erboven."
        ),
        "A decimal comma or a loose delimiter may have divided one cell in two.": (
            "Een decimale komma of een los scheidingsteken kan één cel in tweeën hebben gedeeld."
        ),
        "A column without a header is not read.": "Een kolom zonder kop wordt niet gelezen.",
        "Put cells with commas between quotation marks, or give the column a header.": (
            "Zet cellen met komma's tussen aanhalingstekens, of geef de kolom een kop."
        ),
        "{what} is not given.": "{what} is niet gegeven.",
        "Without it the row does not say what {kind} it is.": (
            "Zonder dat zegt de rij niet wat voor {kind} het is."
        ),
        "Fill it in.": "Vul het in.",
        "The event cannot exist as written.": "De gebeurtenis kan zo niet bestaan.",
        "Check the row against the source.": "Leg de rij naast de bron.",
        "The row gives study day {day} and says that the date is unknown.": (
            "De rij geeft studiedag {day} en zegt dat de datum onbekend is."
        ),
        "Only one of the two can be so.": "Maar een van beide kan zo zijn.",
        "Empty the day or the precision.": "Maak de dag of de precisie leeg.",
        "The row has no date and no study day.": "De rij heeft geen datum en geen studiedag.",
        "The event is kept with its date unknown, and counts in no figure that needs a day.": (
            "De gebeurtenis wordt opgeslagen met onbekende datum, en telt niet mee in cijfers "
            "waarvoor een dag nodig is."
        ),
        "Give the date, in part if need be, or write unknown.": (
            "Geef de datum, desnoods ten dele, of schrijf onbekend."
        ),
        "The row gives the date {date}, which is study day {day}, and study day {other}.": (
            "De rij geeft de datum {date}, dat is studiedag {day}, en studiedag {other}."
        ),
        "The value is below {limit}, and another column says otherwise.": (
            "De waarde ligt onder {limit}, en een andere kolom zegt iets anders."
        ),
        "Correct one, or leave the other columns empty.": (
            "Verbeter er een, of laat de andere kolommen leeg."
        ),
        "The measurement has no unit; the number is taken to be in {unit}.": (
            "De meting heeft geen eenheid; het getal wordt gelezen als {unit}."
        ),
        "In another unit the same number means something else.": (
            "In een andere eenheid betekent hetzelfde getal iets anders."
        ),
        "Write the unit, such as {unit}.": "Schrijf de eenheid, zoals {unit}.",
        "{what} is given in {unit}.": "{what} is gegeven in {unit}.",
        "It is kept in {unit}, and no exact way there is known.": (
            "Het wordt opgeslagen in {unit}, en er is geen exacte omrekening bekend."
        ),
        "Convert the value to {unit}.": "Reken de waarde om naar {unit}.",
        # --- corrections ------------------------------------------------------------------------
        "The event {event} also stands in {file} row {row}.": (
            "De gebeurtenis {event} staat ook in {file}, rij {row}."
        ),
        "An event has one name, and a name one event.": (
            "Een gebeurtenis heeft één naam, en een naam één gebeurtenis."
        ),
        "Rename one, or write its name under replaces if it corrects the other.": (
            "Geef er een een andere naam, of schrijf de naam onder replaces als de ene de andere "
            "verbetert."
        ),
        "The row replaces {event}, which this child does not have.": (
            "De rij vervangt {event}, en die heeft dit kind niet."
        ),
        "A correction needs the event that it corrects.": (
            "Een verbetering heeft de gebeurtenis nodig die zij verbetert."
        ),
        "Write the event's name as its own row gives it, or leave the cell empty.": (
            "Schrijf de naam van de gebeurtenis zoals haar eigen rij die geeft, of laat de cel "
            "leeg."
        ),
        "The event {event} is also replaced in {file} row {row}.": (
            "De gebeurtenis {event} wordt ook vervangen in {file}, rij {row}."
        ),
        "Which of the two corrections holds is not for us to say.": (
            "Welke van beide verbeteringen geldt, is niet aan ons."
        ),
        "Let the later correction replace the earlier one.": (
            "Laat de latere verbetering de eerdere vervangen."
        ),
        "These rows replace each other in a circle: {rows}.": (
            "Deze rijen vervangen elkaar in een kring: {rows}."
        ),
        "None of them is the last, so none holds.": "Geen ervan is de laatste, dus geen geldt.",
        "Empty the cell under replaces of the row that was written first.": (
            "Maak de cel onder replaces leeg in de rij die het eerst is geschreven."
        ),
        # --- cells ------------------------------------------------------------------------------
        "The value cannot stand in this column.": "De waarde kan niet in deze kolom staan.",
        "Check it, and its unit, against the source.": (
            "Leg haar, en haar eenheid, naast de bron."
        ),
        "The study day is {day}.": "De studiedag is {day}.",
        "No study day lies more than {most} days from day 0.": (
            "Geen studiedag ligt meer dan {most} dagen van dag 0."
        ),
        "Write the number of days since the indication; a date belongs in a date column.": (
            "Schrijf het aantal dagen sinds de indicatie; een datum hoort in een datumkolom."
        ),
        "This is a date.": "Dit is een datum.",
        "The column holds study days, counted from the indication.": (
            "De kolom bevat studiedagen, geteld vanaf de indicatie."
        ),
        "Write the date in the date column instead.": "Schrijf de datum in de datumkolom.",
        "The workbook holds a date or a yes/no here.": (
            "De werkmap heeft hier een datum of een ja/nee."
        ),
        "The column holds numbers; Excel turns what looks like a date into one.": (
            "De kolom bevat getallen; Excel maakt een datum van wat daarop lijkt."
        ),
        "Format the cells as numbers and type the value again.": (
            "Geef de cellen de opmaak getal en typ de waarde opnieuw."
        ),
        "This is not a whole number.": "Dit is geen heel getal.",
        "The column counts something.": "De kolom telt iets.",
        "Write a whole number.": "Schrijf een heel getal.",
        "After the number stands {text}.": "Achter het getal staat {text}.",
        "The column is kept in {unit}, and no exact way there is known.": (
            "De kolom wordt opgeslagen in {unit}, en er is geen exacte omrekening bekend."
        ),
        "The column holds bare numbers.": "De kolom bevat kale getallen.",
        "Write the number in {unit}.": "Schrijf het getal in {unit}.",
        "Write the number alone.": "Schrijf alleen het getal.",
        "The number has {sign} before it.": "Voor het getal staat {sign}.",
        "A bound is not a value: taken as one it would enter means and curves.": (
            "Een grens is geen waarde: als waarde zou zij in gemiddelden en curven komen."
        ),
        "Write the limit in the column for the limit of the method, and the result in its own.": (
            "Schrijf de grens in de kolom voor de grens van de methode, en de uitslag in zijn "
            "eigen kolom."
        ),
        "This is neither yes nor no.": "Dit is geen ja en geen nee.",
        "The column holds yes or no (ja or nee).": "De kolom bevat ja of nee (yes of no).",
        "Write yes or no; leave it empty when nothing is recorded.": (
            "Schrijf ja of nee; laat de cel leeg als er niets is vastgelegd."
        ),
        "This may mean {meanings}.": "Dit kan {meanings} betekenen.",
        "The word belongs to more than one value of this column.": (
            "Het woord hoort bij meer dan één waarde van deze kolom."
        ),
        "This is none of the values of this column.": (
            "Dit is geen van de waarden van deze kolom."
        ),
        "Known are: {known}.": "Bekend zijn: {known}.",
        "Write one of these.": "Schrijf een van deze.",
        "Write one of: {known}.": "Schrijf een van: {known}.",
        "Write {codes}.": "Schrijf {codes}.",
        "There is no such day.": "Deze dag bestaat niet.",
        "The calendar does not have it.": "De kalender kent die niet.",
        "Check the day and the month against the source.": (
            "Leg de dag en de maand naast de bron."
        ),
        "The year is {year}.": "Het jaar is {year}.",
        "A programme's dates lie between {first} and {last}.": (
            "Datums van een programma liggen tussen {first} en {last}."
        ),
        "Check the year against the source.": "Leg het jaar naast de bron.",
        "This is not a date.": "Dit is geen datum.",
        "The column holds dates.": "De kolom bevat datums.",
        "Write 2020-03-17 or 17-3-2020; 2020-03 or 2020 when no more is known.": (
            "Schrijf 2020-03-17 of 17-3-2020; 2020-03 of 2020 als meer niet bekend is."
        ),
        "The year has two digits.": "Het jaar heeft twee cijfers.",
        "It may be meant as a year, a month or a day.": (
            "Het kan als jaar, maand of dag bedoeld zijn."
        ),
        "Write the year with four digits.": "Schrijf het jaar met vier cijfers.",
        "This is {one} or {other}: nobody can tell.": (
            "Dit is {one} of {other}: niemand kan het zeggen."
        ),
        "Written with slashes, the day comes first in one country, the month in another.": (
            "Met schuine strepen staat in het ene land de dag voorop, in het andere de maand."
        ),
        "Write {one} or {other}, or give date_order (dmy or mdy) in the programme table.": (
            "Schrijf {one} of {other}, of geef date_order (dmy of mdy) in de tabel programma."
        ),
        "This is not a number that can be measured.": "Dit getal kan niet gemeten zijn.",
        "An infinite or undefined value comes from a failed calculation.": (
            "Een oneindige of onbepaalde waarde komt uit een mislukte berekening."
        ),
        "Write the measured value, or leave the cell empty.": (
            "Schrijf de gemeten waarde, of laat de cel leeg."
        ),
        "This is not a number.": "Dit is geen getal.",
        "The column holds numbers.": "De kolom bevat getallen.",
        "Write digits with one decimal mark, such as 1,5 or 1.5 or 1.2e8.": (
            "Schrijf cijfers met één decimaalteken, zoals 1,5 of 1.5 of 1.2e8."
        ),
        "A mark before exactly three digits may divide thousands or be the decimal mark.": (
            "Een teken voor precies drie cijfers kan duizendtallen scheiden of het "
            "decimaalteken zijn."
        ),
        "Write {one} or {other}, or give decimal_mark in the programme table.": (
            "Schrijf {one} of {other}, of geef decimal_mark in de tabel programma."
        ),
        "The cell holds a formula.": "In de cel staat een formule.",
        "Its result may be out of date and changes without a trace.": (
            "De uitkomst kan verouderd zijn en verandert zonder spoor."
        ),
        "Copy the column and paste it as values.": "Kopieer de kolom en plak haar als waarden.",
        "The cell holds the error {error}.": "In de cel staat de fout {error}.",
        "A calculation failed in Excel.": "In Excel is een berekening mislukt.",
        "Write the value itself, or leave the cell empty.": (
            "Schrijf de waarde zelf, of laat de cel leeg."
        ),
        "The cell holds a time of day or a length of time ({value}).": (
            "In de cel staat een tijdstip of een tijdsduur ({value})."
        ),
        "A course knows days, not hours.": "Een beloop kent dagen, geen uren.",
        "Write a date.": "Schrijf een datum.",
    }
)
