# SPDX-License-Identifier: Apache-2.0
"""What was asked, of whom, and what the words mean; at the end the files, methods and sources."""

from __future__ import annotations

from cartulary.codebook.definition_page import moment_words
from cartulary.codebook.endpoint import Moment
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.codebook.exposure import exposure_search
from cartulary.codebook.source import CONFIRMED
from cartulary.reports.content import (
    Block,
    Column,
    Count,
    Note,
    Paragraph,
    Row,
    Section,
    Sum,
    Table,
    Words,
)
from cartulary.reports.exposure_report.voice import Voice, capital
from cartulary.reports.text import Sentence, Span
from cartulary.reports.wording import long_date, word


def question_section(voice: Voice) -> Section:
    """The exposure and the endpoint in words, then where every child went."""
    exposure, lang = voice.found.exposure, voice.lang
    blocks: list[Block] = [_moments(voice)]
    if exposure.confirm is not None:
        head = voice.t("Te bevestigen door een clinicus.", "Confirm with a clinician.")
        blocks.append(
            Note((voice.says("**{h}** {w}", "**{h}** {w}", h=head, w=exposure.confirm.text(lang)),))
        )
    if voice.found.effect is not None:
        blocks.append(_account(voice))
    return Section(
        voice.t("Wat is gevraagd, en van wie", "What was asked, and of whom"),
        (voice.says("{w}", "{w}", w=exposure.summary.text(lang)),),
        tuple(blocks),
        id="question",
    )


def _moments(voice: Voice) -> Table:
    """What begins the exposure, what rules it out, and what shows that somebody looked."""
    exposure = voice.found.exposure
    search = exposure_search(exposure, endpoint(exposure.endpoint)).definition

    def rows(moments: tuple[Moment, ...], role: str) -> list[Row]:
        return [
            Row(
                (
                    capital(moment.words.text(voice.lang)),
                    role,
                    Words(f"{capital(moment_words(search, moment, voice.lang))}."),
                )
            )
            for moment in moments
        ]

    return Table(
        id="exposure",
        caption=(
            voice.says(
                "Wat het doet beginnen en wat het uitsluit, zoals vastgelegd in {d}.",
                "What begins it and what rules it out, as laid down in {d}.",
                d=f"{exposure.exposure_id}, {voice.t('editie', 'edition')} {exposure.edition}",
            ),
        ),
        columns=(
            Column(voice.t("wat er gebeurt", "what happens")),
            Column(voice.t("rol", "role")),
            Column(voice.t("precies", "precisely"), weight=1),
        ),
        rows=(
            *rows(exposure.starts, voice.t("begin", "begins it")),
            *rows(exposure.stops, voice.t("sluit uit", "rules it out")),
            *rows(exposure.looks, voice.t("er is gekeken", "was looked for")),
        ),
    )


def _account(voice: Voice) -> Table:
    """Where every child of the programme went."""
    effect, found = voice.effect, voice.found
    whole = Count(found.children, "exposure.programme")
    unknown = Count(effect.undated, "exposure.unknown")
    outside = Count(found.children - effect.children - effect.undated, "exposure.outside")
    first = [
        (voice.t("kinderen in het programma", "children in the programme"), whole),
        (voice.t("niet onder het eindpunt te beoordelen", "not judged by the endpoint"), outside),
        (
            voice.t(
                f"niet bekend wanneer er {voice.noun} was",
                f"not known when there was {voice.noun}",
            ),
            unknown,
        ),
        (voice.t("vergeleken", "compared"), voice.n),
    ]  # fmt: skip
    rows = [Row((capital(words), count)) for words, count in first]
    rows.append(
        Row((capital(voice.t(f"met {voice.noun}", f"with {voice.noun}")), voice.exposed), True)
    )
    rows.append(Row((voice.t("Zonder", "Without"), voice.never)))
    for name, number in effect.stopped_by.items():
        words = effect.exposure.words_of_stop(name, voice.lang)
        label = voice.t(f"eerst {words}, dus zonder", f"{words} first, so without")
        rows.append(Row((capital(label), Count(number, f"exposure.stopped.{name}"))))
    if effect.unseen is not None:
        label = voice.t("nooit naar gekeken, dus zonder", "never looked for, so without")
        rows.append(Row((capital(label), Count(effect.unseen, "exposure.unseen"))))
    rows.append(Row((voice.t("Met de gebeurtenis", "With the event"), voice.events), True))
    return Table(
        id="account",
        caption=(
            voice.says("Waar ieder kind is geteld.", "Where every child was counted."),
        ),
        columns=(
            Column("", weight=1),
            Column(voice.t("kinderen", "children"), align="right"),
        ),
        rows=tuple(rows),
        sums=(Sum(whole, (outside, unknown, voice.n)), Sum(voice.n, (voice.exposed, voice.never))),
    )  # fmt: skip


def account_parts(voice: Voice) -> tuple[tuple[Count, Count], ...]:
    """Parts of those without, whose rest stands nowhere."""
    effect = voice.effect
    parts = [
        Count(number, f"exposure.stopped.{name}") for name, number in effect.stopped_by.items()
    ]
    if effect.unseen is not None:
        parts.append(Count(effect.unseen, "exposure.unseen"))
    return tuple((part, voice.n) for part in parts)


def data_section(voice: Voice) -> Section:
    """The programme's files, what was left out, and what it does not report."""
    about = voice.about
    cut = ""
    if about.data_cut:
        day = long_date(about.data_cut, voice.lang)
        cut = voice.t(f", met gegevens tot en met {day}", f", with data to {day}")
    lead = voice.says(
        "Gelezen uit '{name}' ({origin}){cut}.",
        "Read from '{name}' ({origin}){cut}.",
        name=about.name or voice.t("zonder naam", "without a name"),
        origin=word(f"origin.{voice.found.origin}", voice.lang),
        cut=cut,
    )
    said: list[Sentence] = [voice.says("{n}.", "{n}.", n=note.rstrip(".")) for note in about.notes]
    if about.left_out:
        said.append(
            voice.says(
                "Weggelaten wegens fouten in het beloop: {k}.",
                "Left out for errors in the course: {k}.",
                k=voice.children(Count(len(about.left_out), "exposure.left_out")),
            )
        )
    if not voice.found.deaths_reported:
        said.append(
            voice.says(
                "Het programma meldt geen overlijden (os); een overlijden na {what} zou hier niet "
                "te zien zijn.",
                "The programme does not report deaths (os); a death after {what} would not be seen "
                "here.",
                what=voice.noun,
            )
        )
    files = Table(
        id="files",
        caption=(voice.says("De gelezen tabellen.", "The tables read."),),
        columns=(Column(voice.t("tabel", "table"), weight=1), Column("SHA-256")),
        rows=tuple(Row((name, digest[:12])) for name, digest in about.files),
    )
    blocks: tuple[Block, ...] = (*((Paragraph(tuple(said)),) if said else ()), files)
    return Section(voice.t("De gegevens", "The data"), (lead,), blocks, id="data")


def methods_section(voice: Voice) -> Section:
    """How the figures were made, and where that is described."""
    exposure = voice.found.exposure
    judged_by = endpoint(voice.effect.endpoint if voice.found.effect else exposure.endpoint)
    cited: dict[str, None] = {}
    if voice.found.effect is not None:
        effect = voice.effect
        for row in effect.rows:
            cited.update(dict.fromkeys(row.ratio.citations))
        if effect.simon_makuch is not None:
            cited.update(dict.fromkeys(effect.simon_makuch.citations))
    if voice.found.states is not None:
        for estimate in voice.found.states.occupancy.values():
            cited.update(dict.fromkeys(estimate.citations))
    how = voice.says(
        "Een kind is zonder tot en met de dag waarop er {what} is, en met vanaf de dag erna; een "
        "gebeurtenis op die dag hoort bij de tijd zonder. Peildagen, termijn en vergelijkingsdag "
        "zijn vooraf vastgelegd. Een analyse met minder dan vijf kinderen in een groep wordt niet "
        "gemaakt.",
        "A child is without up to and including the day of {what}, and with it from the day after; "
        "an event on that day belongs to the time without. Landmarks, grace period and day of "
        "comparison are laid down beforehand. An analysis with fewer than five children in a group "
        "is not made.",
        what=voice.noun,
    )
    support = exposure.source.support
    status = "" if support in CONFIRMED else voice.t(" (onbevestigd)", " (unconfirmed)")
    defined = Sentence(
        (
            *voice.says(
                "Het eindpunt is {d} (editie {e}), de blootstelling {x}{u}: ",
                "The endpoint is {d} (edition {e}), the exposure {x}{u}: ",
                d=judged_by.endpoint_id,
                e=judged_by.definition.edition,
                x=exposure.exposure_id,
                u=status,
            ).spans,
            Span(exposure.source.citation, lang="en"),
        )
    )
    table = Table(
        id="sources",
        caption=(voice.says("Waar de methoden staan.", "Where methods are described."),),
        columns=(Column(voice.t("bron", "source"), weight=1),),
        rows=tuple(Row((citation,)) for citation in cited),
    )
    return Section(
        voice.t("Methoden en bronnen", "Methods and sources"),
        (how, defined),
        (table,) if cited else (),
        id="sources",
    )
