# SPDX-License-Identifier: Apache-2.0
"""What can stand in the way of a step: each obstacle in words, and the conditions of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from cartulary.codebook.words import NO_WORDS, Words
from cartulary.course.events.cells import ProductStatus
from cartulary.registry.permissions import MAY, Permission
from cartulary.registry.product_life import Life, Step, Unit
from cartulary.registry.product_life_limits import RELEASE_TESTS, Judged
from cartulary.registry.product_life_path import IN_HOSPITAL
from cartulary.registry.product_life_states import ADOPTABLE, Must, State
from cartulary.registry.product_life_table import Row


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing in the way: the fact, its value, why it matters, and the remedy."""

    code: str
    fact: Words
    why: Words = NO_WORDS
    remedy: Words = NO_WORDS
    value: str = ""

    def text(self, lang: str) -> str:
        """All of it as sentences in Dutch ("nl") or English."""
        parts = (self.fact.text(lang), self.why.text(lang), self.remedy.text(lang))
        return " ".join(part for part in parts if part)


# --- what must hold -------------------------------------------------------------------------------


def _made_for_child(life: Life, unit: Unit, today: str) -> Iterator[Obstacle]:
    made_for, child = life.record.made_for, life.record.child
    if made_for and made_for != child:
        yield Obstacle(
            Must.MADE_FOR_CHILD.value,
            Words(
                f"The label says that the product was made for {made_for}.",
                f"Op het etiket staat dat het product voor {made_for} is gemaakt.",
            ),
            Words(
                f"This is the course of {child}. Cells of another child may kill.",
                f"Dit is het verloop van {child}. Cellen van een ander kind kunnen dodelijk zijn.",
            ),
            Words(
                "Stop. Check the chain of identity; correct the label or the course.",
                "Stop. Controleer de identiteitsketen; corrigeer het etiket of het verloop.",
            ),
            made_for,
        )


_RELEASE_STATUS: Final = (
    ProductStatus.RELEASED,
    ProductStatus.RELEASED_OUT_OF_SPECIFICATION,
)


def _recorded_released(life: Life, unit: Unit, today: str) -> Iterator[Obstacle]:
    status = life.record.status
    if status not in _RELEASE_STATUS:
        yield Obstacle(
            Must.RECORDED_RELEASED.value,
            Words(
                f"The product's recorded status is: {status.en if status else 'not recorded'}.",
                f"De vastgelegde status van het product is: "
                f"{status.nl if status else 'niet vastgelegd'}.",
            ),
            Words(
                "Only a released product goes on to the child.",
                "Alleen een vrijgegeven product gaat verder naar het kind.",
            ),
            Words(
                "Release it first, or correct the status with a reason.",
                "Geef het eerst vrij, of corrigeer de status met een reden.",
            ),
            status.value if status else "",
        )


def _not_expired(life: Life, unit: Unit, today: str) -> Iterator[Obstacle]:
    expires = life.limits.expires
    if expires and expires < today:
        yield Obstacle(
            Must.NOT_EXPIRED.value,
            Words(f"It expired on {expires}.", f"Het was houdbaar tot en met {expires}."),
            Words(f"Today is {today}.", f"Vandaag is het {today}."),
            Words(
                "Ask the manufacturer; a later expiry date is recorded under the limits.",
                "Vraag de fabrikant; een latere datum wordt bij de grenzen vastgelegd.",
            ),
            expires,
        )


def _within_specification(life: Life, unit: Unit, today: str) -> Iterator[Obstacle]:
    for test in RELEASE_TESTS:
        value = life.record.results.get(test)
        limits = life.limits.release(test)
        if not limits.is_set:
            continue
        found = limits.judge(value)
        if found is Judged.OUTSIDE:
            yield Obstacle(
                f"{Must.WITHIN_SPECIFICATION.value}.{test}",
                Words(
                    "A result lies outside the limit that was given.",
                    "Een uitslag ligt buiten de gegeven grens.",
                ),
                Words(
                    "Such a product is released only with approval.",
                    "Zo'n product wordt alleen met goedkeuring vrijgegeven.",
                ),
                Words(
                    "Record it as out of specification; a release with approval may follow.",
                    "Leg het vast als buiten specificatie; vrijgave met goedkeuring kan volgen.",
                ),
                f"{value:g}",
            )
        elif found is Judged.NO_RESULT:
            yield Obstacle(
                f"{Must.WITHIN_SPECIFICATION.value}.{test}",
                Words(
                    "A limit was given, but the result is not recorded.",
                    "Er is een grens gegeven, maar de uitslag is niet vastgelegd.",
                ),
                Words(
                    "Without it nobody can say that the product is within specification.",
                    "Zonder uitslag is niet te zeggen dat het product binnen specificatie is.",
                ),
                Words("Enter the result.", "Voer de uitslag in."),
                test,
            )


def _record_says_so(life: Life, unit: Unit, today: str) -> Iterator[Obstacle]:
    if life.record.recorded_state not in ADOPTABLE:
        yield Obstacle(
            Must.RECORD_SAYS_SO.value,
            Words(
                "The record does not say that these cells came further than their order.",
                "Het dossier zegt niet dat deze cellen verder kwamen dan de bestelling.",
            ),
            NO_WORDS,
            Words(
                "Follow the product here from its collection.",
                "Volg het product hier vanaf de afname.",
            ),
        )


def _not_divided(life: Life, unit: Unit, today: str) -> Iterator[Obstacle]:
    if life.is_divided:
        yield Obstacle(
            Must.NOT_DIVIDED.value,
            Words(
                "The product is already divided into bags.",
                "Het product is al over zakken verdeeld.",
            ),
            Words("A product is divided once.", "Een product wordt één keer verdeeld."),
        )


def _in_hospital(life: Life, unit: Unit, today: str) -> Iterator[Obstacle]:
    where = unit.held if unit.state is State.QUARANTINED else unit.state
    if where not in IN_HOSPITAL:
        yield Obstacle(
            Must.IN_HOSPITAL.value,
            Words("The bag is not in the hospital.", "De zak is niet in het ziekenhuis."),
            Words("Only what was received is sent back.", "Alleen wat ontvangen is, gaat terug."),
        )


HOLDS: Final[dict[Must, Callable[[Life, Unit, str], Iterator[Obstacle]]]] = {
    Must.MADE_FOR_CHILD: _made_for_child,
    Must.RECORDED_RELEASED: _recorded_released,
    Must.NOT_EXPIRED: _not_expired,
    Must.WITHIN_SPECIFICATION: _within_specification,
    Must.RECORD_SAYS_SO: _record_says_so,
    Must.NOT_DIVIDED: _not_divided,
    Must.IN_HOSPITAL: _in_hospital,
}


# --- the other obstacles --------------------------------------------------------------------------


def wrong_state(unit: Unit, row: Row) -> Obstacle:
    """It is in another state."""
    needed = [state for state in State if state in row.sources]
    return Obstacle(
        "state",
        Words(f"It is {unit.state.en}.", f"De toestand is: {unit.state.nl}."),
        Words(
            f"“{row.act.en}” follows on: {', '.join(state.en for state in needed)}.",
            f"“{row.act.nl}” volgt op: {', '.join(state.nl for state in needed)}.",
        ),
        NO_WORDS,
        unit.state.value,
    )


def way_unknown(life: Life) -> Obstacle:
    """Nobody said which way the product goes."""
    if life.record.site is None:
        return Obstacle(
            "site",
            Words(
                "It is not recorded where the product is made.",
                "Niet vastgelegd is waar het product wordt gemaakt.",
            ),
            Words(
                "What follows depends on it: shipped, or made in house.",
                "Daarvan hangt af wat volgt: verzenden, of in huis maken.",
            ),
            Words(
                "Record the site of manufacture with the product.",
                "Leg de productieplaats vast bij het product.",
            ),
        )
    return Obstacle(
        "form",
        Words(
            "It is not recorded whether the finished product is frozen or fresh.",
            "Niet vastgelegd is of het product ingevroren of vers is.",
        ),
        Words(
            "A frozen product is stored and thawed; a fresh one is given at once.",
            "Een ingevroren product wordt opgeslagen en ontdooid; een vers product direct gegeven.",
        ),
        Words("Record it under the limits.", "Leg het vast bij de grenzen."),
    )


def other_way(row: Row) -> Obstacle:
    """The product goes another way."""
    return Obstacle(
        "path",
        Words(
            f"This step is for a product that is {row.path.en}.",
            f"Deze stap is voor een product dat {row.path.nl} is.",
        ),
    )


def not_allowed(needed: Permission) -> Obstacle:
    """The role does not allow it."""
    roles = sorted(MAY[needed])
    return Obstacle(
        "permission",
        Words("Your role may not do this.", "Je rol mag dit niet."),
        Words(
            f"It is for: {', '.join(role.en for role in roles)}.",
            f"Het is voor: {', '.join(role.nl for role in roles)}.",
        ),
        NO_WORDS,
        needed.value,
    )


def same_person(name: str) -> Obstacle:
    """One person cannot be both pairs of eyes."""
    return Obstacle(
        "second",
        Words(
            f"{name} gave the first signature.",
            f"{name} heeft de eerste handtekening gezet.",
        ),
        Words(
            "The second pair of eyes is another person's, signed in on another account.",
            "De tweede controle is van iemand anders, met een eigen account.",
        ),
        Words("Ask a colleague to sign in.", "Vraag een collega om in te loggen."),
        name,
    )


def nothing_said(row: Row) -> Obstacle:
    """A step that only says something, and says nothing."""
    return Obstacle(
        "empty",
        Words(
            f"“{row.act.en}” says nothing yet.",
            f"“{row.act.nl}” zegt nog niets.",
        ),
        NO_WORDS,
        Words("Fill in at least one field.", "Vul minstens één veld in."),
    )


def not_taken_back(last: Step) -> Obstacle:
    """Another step is the way back from it."""
    return Obstacle(
        "back",
        Words(
            f"“{last.act.en}” is not taken back.",
            f"“{last.act.nl}” wordt niet teruggenomen.",
        ),
        Words(
            "Cells that were given stay given; a known identifier is corrected by two people; "
            "a quarantine is lifted or set anew.",
            "Toegediende cellen blijven toegediend; een bekend nummer wordt door twee personen "
            "verbeterd; een quarantaine wordt opgeheven of opnieuw ingesteld.",
        ),
        NO_WORDS,
        last.act.value,
    )


def too_early(before: Step) -> Obstacle:
    """A step cannot lie before the one it follows."""
    when = f"{before.date} {before.time}".strip()
    return Obstacle(
        "when",
        Words(
            f"The step before, “{before.act.en}”, was at {when}.",
            f"De stap ervoor, “{before.act.nl}”, was op {when}.",
        ),
        Words("A step follows the one before it.", "Een stap volgt op de vorige."),
        Words("Check date and time.", "Controleer datum en tijd."),
        when,
    )


NOT_IDENTIFIED: Final = Obstacle(
    "identifiers",
    Words(
        "Fewer than two identifiers are known for this label.",
        "Van dit etiket zijn minder dan twee nummers bekend.",
    ),
    Words(
        "One identifier cannot tell two bags, or two children, apart.",
        "Eén nummer onderscheidt geen twee zakken en geen twee kinderen.",
    ),
    Words(
        "Assign the chain-of-identity identifier and the donation number first.",
        "Ken eerst het identiteitsketennummer en het donatienummer toe.",
    ),
)
NOTHING_TO_TAKE_BACK: Final = Obstacle(
    "back",
    Words("There is no step to take back here.", "Er is hier geen stap om terug te nemen."),
    Words(
        "Only the last step is taken back, and a step of the whole product only while none of its "
        "bags went on.",
        "Alleen de laatste stap wordt teruggenomen, en een stap van het hele product alleen zolang "
        "geen van de zakken verder is gegaan.",
    ),
)
TEMPERATURE_UNSAID: Final = Obstacle(
    "temperature",
    Words(
        "Nothing was said of the temperature.",
        "Over de temperatuur is niets gezegd.",
    ),
    Words(
        "Out of its limits, the cells are quarantined until somebody decides.",
        "Buiten de grenzen gaan de cellen in quarantaine tot iemand besluit.",
    ),
    Words(
        "Give the lowest and highest reading, or say whether it stayed within its limits.",
        "Geef de laagste en hoogste waarde, of zeg of zij binnen de grenzen bleef.",
    ),
)
