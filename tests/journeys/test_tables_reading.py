# SPDX-License-Identifier: Apache-2.0
"""A data manager's tables become courses: both languages, and every usual way of writing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cartulary.course import (
    NOT_DONE,
    NOT_RECORDED,
    NOT_YET_DUE,
    REFUSED,
    Course,
    DayZero,
    Origin,
    Precision,
)
from cartulary.course.events import (
    Apheresis,
    Assessment,
    Bridging,
    Diagnosis,
    Indication,
    Infection,
    Infusion,
    Measurement,
    Product,
    Relapse,
    Toxicity,
)
from cartulary.course.events.disease import Cd19Status, Genetics, RelapseSite, Sex
from cartulary.course.tables import Programme, read_programme
from tests.journeys.programme_folder import folder

DUTCH = {
    "programma.csv": "sleutel;waarde\nnaam;Proef\ncentrum;PMC\nherkomst;vastgelegd\n"
    "peildatum;31-12-2023\ntaal;nederlands\ntoelichting;eerste regel\ntoelichting;tweede\n",
    "kinderen.csv": "Kind;Geslacht;Geboortedatum;Indicatiedatum\n"
    "P-001;meisje;17-3-2011;10 mrt 2020\nP-002;m;2012;5-1-2021\nP-003;;;\n",
    "Aferese.csv": "KIND;Datum;verzamelde CD3+ cellen (10^9);Bewaring;Voldoende_cellen\n"
    "P-001;17-03-2020;1,5;vers;ja\n",
    "infusie.csv": "kind;datum;dosis per kg (10^6/kg);gewicht\nP-001;1 mei 2020;1,2;33,5 kg\n",
    "overbrugging.csv": "kind;datum;behandeling;datum einde\nP-001;25 maart 2020;chemo;2020-04\n",
    "recidief.csv": "kind;datum;plaats;CD19 status;niveau\nP-001;feb. 2021;beenmerg;CD19-;ND\n",
    "meting.csv": "kind;datum;bepaling;waarde;eenheid\n"
    "P-001;1-6-2020;ANC;0,5;10^9/L\nP-001;2-6-2020;ferritine;<5;µg/L\n",
    "bevinding.csv": "kind;dag;hoogste temperatuur (°C);zuurstofondersteuning\n"
    "P-001;55;38,5;geïntubeerd\n",
}


def read(place: Path) -> Programme:
    """The programme, which must be without errors."""
    programme = read_programme(place)
    assert not programme.has_errors, "\n".join(map(str, programme.problems))
    return programme


def course(place: Path, course_id: str = "P-001") -> Course:
    """One course of a programme without errors."""
    cohort = read(place).cohort
    assert cohort is not None
    return cohort.course(course_id)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_dutch_programme_in_every_encoding(tmp_path: Path, encoding: str, delimiter: str) -> None:
    for name, text in DUTCH.items():
        (tmp_path / name).write_bytes(text.replace(";", delimiter).encode(encoding))
    programme = read(tmp_path)
    cohort = programme.cohort
    assert cohort is not None
    assert (programme.name, programme.centre, programme.origin) == ("Proef", "PMC", Origin.RECORDED)
    assert (programme.data_cut, programme.language) == (date(2023, 12, 31), "nl")
    assert cohort.notes == ("eerste regel", "tweede")
    assert cohort.course_ids == ("P-001", "P-002", "P-003")
    first = cohort.course("P-001")
    assert (first.sex, first.day0, first.age_days_at_day0) == (Sex.FEMALE, date(2020, 3, 10), 3281)
    assert first.data_cut_day == (date(2023, 12, 31) - date(2020, 3, 10)).days
    assert [event.day for event in first.all(Indication)] == [0]
    apheresis = first.all(Apheresis)[0]
    assert (apheresis.day, apheresis.cd3_yield_e9, apheresis.adequate) == (7, 1.5, True)
    assert apheresis.source == "Aferese.csv row 2"
    infusion = first.all(Infusion)[0]
    assert (infusion.dose_cells_per_kg, infusion.weight_kg) == (1_200_000.0, 33.5)
    bridging = first.all(Bridging)[0]
    assert (bridging.stop_day, bridging.stop_precision) == (36, Precision.MONTH)
    relapse = first.all(Relapse)[0]
    assert relapse.precision is Precision.MONTH
    assert (relapse.site, relapse.cd19_status, relapse.level, relapse.confidence) == (
        RelapseSite.MARROW,
        Cd19Status.NEGATIVE,
        NOT_DONE,
        NOT_RECORDED,
    )
    count, below = first.all(Measurement)
    assert (count.value, count.unit) == (500.0, "cells/µL")
    assert (below.value, below.below_limit, below.limit) == (NOT_RECORDED, True, 5.0)
    assert cohort.course("P-003").events == ()


def test_field_names_serve_as_headers(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        {
            "product.csv": "child,date,product_id,started_date,decided_day,"
            "decided_precision,status\n"
            "P-001,2020-03-20,L1,2020-03-25,40,month,released\n",
            "infection.csv": "child,date,organism,agent\nP-001,2020-07-01,viral,VZV\n",
        },
    )
    product = course(place).all(Product)[0]
    assert (product.started_day, product.started_precision) == (15, Precision.DAY)
    assert (product.decided_day, product.decided_precision) == (40, Precision.MONTH)
    infection = course(place).all(Infection)[0]
    assert (str(infection.organism), infection.agent) == ("viral", "VZV")


def test_kind_is_a_child_in_dutch_and_a_sort_of_infection_in_english(tmp_path: Path) -> None:
    english = "child,date,kind,causative organism\nP-001,2020-07-01,viral,VZV\n"
    dutch = "kind,datum,soort,verwekker\nP-001,2020-07-01,viraal,VZV\n"
    for number, text in enumerate((english, dutch)):
        found = course(folder(tmp_path / str(number), {"infection.csv": text})).all(Infection)[0]
        assert (str(found.organism), found.agent) == ("viral", "VZV")


@pytest.mark.parametrize(
    ("written", "day", "precision"),
    [
        ("2020-03-17", 7, Precision.DAY),
        ("17-3-2020", 7, Precision.DAY),
        ("17.03.2020", 7, Precision.DAY),
        ("17/03/2020", 7, Precision.DAY),
        ("03/17/2020", 7, Precision.DAY),
        ("17 mrt 2020", 7, Precision.DAY),
        ("17 maart 2020", 7, Precision.DAY),
        ("17-Mar-2020", 7, Precision.DAY),
        ('"March 17, 2020"', 7, Precision.DAY),
        ("20200317", 7, Precision.DAY),
        ("43907", 7, Precision.DAY),
        ("2020-03-17 00:00:00", 7, Precision.DAY),
        ("2020-03-17T14:30", 7, Precision.DAY),
        ("2020-03", 5, Precision.MONTH),
        ("mrt 2020", 5, Precision.MONTH),
        ("maart 2020", 5, Precision.MONTH),
        ("3/2020", 5, Precision.MONTH),
        ("2020-03-xx", 5, Precision.MONTH),
        ("2020", 113, Precision.YEAR),
        ("onbekend", None, Precision.UNKNOWN),
        ("not recorded", None, Precision.UNKNOWN),
    ],
)
def test_every_usual_way_of_writing_a_date(
    tmp_path: Path, written: str, day: int | None, precision: Precision
) -> None:
    place = folder(tmp_path, {"relapse.csv": f"child,date\nP-001,{written}\n"})
    programme = read(place)
    relapse = course(place).all(Relapse)[0]
    assert (relapse.day, relapse.precision) == (day, precision)
    assert not programme.problems


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"1,5"', 1.5),
        ("1.5", 1.5),
        ("1.50", 1.5),
        ('"0,125"', 0.125),
        ("0.125", 0.125),
        ('"1.234,5"', 1234.5),
        ('"1,234.5"', 1234.5),
        ("1.234.567", 1234567.0),
        ("1 234 567", 1234567.0),
        ("1.2e8", 1.2e8),
        ('"1,2E8"', 1.2e8),
        ("1.2 x 10^8", 1.2e8),
        ("1.2×10⁸", 1.2e8),
        ("1.234e3", 1234.0),
        ("120000000", 1.2e8),
    ],
)
def test_every_usual_way_of_writing_a_number(tmp_path: Path, written: str, value: float) -> None:
    text = f"child,date,dose_cells\nP-001,2020-05-01,{written}\n"
    place = folder(tmp_path, {"infusion.csv": text})
    assert course(place).all(Infusion)[0].dose_cells == value


def test_the_programme_may_say_what_could_be_read_in_two_ways(tmp_path: Path) -> None:
    rows = 'child,date,dose_cells\nP-001,03/04/2020,"1.234"\n'
    said = "key,value\norigin,recorded\ndecimal_mark,comma\ndate_order,dmy\n"
    infusion = course(folder(tmp_path / "a", {"programme.csv": said, "infusion.csv": rows})).all(
        Infusion
    )[0]
    assert (infusion.day, infusion.dose_cells) == (24, 1234.0)
    said = "key,value\norigin,recorded\ndecimal_mark,point\ndate_order,mdy\n"
    infusion = course(folder(tmp_path / "b", {"programme.csv": said, "infusion.csv": rows})).all(
        Infusion
    )[0]
    assert (infusion.day, infusion.dose_cells) == (-6, 1.234)


def test_absence_keeps_its_name(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        {
            "assessment.csv": "child,date,marrow_blasts_percent,mrd_result,cns_status,"
            "extramedullary,cd19_status\nP-001,2020-06-01,niet gedaan,,not yet due,geweigerd,?\n"
        },
    )
    found = course(place).all(Assessment)[0]
    assert found.marrow_blasts_percent is NOT_DONE
    assert found.mrd_result is NOT_RECORDED
    assert found.cns_status is NOT_YET_DUE
    assert found.extramedullary is REFUSED
    assert found.cd19_status is NOT_RECORDED


def test_a_date_may_bear_the_name_of_its_event(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        {
            "infusion.csv": "child,infusion date\nP-001,2020-05-01\n",
            "aferese.csv": "kind,aferesedatum\rP-001,2020-03-17\r",
        },
    )
    assert course(place).infusion_days == (52,)
    assert course(place).all(Apheresis)[0].day == 7


def test_several_choices_in_one_cell(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        {
            "diagnosis.csv": "child,date,genetics\nP-001,2019,KMT2A-r; t(1;19)\n"
            'P-002,2019,"IKZF1-deletie, Ph-like"\n'
        },
    )
    assert course(place).all(Diagnosis)[0].genetics == (Genetics.KMT2A, Genetics.TCF3_PBX1)
    assert course(place, "P-002").all(Diagnosis)[0].genetics == (
        Genetics.IKZF1,
        Genetics.BCR_ABL1_LIKE,
    )


def test_comments_blank_rows_quoted_newlines_and_remarks(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        {
            "infection.csv": "# kept by the ward\nchild,date,agent,remarks,#own\n\n"
            'P-001,2020-07-01,"VZV,\nskin",call back,7\n,,,,\n# end\n'
            "P-001,2020-08-01,RSV,,\n"
        },
    )
    first, second = course(place).all(Infection)
    assert (first.agent, first.source) == ("VZV,\nskin", "infection.csv row 4")
    assert (second.agent, second.source) == ("RSV", "infection.csv row 7")


def test_excel_declares_its_delimiter(tmp_path: Path) -> None:
    place = folder(tmp_path, {"relapse.csv": "sep=;\nchild;date\nP-001;2021-02-01\n"})
    assert course(place).all(Relapse)[0].day == 328


def test_day_0_may_stand_for_something_else(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        {
            "programme.csv": "key,value\norigin,reconstructed\nday0_is,first infusion\n",
            "children.csv": "child\nP-001\n",
            "infusion.csv": "child,date\nP-001,2020-05-01\nP-001,2021-05-01\n",
            "toxicity.csv": "child,date,toxicity,grade,end_date\n"
            "P-001,2020-05-04,CRS,2,2020-05-09\n",
        },
    )
    found = course(place)
    assert (found.day0, found.day0_is) == (date(2020, 5, 1), DayZero.INFUSION)
    toxicity = found.all(Toxicity)[0]
    assert (toxicity.day, toxicity.end_day, toxicity.grade) == (3, 8, 2)


def test_the_indication_may_have_its_own_table(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        {
            "children.csv": "child,indication_date\nP-001,\nP-002,2021-01-05\n",
            "indication.csv": "child,date,reason\nP-001,2020-03-10,CNS relapse\nP-002,,infant\n",
        },
    )
    for course_id in ("P-001", "P-002"):
        found = course(place, course_id)
        assert [event.day for event in found.all(Indication)] == [0]
        assert found.day0 is not None


def test_study_days_need_no_calendar(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        {
            "children.csv": "child,age_years\nP-001,9\n",
            "infusion.csv": "child,day\nP-001,35\n",
            "relapse.csv": "child,day,precision\nP-001,400,to the month\n",
        },
    )
    found = course(place)
    assert found.day0 is None
    assert found.infusion_days == (35,)
    assert found.all(Relapse)[0].precision is Precision.MONTH


def test_a_correction_replaces_what_it_corrects(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        {
            "relapse.csv": "child,date,event,replaces\n"
            "P-001,2021-02-01,r1,\nP-001,2021-02-02,r2,r1\nP-001,2021-02-03,r3,r2\n"
        },
    )
    found = course(place).all(Relapse)
    assert [(event.event_id, event.day) for event in found] == [("r3", 330)]


def test_the_age_comes_from_either_column_and_the_birth_date_is_not_kept(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        {
            "children.csv": "child,birth_date,age_years,indication_date\n"
            'P-001,2011,,2020-03-10\nP-002,,"9,5",2021-01-05\n'
        },
    )
    assert course(place).age_days_at_day0 == (date(2020, 3, 10) - date(2011, 7, 1)).days
    assert course(place, "P-002").age_days_at_day0 == 3470
