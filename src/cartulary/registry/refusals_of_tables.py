# SPDX-License-Identifier: Apache-2.0
"""What is wrong with uploaded tables and their cells, in English and in Dutch."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cartulary.registry.refusals_of_cells import CELLS

_TABLES: Final[Mapping[str, str]] = {
    # --- files and workbooks ----------------------------------------------------------------------
    "The file has {size} bytes.": "Het bestand heeft {size} bytes.",
    "At most {most} are read.": "Er worden er hoogstens {most} gelezen.",
    "Check that this is a table of a programme; if so, divide it.": (
        "Controleer of dit een tabel van een programma is; zo ja, splits die."
    ),
    "The file cannot be opened.": "Het bestand kan niet worden geopend.",
    "The system says: {error}.": "Het systeem zegt: {error}.",
    "Check that it exists, that you may read it, and that no program has locked it.": (
        "Controleer of het bestaat, of u het mag lezen, en of geen programma het vasthoudt."
    ),
    "The file is {what}, whatever its name says.": ("Het bestand is {what}, wat de naam ook zegt."),
    "A table is a text file with one row a line.": (
        "Een tabel is een tekstbestand met één rij per regel."
    ),
    "Save the table as CSV (UTF-8), or give the workbook itself.": (
        "Sla de tabel op als CSV (UTF-8), of geef de werkmap zelf."
    ),
    "The file is not text in UTF-8, UTF-16 or Windows-1252.": (
        "Het bestand is geen tekst in UTF-8, UTF-16 of Windows-1252."
    ),
    "Its bytes make no sense as letters.": "De bytes zijn niet als letters te lezen.",
    "Open it in the program that made it and save it as CSV (UTF-8).": (
        "Open het in het programma dat het maakte en sla het op als CSV (UTF-8)."
    ),
    "From this row on the file cannot be divided into cells.": (
        "Vanaf deze rij is het bestand niet in cellen te verdelen."
    ),
    "A quotation mark is not closed or stands in the wrong place ({error}).": (
        "Een aanhalingsteken is niet gesloten of staat op de verkeerde plaats ({error})."
    ),
    "Double each quotation mark inside a quoted cell, and close every quoted cell.": (
        "Verdubbel elk aanhalingsteken binnen een cel tussen aanhalingstekens, en sluit elke "
        "zulke cel."
    ),
    "{count} more problems are not listed.": "{count} andere problemen staan niet in de lijst.",
    "The first {count} of one file are.": "De eerste {count} van een bestand wel.",
    "Mend these and check again.": "Verhelp deze en controleer opnieuw.",
    "There is nothing of this name.": "Er is niets met deze naam.",
    "This is one file, and no .xlsx workbook.": "Dit is één bestand, en geen .xlsx-werkmap.",
    "It cannot be opened: {error}.": "Het kan niet worden geopend: {error}.",
    "This is no path that a file can have.": "Dit is geen pad dat een bestand kan hebben.",
    "A programme is a folder of CSV files, or one workbook.": (
        "Een programma is een map met CSV-bestanden, of één werkmap."
    ),
    "Give the folder or the .xlsx file; `cartulary template` writes an empty one.": (
        "Geef de map of het .xlsx-bestand; `cartulary template` schrijft een leeg exemplaar."
    ),
    "A workbook lies in the folder and is not read.": (
        "In de map ligt een werkmap; die wordt niet gelezen."
    ),
    "A programme is a folder of CSV files or one workbook, not both.": (
        "Een programma is een map met CSV-bestanden of één werkmap, niet allebei."
    ),
    "Give the workbook itself if it holds the programme, or take it out.": (
        "Geef de werkmap zelf als het programma daarin staat, of haal die eruit."
    ),
    "The folder holds no CSV file.": "De map bevat geen CSV-bestand.",
    "The workbook counts its days from 1904.": "De werkmap telt dagen vanaf 1904.",
    "Cells formatted as dates are read rightly, bare serial numbers are not.": (
        "Cellen met datumopmaak worden goed gelezen, kale volgnummers niet."
    ),
    "Format every date column as dates, or as text.": (
        "Geef elke datumkolom de opmaak datum, of tekst."
    ),
    "Two tables hold {kind}: this one and {other}.": (
        "Twee tabellen bevatten {kind}: deze en {other}."
    ),
    "Read both, what stands in both would count twice.": (
        "Werden beide gelezen, dan telde wat in beide staat dubbel."
    ),
    "Put the rows in one table and remove the other.": (
        "Zet de rijen in één tabel en verwijder de andere."
    ),
    "No kind of event is called {name}, so this table was not read.": (
        "Geen soort gebeurtenis heet {name}, dus deze tabel is niet gelezen."
    ),
    "A table is known by its name: children, programme, or a kind of event.": (
        "Een tabel is te herkennen aan haar naam: kinderen, programma, of een soort gebeurtenis."
    ),
    "Did you mean {name}?": "Bedoelde u {name}?",
    "Rename it, or begin its name with an underscore.": (
        "Geef haar een andere naam, of begin die met een onderstrepingsteken."
    ),
    "A workbook is read in the .xlsx form, without a password.": (
        "Een werkmap wordt gelezen als .xlsx, zonder wachtwoord."
    ),
    "Open it in Excel and save it as an Excel workbook (.xlsx).": (
        "Open het in Excel en sla het op als Excel-werkmap (.xlsx)."
    ),
    "The workbook unpacks to {size} bytes in {parts} parts.": (
        "De werkmap is uitgepakt {size} bytes in {parts} delen."
    ),
    "At most {most} bytes are unpacked.": "Er worden hoogstens {most} bytes uitgepakt.",
    "Check that this is a table of a programme; if so, give it as CSV files.": (
        "Controleer of dit een tabel van een programma is; zo ja, geef die als CSV-bestanden."
    ),
    "The workbook cannot be read.": "De werkmap kan niet worden gelezen.",
    "It is damaged, or is no Excel workbook ({error}).": (
        "Zij is beschadigd, of is geen Excel-werkmap ({error})."
    ),
    "Open it in Excel, let it repair the file, and save it again as .xlsx.": (
        "Open het in Excel, laat het bestand herstellen, en sla het opnieuw op als .xlsx."
    ),
    "Cells are merged: {cells}.": "Er zijn cellen samengevoegd: {cells}.",
    "Of merged cells only the first holds the value; the others look empty.": (
        "Van samengevoegde cellen heeft alleen de eerste de waarde; de andere lijken leeg."
    ),
    "Unmerge them in Excel and write the value in every cell it belongs to.": (
        "Splits ze in Excel en schrijf de waarde in elke cel waar zij hoort."
    ),
    "The row reaches beyond column {column}.": "De rij reikt verder dan kolom {column}.",
    "No table of a programme is so wide.": "Geen tabel van een programma is zo breed.",
    "Delete the columns to the right of the table.": "Verwijder de kolommen rechts van de tabel.",
    # --- the programme and its children -----------------------------------------------------------
    "{key} is given twice, first in row {row}.": "{key} staat er twee keer, eerst in rij {row}.",
    "Which one holds is not for us to say.": "Welke geldt, is niet aan ons.",
    "Remove one of the rows.": "Verwijder een van de rijen.",
    "The programme's table has no such key, so the row was not read.": (
        "De tabel programma kent deze sleutel niet, dus de rij is niet gelezen."
    ),
    "Remove the row, or begin it with #.": "Verwijder de rij, of laat die met # beginnen.",
    "The data cut is no full date.": "De peildatum is geen volledige datum.",
    "Follow-up ends on it, so it must be known to the day.": (
        "De follow-up eindigt daarop, dus die moet op de dag bekend zijn."
    ),
    "Write it as 2024-12-31.": "Schrijf die als 2024-12-31.",
    "{value} is no value of {key}.": "{value} is geen waarde van {key}.",
    "{key} says nothing.": "{key} zegt niets.",
    "There is no table called programme.": "Er is geen tabel programma.",
    "It says where the courses come from and up to when the record reaches.": (
        "Die zegt waar de belopen vandaan komen en tot wanneer de gegevens reiken."
    ),
    "Add programme.csv with the rows key,value and origin,recorded.": (
        "Voeg programme.csv toe met de rijen key,value en origin,recorded."
    ),
    "There is no table called children.": "Er is geen tabel kinderen.",
    "It says who is in the programme; a child without events counts too.": (
        "Die zegt wie er in het programma zit; een kind zonder gebeurtenissen telt ook."
    ),
    "Add children.csv with the columns child and indication_date.": (
        "Voeg children.csv toe met de kolommen child en indication_date."
    ),
    "The table of children is empty.": "De tabel kinderen is leeg.",
    "A programme without children has no figures.": (
        "Een programma zonder kinderen heeft geen cijfers."
    ),
    "Add a row for every child for whom CAR-T was considered.": (
        "Voeg een rij toe voor elk kind bij wie CAR-T is overwogen."
    ),
    "The child {child} does not stand in the table of children.": (
        "Het kind {child} staat niet in de tabel kinderen."
    ),
    "The row may be a child's that is counted without it.": (
        "De rij kan van een kind zijn dat er nu zonder wordt geteld."
    ),
    "Correct the pseudonym, or add the child.": "Verbeter het pseudoniem, of voeg het kind toe.",
    "The course cannot exist as written.": "Het beloop kan zo niet bestaan.",
    "Check the rows of this child against the source.": (
        "Leg de rijen van dit kind naast de bron."
    ),
    "{place} dates the indication {date}, the table of children {other}.": (
        "{place} dateert de indicatie op {date}, de tabel kinderen op {other}."
    ),
    "Day 0 of a course is one day.": "Dag 0 van een beloop is één dag.",
    "Correct one of the dates, or leave one empty.": (
        "Verbeter een van de datums, of laat er een leeg."
    ),
    "The child also stands in row {row}.": "Het kind staat ook in rij {row}.",
    "One child has one course, and one row here.": ("Eén kind heeft één beloop, en hier één rij."),
    "Remove one row, or give one of two children another pseudonym.": (
        "Verwijder een rij, of geef een van twee kinderen een ander pseudoniem."
    ),
    "Day 0 is known only {precision}: {date}.": "Dag 0 is alleen bekend {precision}: {date}.",
    "Every study day of the child is reckoned from the middle of it.": (
        "Elke studiedag van het kind telt vanaf het midden daarvan."
    ),
    "Give the full date if it can be found.": "Geef de volledige datum als die te vinden is.",
    "{count} rows of the child give calendar dates{first}, but day 0 has no date.": (
        "{count} rijen van het kind geven datums{first}, maar dag 0 heeft geen datum."
    ),
    "Day 0 is the {what}; without its date no study day can be reckoned.": (
        "Dag 0 is de {what}; zonder die datum is geen studiedag te berekenen."
    ),
    "Give indication_date here or in the table of indications. If it is not known, write under "
    "day0_is what stands for it (apheresis, infusion), or day0_date.": (
        "Geef indication_date hier of in de tabel indicaties. Is die niet bekend, schrijf dan "
        "onder day0_is wat ervoor staat (aferese, infusie), of day0_date."
    ),
    "The child has a birth date but no date of day 0.": (
        "Het kind heeft een geboortedatum maar geen datum van dag 0."
    ),
    "The age on day 0 cannot be reckoned, and is not recorded.": (
        "De leeftijd op dag 0 is niet te berekenen, en wordt niet vastgelegd."
    ),
    "Give the age on day 0, or the date of the indication.": (
        "Geef de leeftijd op dag 0, of de datum van de indicatie."
    ),
    "The birth date lies after day 0.": "De geboortedatum ligt na dag 0.",
    "Check both dates.": "Controleer beide datums.",
    "By the birth date the age on day 0 is {years} years, but {given} is given.": (
        "Volgens de geboortedatum is de leeftijd op dag 0 {years} jaar, maar er staat {given}."
    ),
    "Correct one, or leave one empty.": "Verbeter er een, of laat er een leeg.",
    "A child has one age on day 0.": "Een kind heeft op dag 0 één leeftijd.",
    "Nothing says where the course comes from.": "Nergens staat waar het beloop vandaan komt.",
    "Figures never mix what was recorded, reconstructed and simulated.": (
        "Cijfers mengen nooit wat is vastgelegd, gereconstrueerd en gesimuleerd."
    ),
    "Write origin in the programme table: recorded, reconstructed or simulated.": (
        "Schrijf origin in de tabel programma: recorded, reconstructed of simulated."
    ),
    # --- headers ----------------------------------------------------------------------------------
    "The table is empty, without even a header.": "De tabel is leeg, zelfs zonder kopregel.",
    "It says neither that nothing happened nor what its columns would be.": (
        "Zij zegt niet dat er niets gebeurde, en ook niet wat haar kolommen zouden zijn."
    ),
    "Remove it, or give it a header; `cartulary template` writes one.": (
        "Verwijder haar, of geef haar een kopregel; `cartulary template` schrijft er een."
    ),
    "The header has {count} cells.": "De kopregel heeft {count} cellen.",
    "No table of a programme has more than {most} columns.": (
        "Geen tabel van een programma heeft meer dan {most} kolommen."
    ),
    "Check that this is a table of a programme, and what divides its cells.": (
        "Controleer of dit een tabel van een programma is, en wat haar cellen scheidt."
    ),
    "The header means one thing in Dutch or by name, and another in English.": (
        "De kop betekent in het Nederlands of als naam iets anders dan in het Engels."
    ),
    "The other columns do not show which is meant.": (
        "De andere kolommen laten niet zien wat bedoeld is."
    ),
    "Write {name} if that is meant, or see `cartulary template`.": (
        "Schrijf {name} als dat bedoeld is, of zie `cartulary template`."
    ),
    "Two columns are the same: {one} and {other}.": (
        "Twee kolommen zijn dezelfde: {one} en {other}."
    ),
    "Which one to read is not for us to say.": "Welke gelezen moet worden, is niet aan ons.",
    "Remove one of them, or begin its header with #.": (
        "Verwijder er een, of laat de kop met # beginnen."
    ),
    "The header gives the unit {unit}.": "De kop geeft de eenheid {unit}.",
    "Convert the column, and write our unit in the header.": (
        "Reken de kolom om, en schrijf onze eenheid in de kop."
    ),
    "No column says which child a row is about.": "Geen kolom zegt over welk kind een rij gaat.",
    "Its rows belong to nobody.": "De rijen horen bij niemand.",
    "Give it a column child (Dutch: kind) with the pseudonym.": (
        "Geef haar een kolom kind (Engels: child) met het pseudoniem."
    ),
    "The column seems to hold what identifies a child. It was not read.": (
        "De kolom lijkt te bevatten wie een kind is. Zij is niet gelezen."
    ),
    "A programme's tables hold pseudonyms only.": (
        "Tabellen van een programma bevatten alleen pseudoniemen."
    ),
    "Remove the column.": "Verwijder de kolom.",
    "No column of this table has this name, so it was not read.": (
        "Geen kolom van deze tabel heeft deze naam, dus zij is niet gelezen."
    ),
    "What stands in it would be lost without a word.": (
        "Wat erin staat, zou zonder een woord verloren gaan."
    ),
    "Did you mean {name}? If not, begin the header with #.": (
        "Bedoelde u {name}? Zo niet, laat de kop dan met # beginnen."
    ),
    "Begin the header with # if it is not meant to be read.": (
        "Laat de kop met # beginnen als de kolom niet gelezen hoeft te worden."
    ),
}

TABLES: Final[Mapping[str, str]] = MappingProxyType({**_TABLES, **CELLS})
