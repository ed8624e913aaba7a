# SPDX-License-Identifier: Apache-2.0
"""What the ledger itself refuses, in English and in Dutch."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LEDGER: Final[Mapping[str, str]] = MappingProxyType(
    {
        # --- a change ---------------------------------------------------------------------------
        "The event {event} now has version {now}, but the change was made to version {then}. "
        "Somebody else saved in between. Look at both, and save the one that holds.": (
            "De gebeurtenis {event} heeft nu versie {now}, maar de wijziging is gemaakt op versie "
            "{then}. Iemand anders heeft intussen opgeslagen. Bekijk beide, en sla op wat klopt."
        ),
        "There is no {act} of a {kind}.": "Een {kind} kent geen handeling {act}.",
        "The ledger keeps kinds of events that it knows.": (
            "Het grootboek houdt soorten gebeurtenissen bij die het kent."
        ),
        "Kinds: {kinds}; acts: {acts}.": "Soorten: {kinds}; handelingen: {acts}.",
        "The change says nothing.": "De wijziging zegt niets.",
        "An event is written down with what it says.": (
            "Een gebeurtenis wordt vastgelegd met wat zij zegt."
        ),
        "Give a payload, or withdraw the event.": "Geef de inhoud, of trek de gebeurtenis in.",
        "It cannot be written down as it is.": "Zo kan het niet worden vastgelegd.",
        "Correct it, or say why it is absent.": "Verbeter het, of zeg waarom het ontbreekt.",
        "The payload cannot be kept as JSON ({error}).": (
            "De inhoud kan niet als JSON worden opgeslagen ({error})."
        ),
        "The ledger keeps numbers, texts, yes or no, lists, and values by name.": (
            "Het grootboek bewaart getallen, teksten, ja of nee, lijsten, en waarden bij naam."
        ),
        "Write dates as text, and leave out what is not a number.": (
            "Schrijf datums als tekst, en laat weg wat geen getal is."
        ),
        "Another child of this centre has the same pseudonym.": (
            "Een ander kind van dit centrum heeft hetzelfde pseudoniem."
        ),
        "One child has one course, and one pseudonym.": (
            "Eén kind heeft één beloop, en één pseudoniem."
        ),
        "Look whether it is the same child; give another child another pseudonym.": (
            "Kijk of het hetzelfde kind is; geef een ander kind een ander pseudoniem."
        ),
        "Day 0 cannot be changed while an event depends on it as it was.": (
            "Dag 0 kan niet veranderen zolang een gebeurtenis van de oude afhangt."
        ),
        "Change or withdraw that event first, or keep day 0.": (
            "Wijzig die gebeurtenis eerst of trek haar in, of houd dag 0 zoals hij was."
        ),
        "The name of the event cannot be kept.": (
            "De naam van de gebeurtenis kan niet worden opgeslagen."
        ),
        "A name has 1 to {most} characters that can be printed.": (
            "Een naam heeft 1 tot {most} afdrukbare tekens."
        ),
        "Give it another name, or leave the naming to the ledger.": (
            "Geef haar een andere naam, of laat het noemen aan het grootboek over."
        ),
        "The event {event} cannot be of the kind {kind}.": (
            "De gebeurtenis {event} kan niet van de soort {kind} zijn."
        ),
        "The name {event} is kept for the child itself.": (
            "De naam {event} is voorbehouden aan het kind zelf."
        ),
        "Give the event another name.": "Geef de gebeurtenis een andere naam.",
        "The name that the sender gave this change cannot be kept.": (
            "De naam die de afzender aan deze wijziging gaf, kan niet worden opgeslagen."
        ),
        "It has at most {most} characters that can be printed.": (
            "Die heeft hoogstens {most} afdrukbare tekens."
        ),
        "Send a UUID.": "Stuur een UUID.",
        "The reason holds a zero byte.": "In de reden staat een nulteken.",
        "No database keeps one.": "Geen database bewaart dat.",
        "Type the reason again.": "Typ de reden opnieuw.",
        "There is no such child at this centre.": "Dit centrum heeft geen kind met dit kenmerk.",
        "An event belongs to a child that is registered.": (
            "Een gebeurtenis hoort bij een kind dat is aangemeld."
        ),
        "Register the child first.": "Meld het kind eerst aan.",
        "The child was withdrawn from the ledger.": "Het kind is uit het grootboek ingetrokken.",
        "Nothing is added to a course that no longer counts.": (
            "Aan een beloop dat niet meer telt, wordt niets toegevoegd."
        ),
        "Write the child again if the withdrawal was a mistake.": (
            "Leg het kind opnieuw vast als de intrekking een vergissing was."
        ),
        "The event is of the kind {was}, not {kind}.": (
            "De gebeurtenis is van de soort {was}, niet {kind}."
        ),
        "An event keeps its kind.": "Een gebeurtenis houdt haar soort.",
        "Withdraw it, and write another.": "Trek haar in, en leg een andere vast.",
        "The event is there already.": "De gebeurtenis is er al.",
        "What stands is amended with a reason, never overwritten.": (
            "Wat er staat, wordt verbeterd met een reden, nooit overschreven."
        ),
        "Amend it.": "Verbeter haar.",
        "The event was withdrawn.": "De gebeurtenis is ingetrokken.",
        "There is nothing left to change.": "Er valt niets meer te wijzigen.",
        "Write it again if the withdrawal was a mistake.": (
            "Leg haar opnieuw vast als de intrekking een vergissing was."
        ),
        "There is no reason.": "Er is geen reden gegeven.",
        "Whoever reads the history must be able to see why it was changed.": (
            "Wie de geschiedenis leest, moet kunnen zien waarom het is gewijzigd."
        ),
        "Whoever reads the history must be able to see why.": (
            "Wie de geschiedenis leest, moet kunnen zien waarom."
        ),
        "Say in a few words why.": "Zeg in een paar woorden waarom.",
        "The child has no such event.": "Het kind heeft deze gebeurtenis niet.",
        "Version {version} was expected.": "Versie {version} werd verwacht.",
        "Look the event up again.": "Zoek de gebeurtenis opnieuw op.",
        "Another change was sent under this name before, as entry {entry}.": (
            "Onder deze naam is al een andere wijziging gestuurd, als regel {entry}."
        ),
        "A name stands for one change, so that it can be sent twice and written once.": (
            "Een naam staat voor één wijziging, zodat die twee keer gestuurd en één keer "
            "vastgelegd kan worden."
        ),
        "Send this change under a name of its own.": "Stuur deze wijziging onder een eigen naam.",
        # --- the child --------------------------------------------------------------------------
        "the payload has an unknown part {part}. Known: {known}.": (
            "de inhoud heeft een onbekend deel {part}. Bekend: {known}."
        ),
        "there is no pseudonym. Every course needs one.": (
            "er is geen pseudoniem. Elk beloop heeft er een nodig."
        ),
        "the pseudonym has {count} characters; at most {most} can be kept. Shorten it.": (
            "het pseudoniem heeft {count} tekens; hoogstens {most} kunnen worden "
            "opgeslagen. Maak het korter."
        ),
        "the pseudonym holds a zero byte. Type it again.": (
            "in het pseudoniem staat een nulteken. Typ het opnieuw."
        ),
        "the age on day 0 is {age}, which is not a number of days from 0 to {most}. Check "
        "the birth date.": (
            "de leeftijd op dag 0 is {age}; dat is geen aantal dagen van 0 tot {most}. "
            "Controleer de geboortedatum."
        ),
        "the day of data cut is {day}, which is not a whole number.": (
            "de dag van de peildatum is {day}; dat is geen heel getal."
        ),
        "the centre is {centre}, which is not a text.": (
            "het centrum is {centre}; dat is geen tekst."
        ),
        "{what} is {value}. Write one of: {known}.": (
            "{what} is {value}. Schrijf een van: {known}."
        ),
        "{what} is {value}, which is not a full date as 2020-03-17.": (
            "{what} is {value}; dat is geen volledige datum als 2020-03-17."
        ),
        "Course {course} is not in the ledger at that moment: the child was not yet registered, "
        "or was withdrawn. Choose another moment.": (
            "Beloop {course} staat op dat moment niet in het grootboek: het kind was nog niet "
            "aangemeld, of is ingetrokken. Kies een ander moment."
        ),
        # --- the disk and the server --------------------------------------------------------------
        "The disk of the ledger is full. Nothing of this write was kept, and nothing that stood "
        "there was harmed. Make room, and save again.": (
            "De schijf van het grootboek is vol. Hiervan is niets opgeslagen, en wat er stond is "
            "ongeschonden. Maak ruimte, en sla opnieuw op."
        ),
        "The ledger was busy for too long. Nothing of this write was kept. Save again; if it "
        "happens often, see which long write is going on, or use PostgreSQL.": (
            "Het grootboek was te lang bezig. Hiervan is niets opgeslagen. Sla opnieuw op; "
            "gebeurt het vaak, kijk dan wat er zo lang schrijft, of gebruik PostgreSQL."
        ),
        "The ledger cannot be written: the file, its folder or the server is read-only. Nothing "
        "of this write was kept. Check the rights of the home folder.": (
            "In het grootboek kan niet worden geschreven: het bestand, de map of de server is "
            "alleen-lezen. Hiervan is niets opgeslagen. Controleer de rechten van de thuismap."
        ),
        "The file of the ledger is damaged. Nothing of this write was kept. Stop, and restore the "
        "last backup.": (
            "Het bestand van het grootboek is beschadigd. Hiervan is niets opgeslagen. Stop, en "
            "zet de laatste back-up terug."
        ),
        # --- who the child is ---------------------------------------------------------------------
        "The {what} is longer than {most} characters or holds a zero byte. Something else was "
        "pasted. Type it again.": (
            "{what}: langer dan {most} tekens, of er staat een nulteken in. Er is iets anders "
            "geplakt. Typ het opnieuw."
        ),
        "Another child of this centre has the same hospital number. One number is one child. Look "
        "whether the child is registered twice, or correct the number.": (
            "Een ander kind van dit centrum heeft hetzelfde ziekenhuisnummer. Eén nummer is één "
            "kind. Kijk of het kind twee keer is aangemeld, of verbeter het nummer."
        ),
        "There is no reason. What is erased cannot be brought back, so the log must say why. Give "
        "the reason in a few words.": (
            "Er is geen reden gegeven. Wat is gewist, komt niet terug; het logboek moet zeggen "
            "waarom. Geef de reden in een paar woorden."
        ),
        "The identity is encrypted with key {key}, which is not in {place}. Without it nobody can "
        "open it. Restore the key file that was backed up with this ledger.": (
            "De identiteit is versleuteld met sleutel {key}, en die staat niet in {place}. Zonder "
            "die sleutel kan niemand haar openen. Zet het sleutelbestand terug dat bij de back-up "
            "van dit grootboek hoort."
        ),
        "The identity does not open with its key: it was changed in the database, or belongs to "
        "another child. Do not trust it. Enter it again from the hospital's own record.": (
            "De identiteit gaat niet open met haar sleutel: zij is in de database veranderd, of "
            "hoort bij een ander kind. Vertrouw haar niet. Voer haar opnieuw in uit het dossier "
            "van het ziekenhuis."
        ),
        "A line of {place} does not hold a key of {size} bytes. Identities under it cannot be "
        "opened. Restore the file from the backup of keys.": (
            "Een regel van {place} bevat geen sleutel van {size} bytes. Identiteiten daaronder "
            "kunnen niet worden geopend. Zet het bestand terug uit de back-up van de sleutels."
        ),
        # --- queries, verification, worklists -----------------------------------------------------
        "There is no such field to ask about.": "Over dit veld kan geen vraag worden gesteld.",
        "A query stands on one field of one event that was recorded.": (
            "Een vraag hoort bij één veld van één vastgelegde gebeurtenis."
        ),
        "Ask from the page of the event.": "Stel de vraag vanaf de pagina van de gebeurtenis.",
        "A query that is {was} cannot become {becomes}.": (
            "Een vraag die {was} is, kan niet {becomes} worden."
        ),
        "Each step follows from the one before.": "Elke stap volgt op de vorige.",
        "Look at what was said last.": "Bekijk wat er het laatst is gezegd.",
        "There is nothing to verify.": "Er is niets te verifiëren.",
        "A verification stands on fields of an event that was recorded.": (
            "Een verificatie hoort bij velden van een vastgelegde gebeurtenis."
        ),
        "Choose fields on the page of the event.": "Kies velden op de pagina van de gebeurtenis.",
        "The event has no such field.": "De gebeurtenis heeft dit veld niet.",
        "Only what can be recorded can be set beside its source.": (
            "Alleen wat kan worden vastgelegd, kan naast de bron worden gelegd."
        ),
        "Choose a field of the event.": "Kies een veld van de gebeurtenis.",
        "A difference is marked, but not what the source says.": (
            "Er is een verschil aangegeven, maar niet wat de bron zegt."
        ),
        "Without it nobody can correct the field.": "Zonder dat kan niemand het veld verbeteren.",
        "Write what the source says.": "Schrijf op wat de bron zegt.",
        "The sample cannot be drawn.": "De steekproef kan niet worden getrokken.",
        "There are {count} children to choose from, and a seed is needed.": (
            "Er zijn {count} kinderen om uit te kiezen, en er is een startgetal nodig."
        ),
        "Ask for 1 to {count} children.": "Vraag om 1 tot {count} kinderen.",
        "Register children first.": "Meld eerst kinderen aan.",
        "The item cannot be put off to a day that is past.": (
            "Het kan niet worden uitgesteld tot een dag die voorbij is."
        ),
        "It would stay where it is.": "Het zou blijven waar het is.",
        "Give a later date.": "Geef een latere datum.",
        # --- accounts -----------------------------------------------------------------------------
        "There is an account {name} already. A name is given once, to one person. Choose another "
        "name, or give that account a role here.": (
            "Er is al een account {name}. Een naam wordt één keer gegeven, aan één persoon. Kies "
            "een andere naam, of geef dat account hier een rol."
        ),
        "The role would end on {end}, before it begins on {start}. Nobody would ever have it. "
        "Change one of the two dates.": (
            "De rol zou eindigen op {end}, voordat hij begint op {start}. Niemand zou hem ooit "
            "hebben. Wijzig een van de twee datums."
        ),
        "{name} is {role} at {centre} already in that time. Two periods of one role would overlap. "
        "End the first, or choose a later date.": (
            "{name} is in die tijd al {role} bij {centre}. Twee perioden van één rol zouden "
            "overlappen. Beëindig de eerste, of kies een latere datum."
        ),
        "Account {name} has no role at centre {centre} on {day}. Nobody exports the children of "
        "another centre. Ask its administrator for a role.": (
            "Account {name} heeft op {day} geen rol bij centrum {centre}. Niemand exporteert de "
            "kinderen van een ander centrum. Vraag de beheerder daar om een rol."
        ),
        "The ledger of centre {centre} was asked for from outside that centre. The database shows "
        "none of its rows there, and an empty ledger would look whole. Ask within its scope.": (
            "Het grootboek van centrum {centre} werd van buiten dat centrum gevraagd. De database "
            "toont daar geen van zijn rijen, en een leeg grootboek zou heel lijken. Vraag het "
            "binnen het centrum."
        ),
        "The identifiers do not agree. The step did not happen. Recorded as entry {entry}. Take "
        "the right bag; the laboratory was asked.": (
            "De kenmerken stemmen niet overeen. De stap is niet gebeurd. Vastgelegd als regel "
            "{entry}. Neem de juiste zak; het laboratorium is gevraagd."
        ),
        # --- an import beside the ledger --------------------------------------------------------
        "Correct the row.": "Verbeter de rij.",
        "The ledger has an event {event} of another kind ({kind}).": (
            "Het grootboek heeft een gebeurtenis {event} van een andere soort ({kind})."
        ),
        "Give the event of the file another name.": (
            "Geef de gebeurtenis van het bestand een andere naam."
        ),
        "Use 1 to {most} characters that can be printed, and not {event}.": (
            "Gebruik 1 tot {most} afdrukbare tekens, en niet {event}."
        ),
        "The file says that the child is of another centre than {centre}.": (
            "Het bestand zegt dat het kind van een ander centrum is dan {centre}."
        ),
        "Import it at its own centre. If the name is only written otherwise, empty the cell.": (
            "Importeer het bij het eigen centrum. Is de naam alleen anders geschreven, maak de "
            "cel dan leeg."
        ),
        "The ledger would refuse it, and with it the whole course.": (
            "Het grootboek zou dit weigeren, en daarmee het hele beloop."
        ),
    }
)
