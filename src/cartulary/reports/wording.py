# SPDX-License-Identifier: Apache-2.0
"""Numbers, dates, plurals and the renderers' fixed words, in Dutch and English."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from cartulary.course.errors import EstimandError

NARROW = "\u202f"  # narrow no-break space, between thousands in both languages
MINUS = "\u2212"
EN_DASH = "\u2013"

_MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "en": "January February March April May June July August September October November December",
}
_SMALL = {
    "nl": "nul één twee drie vier vijf zes zeven acht negen tien elf twaalf",
    "en": "zero one two three four five six seven eight nine ten eleven twelve",
}

# Each line: name, Dutch, English.
_WORDS = MappingProxyType(
    {
        "report_kind_programme": ("programmaverslag", "programme report"),
        "report_kind_study": ("studieverslag", "study report"),
        "in_brief": ("In het kort", "In brief"),
        "table": ("Tabel", "Table"),
        "figure": ("Figuur", "Figure"),
        "appendix": ("Bijlage", "Appendix"),
        "page": ("pagina", "page"),
        "data_to": ("gegevens tot en met", "data to"),
        "control": ("controlegetal", "control hash"),
        "not_a_device": (
            "Onderzoek en kwaliteit van zorg; geen medisch hulpmiddel",
            "Research and quality of care; not a medical device",
        ),
        "as_table": ("Dezelfde cijfers als tabel", "The same figures as a table"),
        "equal_tables": ("De figuren als tabel", "The figures as tables"),
        "contents": ("Inhoud", "Contents"),
        "skip": ("Naar de inhoud", "To the content"),
        "at_risk": ("nog gevolgd", "at risk"),
        "events": ("events", "events"),
        "no_interval": ("geen interval", "no interval"),
        "few_at_risk": ("minder dan 5 gevolgd", "fewer than 5 at risk"),
        "at_month": ("op {month} maanden", "at {month} months"),
        "defined_otherwise": ("anders gedefinieerd", "defined otherwise"),
        "of": ("van", "of"),
        "months": ("maanden", "months"),
        "months_after.indication": ("maanden na indicatie", "months after indication"),
        "months_after.apheresis": ("maanden na aferese", "months after apheresis"),
        "months_after.infusion": ("maanden na infusie", "months after infusion"),
        "months_after.remission": ("maanden na remissie", "months after remission"),
        "unit.child": ("kind", "child"),
        "unit.infusion": ("infusie", "infusion"),
        "unit.apheresis": ("aferese", "apheresis"),
        "unit.product": ("product", "product"),
        "unit.relapse": ("recidief", "relapse"),
        "units.child": ("kinderen", "children"),
        "units.infusion": ("infusies", "infusions"),
        "units.apheresis": ("aferesen", "aphereses"),
        "units.product": ("producten", "products"),
        "units.relapse": ("recidieven", "relapses"),
        "absent.not_done": ("niet gedaan", "not done"),
        "absent.not_recorded": ("niet vastgelegd", "not recorded"),
        "absent.not_yet_due": ("nog niet aan de beurt", "not yet due"),
        "absent.refused": ("geweigerd", "refused"),
        "absent.not_given": ("n.g.", "n.g."),
        "absent.not_reached": ("niet bereikt", "not reached"),
        "absent.not_estimated": ("nog niet bepaald", "not yet estimated"),
        "absent.not_applicable": (EN_DASH, EN_DASH),
        "absent.withheld": ("weggelaten", "withheld"),
        "segment.remission": ("in remissie", "in remission"),
        "segment.no_remission": ("geen remissie", "not in remission"),
        "segment.after_transplant": ("na transplantatie", "after transplant"),
        "segment.after_relapse": ("na recidief", "after relapse"),
        "segment.followed": ("gevolgd", "followed"),
        "mark.relapse": ("recidief", "relapse"),
        "mark.relapse_open": ("recidief (open: CD19−)", "relapse (open: CD19−)"),
        "mark.infusion": ("2e infusie", "2nd infusion"),
        "mark.transplant": ("SCT", "SCT"),
        "mark.death": ("overleden", "died"),
        "mark.alive": ("in leven", "alive"),
        "origin.recorded": ("vastgelegd", "recorded"),
        "origin.reconstructed": ("gereconstrueerd", "reconstructed"),
        "origin.simulated": ("gesimuleerd", "simulated"),
        "share_axis": ("% met interval", "% with interval"),
        "sheet.brief": ("In het kort", "In brief"),
        "sheet.figures": ("Cijfers", "Figures"),
        "disclosure.sentence": (
            "Een zin die berust op een aantal kleiner dan {limit} is weggelaten.",
            "A sentence that rests on a count below {limit} is withheld.",
        ),
        "disclosure.chart": (
            "De figuur is weggelaten: er zijn aantallen kleiner dan {limit} uit af te lezen.",
            "The figure is withheld: counts below {limit} could be read from it.",
        ),
        "disclosure.see_table": (
            "De tabel toont wat getoond mag worden.",
            "The table shows what may be shown.",
        ),
        "disclosure.children": (
            "De lijst noemt afzonderlijke kinderen en is weggelaten.",
            "The list names single children and is withheld.",
        ),
        "disclosure.table_note": (
            "Aantallen van 1 tot en met {last} zijn weggelaten, en ook wat ze zou verraden.",
            "Counts from 1 to {last} are withheld, and so is what would give them away.",
        ),
        "disclosure.months": (
            "waarden alleen op maanden met genoeg kinderen",
            "values only at months with enough children",
        ),
    }
)


def _language(lang: str) -> int:
    """Where the language stands in the list of words."""
    if lang not in ("nl", "en"):
        raise EstimandError(
            f"The language is {lang!r}. The fixed words exist in Dutch and English. "
            "Give 'nl' or 'en'."
        )
    return 0 if lang == "nl" else 1


def word(name: str, lang: str, **values: object) -> str:
    """A fixed word of the renderers.

    >>> word("table", "nl"), word("at_month", "en", month=12)
    ('Tabel', 'at 12 months')
    """
    text = _WORDS[name][_language(lang)]
    return text.format(**values) if values else text


def number(value: float, lang: str, decimals: int = 0) -> str:
    """A number with its decimal sign, a true minus, and narrow spaces between thousands.

    Halves are rounded away from zero, on the digits that Python shows for the number.

    >>> number(12408, "nl"), number(-40.55, "nl", 1), number(40.5, "en", 1)
    ('12\\u202f408', '−40,6', '40.5')
    """
    if not math.isfinite(value):
        raise EstimandError(
            f"The number is {value}. It cannot be printed as a figure. Give the reason of absence."
        )
    exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    whole, _, fraction = f"{abs(exact):f}".partition(".")
    groups: list[str] = []
    while len(whole) > 3:
        groups.insert(0, whole[-3:])
        whole = whole[:-3]
    text = NARROW.join([whole, *groups])
    if fraction:
        text += ("," if _language(lang) == 0 else ".") + fraction
    return (MINUS if exact < 0 else "") + text


def percent(share: float, lang: str, decimals: int = 0, sign: bool = True) -> str:
    """A share 0 to 1 as a percentage.

    >>> percent(0.405, "nl", 1), percent(0.405, "en", 1), percent(9 / 22, "en")
    ('40,5%', '40.5%', '41%')
    """
    return number(round(share * 100, 10), lang, decimals) + ("%" if sign else "")


def interval(
    low: float | None,
    high: float | None,
    lang: str,
    *,
    decimals: int = 0,
    as_percent: bool = True,
    medium: str = "print",
) -> str:
    """Two limits: "15–64" in print, "15 tot 64" or "15 to 64" on screen.

    A limit that does not exist is shown as an open end, "15–" or "15 to …".

    >>> interval(0.15, 0.64, "nl"), interval(0.15, 0.64, "nl", medium="screen")
    ('15–64', '15 tot 64')
    """

    def limit(value: float | None) -> str:
        if value is None:
            return ""
        return (
            percent(value, lang, decimals, sign=False)
            if as_percent
            else number(value, lang, decimals)
        )

    if medium == "print":
        return f"{limit(low)}{EN_DASH}{limit(high)}"
    between = "tot" if _language(lang) == 0 else "to"
    return f"{limit(low) or '…'} {between} {limit(high) or '…'}"


def long_date(day: date, lang: str) -> str:
    """A date in words.

    >>> long_date(date(2020, 3, 17), "nl"), long_date(date(2020, 3, 17), "en")
    ('17 maart 2020', '17 March 2020')
    """
    _language(lang)
    return f"{day.day} {_MONTHS[lang].split()[day.month - 1]} {day.year}"


def count_word(count: int, lang: str, capital: bool = False) -> str:
    """A count up to twelve in words, above that in digits, for running text.

    >>> count_word(4, "nl"), count_word(19, "nl"), count_word(4, "en", capital=True)
    ('vier', '19', 'Four')
    >>> count_word(1, "nl", capital=True)  # a capital bears no accent
    'Eén'
    """
    _language(lang)
    small = _SMALL[lang].split()
    text = small[count] if 0 <= count < len(small) else number(count, lang)
    if not capital:
        return text
    return text[:1].upper().replace("É", "E") + text[1:]


def plural(count: int, one: str, many: str) -> str:
    """The noun that fits the count.

    >>> plural(1, "kind", "kinderen"), plural(0, "child", "children")
    ('kind', 'children')
    """
    return one if count == 1 else many


def units(count: int, unit: str, lang: str) -> str:
    """The unit of a figure as a noun that fits the count.

    >>> units(1, "child", "nl"), units(22, "infusion", "en")
    ('kind', 'infusions')
    """
    return word(f"unit.{unit}" if count == 1 else f"units.{unit}", lang)


def listed(items: Sequence[str], lang: str) -> str:
    """Items as a phrase.

    >>> listed(["ELIANA", "CIBMTR"], "nl"), listed(["a", "b", "c"], "en")
    ('ELIANA en CIBMTR', 'a, b and c')
    """
    joint = " en " if _language(lang) == 0 else " and "
    return joint.join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def grouped_hash(control_hash: str, groups: int = 3) -> str:
    """The first digits of a hash in groups of four.

    >>> grouped_hash("7f3a9c214e08beef")
    '7f3a 9c21 4e08'
    """
    return " ".join(control_hash[4 * place : 4 * place + 4] for place in range(groups)).strip()
