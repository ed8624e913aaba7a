# SPDX-License-Identifier: Apache-2.0
"""The columns of the table of children: who is in the programme, how old, and when day 0 was."""

from __future__ import annotations

from cartulary.course.course import DayZero, Origin
from cartulary.course.events.disease import Sex
from cartulary.course.fact import Fact, FactKind
from cartulary.course.tables.columns import CHILD, Column, Role

SEX = Fact("sex", FactKind.CHOICE, "sex", "geslacht", choices=Sex)
AGE_YEARS = Fact(
    "age_years",
    FactKind.NUMBER,
    "age in years on day 0",
    "leeftijd in jaren op dag 0",
    low=0,
    high=100,
)
AGE_DAYS = Fact(
    "age_days",
    FactKind.INTEGER,
    "age in days on day 0",
    "leeftijd in dagen op dag 0",
    low=0,
    high=36_525,
)
DAY0_IS = Fact("day0_is", FactKind.CHOICE, "day 0 is", "dag 0 is", choices=DayZero)
CENTRE = Fact("centre", FactKind.TEXT, "centre", "centrum")
ORIGIN = Fact("origin", FactKind.CHOICE, "origin", "herkomst", choices=Origin)
DATA_CUT_DAY = Fact("data_cut_day", FactKind.DAY, "day of data cut", "dag van peildatum")


def _of(
    fact: Fact, also: tuple[str, ...], says_en: str, says_nl: str, in_template: bool = True
) -> Column:
    return Column(fact.name, Role.FACT, fact.en, fact.nl, also, fact, says_en, says_nl, in_template)


CHILDREN_COLUMNS: tuple[Column, ...] = (
    CHILD,
    _of(SEX, ("gender",), "As the hospital records it.", "Zoals het ziekenhuis vastlegt."),
    Column(
        "birth_date",
        Role.FACT_DATE,
        "birth date",
        "geboortedatum",
        ("date of birth", "birthdate", "dob", "birth month", "geboortemaand", "geboortejaar"),
        says_en="In full or in part (2011-05, 2011); only the age on day 0 is kept.",
        says_nl="Geheel of ten dele (2011-05, 2011); alleen de leeftijd op dag 0 wordt bewaard.",
    ),
    _of(
        AGE_YEARS,
        ("age", "age years", "leeftijd", "leeftijd jaren", "age in years", "leeftijd in jaren"),
        "Instead of the birth date.",
        "In plaats van de geboortedatum.",
    ),
    _of(
        AGE_DAYS,
        ("age days", "age days at day0", "leeftijd dagen"),
        "Instead of the birth date.",
        "In plaats van de geboortedatum.",
        in_template=False,
    ),
    Column(
        "indication_date",
        Role.FACT_DATE,
        "indication date",
        "indicatiedatum",
        ("date of indication", "datum indicatie", "indication", "indicatie"),
        says_en="The day of the decision for CAR-T: day 0 of the course.",
        says_nl="De dag van het besluit tot CAR-T: dag 0 van het beloop.",
    ),
    Column(
        "day0_date",
        Role.FACT_DATE,
        "day 0 date",
        "datum dag 0",
        ("day0", "dag 0", "date of day 0"),
        says_en="The date of day 0 where that is not a date in one of the tables.",
        says_nl="De datum van dag 0 als die niet in een van de tabellen staat.",
        in_template=False,
    ),
    _of(
        DAY0_IS,
        ("day0 stands for", "day 0 stands for", "dag 0 staat voor", "day0 standsfor"),
        "What day 0 is, where the date of the indication is not known.",
        "Wat dag 0 is, als de datum van de indicatie niet bekend is.",
    ),
    _of(
        CENTRE,
        ("center", "site", "hospital", "ziekenhuis"),
        "Where it differs from the programme's.",
        "Als die verschilt van die van het programma.",
        in_template=False,
    ),
    _of(
        ORIGIN,
        (),
        "Where it differs from the programme's.",
        "Als die verschilt van die van het programma.",
        in_template=False,
    ),
    _of(
        DATA_CUT_DAY,
        ("data cut day",),
        "The study day up to which this child's record reaches.",
        "De studiedag tot waar dit dossier reikt.",
        in_template=False,
    ),
    Column(
        "remarks",
        Role.REMARK,
        "remarks",
        "opmerkingen",
        ("remark", "opmerking", "comment", "comments", "note", "notes", "notitie"),
        says_en="For your own use; not read.",
        says_nl="Voor eigen gebruik; wordt niet gelezen.",
        in_template=False,
    ),
)
