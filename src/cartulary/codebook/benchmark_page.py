# SPDX-License-Identifier: Apache-2.0
"""A published cohort as a page that a clinician can read: plain Markdown, English or Dutch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cartulary.codebook import benchmark_terms as terms
from cartulary.codebook.endpoint_reader import endpoints
from cartulary.codebook.published_cohort import (
    NOT_STATED,
    Benchmark,
    PublishedEstimate,
)
from cartulary.codebook.scale_reader import scales
from cartulary.codebook.source import SUPPORT, Source
from cartulary.codebook.words import Vocabulary, Words, vocabulary
from cartulary.course.errors import CodebookError

#: Above this a number is written as 3.1 x 10⁶.
_LARGE: Final = 100_000
_SUPERSCRIPT: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

_SAY: Final = vocabulary(
    {
        "product": ("Product", "Product"),
        "who": ("Who", "Wie"),
        "cut": ("Data cut", "Peildatum of publicatie"),
        "infused": ("Infused", "Geïnfundeerd"),
        "enrolled": ("Enrolled or eligible", "Geïncludeerd of in aanmerking"),
        "follow_up": ("Median follow-up", "Mediane follow-up"),
        "age": ("Age range", "Leeftijd"),
        "months": ("months", "maanden"),
        "days": ("days", "dagen"),
        "day": ("day", "dag"),
        "within": ("within", "binnen"),
        "years": ("years", "jaar"),
        "shown": ("Shown first for", "Als eerste getoond voor"),
        "compare": ("Before you compare", "Voordat u vergelijkt"),
        "figures": ("Figures", "Cijfers"),
        "outcome": ("Outcome", "Uitkomst"),
        "when": ("When", "Wanneer"),
        "value": ("Value", "Waarde"),
        "over": ("Counted over", "Geteld over"),
        "definition": ("Definition", "Definitie"),
        "support": ("Support", "Onderbouwing"),
        "source": ("Source", "Bron"),
        "notes": ("Notes", "Opmerkingen"),
        "sources": ("Sources", "Bronnen"),
        "in_their_language": (
            "Titles stand in the language of the source.",
            "Titels staan in de taal van de bron.",
        ),
        "confirm": (
            "UNCONFIRMED beside a figure: confirm with a clinician, or in the source, before use.",
            "ONBEVESTIGD bij een cijfer: te bevestigen door een clinicus, of in de bron, voor"
            " gebruik.",
        ),
        "noted": ("noted", "genoteerd"),
        "edition": ("edition", "editie"),
        "about": ("about ", "ongeveer "),
        "not_reached": ("not reached", "niet bereikt"),
        "printed_as": ("printed: grade", "gedrukt: graad"),
        "our_interval": ("our 95% interval", "ons 95%-interval"),
        "unconfirmed": ("UNCONFIRMED", "ONBEVESTIGD"),
        "our_share": ("our division", "onze deling"),
        "se": ("standard error", "standaardfout"),
        "from": ("from", "vanaf"),
        "not_stated": (NOT_STATED, "niet vermeld"),
        "no_day": ("no day printed", "geen dag gedrukt"),
        "to": ("to", "tot"),
        "caution": (
            "Published figures for comparison, as printed. Not advice for the care of a child.",
            "Gepubliceerde cijfers ter vergelijking, zoals gedrukt. Geen advies voor de zorg"
            " voor een kind.",
        ),
    }
)


def benchmark_page(benchmark: Benchmark, lang: str) -> str:
    """One published cohort as a Markdown page: facts, cautions, every figure, its source.

    benchmark -- as read by `read_benchmark`
    lang      -- "en" or "nl"

    Refuses (CodebookError) another language: no page is half translated.

    >>> from cartulary.codebook.benchmark import benchmarks
    >>> benchmark_page(benchmarks()["eliana_nejm_2018"], "en").splitlines()[0]
    '# ELIANA, NEJM 2018 (75 infused)'
    """
    if lang not in {"en", "nl"}:
        raise CodebookError(
            f'A page was asked for in "{lang}". Benchmark files are written in English and '
            'Dutch. Use "en" or "nl".'
        )
    sources = list(dict.fromkeys([benchmark.source, *(e.source for e in benchmark.estimates)]))
    lines = [f"# {benchmark.name.text(lang)}", "", _say("caution", lang), ""]
    lines += _facts(benchmark, lang)
    lines += ["", f"## {_say('compare', lang)}", ""]
    lines += [f"- {note.text(lang)}" for note in benchmark.comparability]
    lines += ["", f"## {_say('figures', lang)}", ""]
    if not all(estimate.is_confirmed for estimate in benchmark.estimates):
        lines += [_say("confirm", lang), ""]
    lines += _table(benchmark, sources, lang)
    notes = _notes(benchmark)
    if notes:
        lines += ["", f"## {_say('notes', lang)}", ""]
        lines += [f"{number}. {note.text(lang)}" for note, number in notes.items()]
    lines += ["", f"## {_say('sources', lang)}", ""]
    if lang != "en":
        lines += [_say("in_their_language", lang), ""]
    lines += [_source_line(source, number, lang) for number, source in enumerate(sources, start=1)]
    return "\n".join(lines) + "\n"


def printed_value(estimate: PublishedEstimate, lang: str) -> str:
    """The figure as it is written in a text, with its interval: `50% (35 to 64; 95% CI)`.

    Digits are those printed; what we reckoned or could not confirm is said beside it.

    >>> from cartulary.codebook.benchmark import benchmarks
    >>> found = benchmarks()["eliana_nejm_2018"].estimate("efs", at_days=365)
    >>> printed_value(found, "nl")
    '50% (35 tot 64; 95%-BI)'
    """
    parts = [_point(estimate, lang)]
    interval = _interval(estimate, lang)
    if interval:
        parts.append(f"({interval})")
    if not estimate.is_confirmed:
        parts.append(_say("unconfirmed", lang))
    return " ".join(parts)


def _say(name: str, lang: str) -> str:
    return _SAY[name].text(lang)


def _word(words: Vocabulary, name: str, lang: str) -> str:
    return words[name].text(lang)


def _decimal(text: str, lang: str) -> str:
    return text.replace(".", ",") if lang == "nl" else text


def _number(value: float, estimate: PublishedEstimate, lang: str) -> str:
    if estimate.statistic in terms.FRACTIONS:
        return _decimal(f"{100 * value:.{estimate.decimals}f}", lang)
    if abs(value) >= _LARGE:
        mantissa, exponent = f"{value:.2e}".split("e")
        shown = mantissa.rstrip("0").rstrip(".")
        return _decimal(f"{shown} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}", lang)
    return _decimal(f"{value:.12g}", lang)


def _point(estimate: PublishedEstimate, lang: str) -> str:
    if estimate.value is None and not estimate.not_reached:
        return _unit(estimate, lang)
    if estimate.value is None:
        median = _word(terms.STATISTICS, "median", lang)
        return f"{median} {_say('not_reached', lang)}"
    about = _say("about", lang) if estimate.approximate else ""
    number = _number(estimate.value, estimate, lang)
    if estimate.statistic in terms.FRACTIONS:
        counts = ""
        if estimate.count is not None:
            counts = f"{estimate.count}/{estimate.n}: " if estimate.n else f"{estimate.count}: "
        ours = f" ({_say('our_share', lang)})" if estimate.value_from_counts else ""
        return f"{counts}{about}{number}%{ours}"
    unit = _unit(estimate, lang)
    kind = _word(terms.STATISTICS, estimate.statistic, lang)
    if unit or estimate.statistic == "count":
        kind = kind.split(",")[0] if estimate.statistic not in {"count", "fixed"} else ""
    shown = f"{about}{number}%" if unit == "%" else f"{about}{number} {unit}"
    return f"{kind} {shown}".strip()


def _unit(estimate: PublishedEstimate, lang: str) -> str:
    if estimate.measured_in is not None:
        return _word(terms.MEASURES, estimate.measured_in, lang)
    words = {"median_days": "days", "median_months": "months"}
    return _say(words[estimate.statistic], lang) if estimate.statistic in words else ""


def _interval(estimate: PublishedEstimate, lang: str) -> str:
    to = _say("to", lang)

    def ends(low: float, high: float) -> str:
        return f"{_number(low, estimate, lang)} {to} {_number(high, estimate, lang)}"

    if estimate.low is not None:
        kind = _word(terms.INTERVALS, estimate.interval, lang)
        if estimate.high is None:
            low = _number(estimate.low, estimate, lang)
            return f"{low} {to} {_say('not_reached', lang)}; {kind}"
        return f"{ends(estimate.low, estimate.high)}; {kind}"
    if estimate.unconfirmed_low is not None and estimate.unconfirmed_high is not None:
        shown = ends(estimate.unconfirmed_low, estimate.unconfirmed_high)
        return f"{shown}; {_say('unconfirmed', lang)}"
    if estimate.standard_error is not None:
        return f"{_say('se', lang)} {_number(estimate.standard_error, estimate, lang)}"
    if estimate.derived_low is not None and estimate.derived_high is not None:
        whole = f"{100 * estimate.derived_low:.0f} {to} {100 * estimate.derived_high:.0f}"
        return f"{whole}; {_say('our_interval', lang)}"
    return ""


def _facts(benchmark: Benchmark, lang: str) -> Iterator[str]:
    follow_up = ""
    if benchmark.median_follow_up_months is not None:
        months = _decimal(f"{benchmark.median_follow_up_months:g}", lang)
        follow_up = f"{months} {_say('months', lang)}"
    elif benchmark.median_follow_up_days is not None:
        follow_up = f"{benchmark.median_follow_up_days} {_say('days', lang)}"
    ages = benchmark.age_range_years
    shown = [_word(terms.OUTCOMES, key, lang) for key in benchmark.default_for]
    rows = (
        ("who", benchmark.population.text(lang)),
        ("product", benchmark.product),
        ("cut", " / ".join(filter(None, (benchmark.cut, benchmark.data_cut_date)))),
        ("infused", benchmark.n_infused),
        ("enrolled", benchmark.n_enrolled),
        ("follow_up", follow_up),
        (
            "age",
            f"{ages[0]:g} {_say('to', lang)} {ages[1]:g} {_say('years', lang)}" if ages else "",
        ),
        ("shown", ", ".join(shown)),
        ("edition", f"`{benchmark.id}`, {benchmark.edition}"),
    )
    for name, value in rows:
        if value not in (None, ""):
            label = _say(name, lang)
            yield f"- {label[0].upper()}{label[1:]}: {value}"


def _notes(benchmark: Benchmark) -> dict[Words, int]:
    different = dict.fromkeys(e.note for e in benchmark.estimates if e.note is not None)
    return {note: number for number, note in enumerate(different, start=1)}


def _table(benchmark: Benchmark, sources: list[Source], lang: str) -> Iterator[str]:
    notes = _notes(benchmark)
    heads = ("outcome", "when", "value", "over", "definition", "support", "source")
    yield "| " + " | ".join(_say(head, lang) for head in heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in benchmark.estimates:
        outcome = _word(terms.OUTCOMES, row.key, lang)
        if row.subgroup is not None:
            outcome += f" — {benchmark.subgroups[row.subgroup].text(lang)}"
        if row.grades is not None and row.key.endswith("_3_4"):
            outcome += f" ({_say('printed_as', lang)} {row.grades.replace('>=', '≥ ')})"
        if row.note is not None:
            outcome += f" [{notes[row.note]}]"
        cells = (
            outcome,
            _when(row, lang),
            printed_value(row, lang),
            _counted_over(row, lang),
            _defined(row, lang),
            _word(SUPPORT, row.support, lang),
            str(sources.index(row.source) + 1),
        )
        yield "| " + " | ".join(cells) + " |"


def _when(row: PublishedEstimate, lang: str) -> str:
    start = ""
    if row.clock != NOT_STATED:
        start = f"{_say('from', lang)} {_word(terms.CLOCKS, row.clock, lang)}"
    if row.at_months is not None:
        return f"{row.at_months:g} {_say('months', lang)} {start}".strip()
    if row.at_days is not None:
        return f"{_say('day', lang)} {row.at_days} {start}".strip()
    if row.window_days is not None:
        within = f"{_say('within', lang)} {row.window_days} {_say('days', lang)}"
        return f"{within} {start}".strip()
    timed = row.statistic in {"probability", "median_days", "median_months"}
    return start if timed and start else _say("no_day", lang)


def _counted_over(row: PublishedEstimate, lang: str) -> str:
    number = "" if row.n is None else f"{row.n} "
    unit = _word(terms.UNITS, row.unit, lang)
    return f"{number}{unit}, {_word(terms.POPULATIONS, row.population, lang)}"


def _defined(row: PublishedEstimate, lang: str) -> str:
    parts = [_definition_words(row.definition, lang)]
    if row.scale is not None and row.scale != row.definition:
        parts.append(_word(terms.SCALES, row.scale, lang))
    if row.sct_rule != "not_applicable":
        parts.append(_word(terms.TRANSPLANT_RULES, row.sct_rule, lang))
    return "; ".join(parts)


def _definition_words(definition: str, lang: str) -> str:
    """What a definition is called, then the id under which it has its own page."""
    if definition == NOT_STATED:
        return _say("not_stated", lang)
    if definition in endpoints():
        name = endpoints()[definition].definition.name.text(lang)
    elif definition in scales():
        name = scales()[definition].name.text(lang)
    else:
        return f"`{definition}`"
    return f"{name} (`{definition}`)"


def _source_line(source: Source, number: int, lang: str) -> str:
    where = f" {source.address}" if source.address else ""
    noted = f" ({_say('noted', lang)} {source.read_on.isoformat()})" if source.read_on else ""
    return f"{number}. {source.citation}.{where}{noted}"
