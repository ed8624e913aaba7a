# SPDX-License-Identifier: Apache-2.0
"""The share of critical fields in error, with its exact interval, beside two fixed lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartulary.registry.verification_sample import SampledChild
from cartulary.web.entry.spoken import decimal_sign

if TYPE_CHECKING:
    from cartulary.evidence.estimate import Estimate

#: An audit passes up to this share of critical fields in error (CIBMTR).
PASSES: Final = 0.03
#: Up to this share nothing more is asked (FACT).
NOTHING_MORE: Final = 0.02

_SCALE_END: Final = 0.10
_GRID: Final = (0.0, 0.02, 0.04, 0.06, 0.08, 0.10)


@dataclass(frozen=True, slots=True)
class Mark:
    """A line or label on the scale: its place in percent of the width, and its words."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """The result of a sample: counts, the estimate, and how it is drawn."""

    checked: int
    errors: int
    to_check: int
    estimate: Estimate | None
    value: str
    interval: str
    low_x: float
    high_x: float
    value_x: float
    beyond: bool
    limits: tuple[Mark, ...]
    grid: tuple[Mark, ...]


def error_rate(children: Iterable[SampledChild]) -> ErrorRate:
    """The share of the fields set beside their source that differed.

    x / n with its Clopper-Pearson interval; n are the critical fields that were checked, of every
    child of the sample. Fields of one child are taken to be independent of each other.
    """
    from cartulary.evidence.proportion import proportion

    listed = list(children)
    checked = sum(one.checked for one in listed)
    errors = sum(one.errors for one in listed)
    total = sum(len(one.fields) for one in listed)
    end = _SCALE_END
    estimate = None
    if checked:
        estimate = proportion(
            errors, checked, unit="field", origin="recorded", missing=total - checked
        )
        assert estimate.value is not None
        assert estimate.low is not None
        assert estimate.high is not None
    return ErrorRate(
        checked=checked,
        errors=errors,
        to_check=total - checked,
        estimate=estimate,
        value="" if estimate is None else percent(estimate.value),
        interval=""
        if estimate is None
        else _("%(low)s to %(high)s")
        % {
            "low": percent(estimate.low).removesuffix("%"),
            "high": percent(estimate.high),
        },
        low_x=0.0 if estimate is None else _x(estimate.low),
        high_x=0.0 if estimate is None else _x(estimate.high),
        value_x=0.0 if estimate is None else _x(estimate.value),
        beyond=estimate is not None and (estimate.high or 0.0) > end,
        limits=(
            Mark(_x(NOTHING_MORE), _("2%: nothing more is asked")),
            Mark(_x(PASSES), _("3%: the limit")),
        ),
        grid=tuple(Mark(_x(share), f"{100 * share:g}%") for share in _GRID),
    )


def verdict(rate: ErrorRate) -> SafeString:
    """The result in a sentence: where the share lies, and what the interval allows."""
    if rate.estimate is None:
        return format_html("{}", _("No critical field has been set beside its source yet."))
    counts = {"x": rate.errors, "n": rate.checked}
    first = (
        ngettext(
            "%(x)s of %(n)s critical fields differs from its source",
            "%(x)s of %(n)s critical fields differ from their source",
            rate.errors,
        )
        % counts
    )
    figure = _("%(value)s, 95%% interval %(interval)s") % {
        "value": rate.value,
        "interval": rate.interval,
    }
    return format_html("{} ({}). <b>{}</b>", first, figure, _held_to(rate.estimate))


def _held_to(estimate: Estimate) -> str:
    value, high = estimate.value or 0.0, estimate.high or 0.0
    low = estimate.low or 0.0
    if value > PASSES:
        if low > PASSES:
            return _("Above the limit of 3%, also at the lower end of the interval.")
        return _("Above the limit of 3%, but a rate below it is not excluded.")
    if value <= NOTHING_MORE:
        if high <= PASSES:
            return _("Within 2%, and a rate above 3% is excluded.")
        return _("Within 2%; a rate above 3% is not excluded by so few fields.")
    return _("Within the limit of 3%, above the 2% at which nothing more is asked.")


def percent(share: float | None) -> str:
    """A share as a percentage with one decimal.

    >>> from django.utils.translation import override
    >>> with override("en"):
    ...     percent(0.0222)
    '2.2%'
    """
    return f"{100 * (share or 0.0):.1f}%".replace(".", decimal_sign())


def _x(share: float | None) -> float:
    """The place of a share on a scale from 0 to 10%, in percent of the width."""
    return round(100.0 * min(share or 0.0, _SCALE_END) / _SCALE_END, 2)
