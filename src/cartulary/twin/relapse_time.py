# SPDX-License-Identifier: Apache-2.0
"""When a burden is reached: the distribution itself, without drawing anything.

The cells of lineages that last are a compound Poisson sum: a Poisson number of lineages, each
begun at its own time, each of exponential size. Its Laplace transform is known in closed form,

    E exp(-z S(t)) = exp(- sum over origins of lambda z m / (1 + z m)),

m the mean size at t of a lineage begun there, and the chance that S(t) is below a burden is
found from it by Talbot's contour (Abate and Whitt, INFORMS J Comput 2006). Clones are
independent, so their transforms multiply.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cartulary.twin.extinction import PATH_OF_CLONE, Extinction
from cartulary.twin.population_children import Floats

_NODES = 24


def ln_burden_cdf(
    extinction: Extinction,
    ln_burden: Floats | float,
    places: NDArray[np.integer] | Sequence[int],
) -> Floats:
    """The chance that all clones together hold fewer cells than a burden, on days of the grid.

    Once a clone grows, reaching the burden by a day and holding it on that day are one: then
    1 minus this is the distribution of the time to relapse. Before that it leaves out the cells
    of lineages that will end, and is of use only once those are below the burden.

    Arguments: the backward pass of n children; the burden, ln cells, for each child or for all;
    the places in the grid.
    Returns: `[n, len(places)]`.
    """
    n = len(extinction.paths)
    burden = np.broadcast_to(np.asarray(ln_burden, dtype=np.float64), (n,))
    return np.array(
        [
            [_below(extinction, child, float(burden[child]), int(place)) for place in places]
            for child in range(n)
        ]
    )


def _below(extinction: Extinction, child: int, ln_burden: float, place: int) -> float:
    """The chance for one child on one day, the burden scaled to 1."""
    weights, ln_means = _origins(extinction, child, place)
    if weights.sum() < 1e-12:
        return 1.0
    means = np.exp(np.minimum(ln_means - ln_burden, 700.0))
    k = np.arange(1, _NODES)
    theta = k * np.pi / _NODES
    cotangent = 1.0 / np.tan(theta)
    contour = np.concatenate([[2.0 * _NODES / 5.0 + 0j], 2.0 * k * np.pi / 5.0 * (cotangent + 1j)])
    bent = 1.0 + 1j * theta * (1.0 + cotangent**2) - 1j * cotangent
    gamma = np.concatenate([[0.5 * np.exp(contour[0])], bent * np.exp(contour[1:])])
    scaled = contour[:, None] * means[None]
    transform = np.exp(-(weights * scaled / (1.0 + scaled)).sum(axis=1)) / contour
    return float(np.clip(0.4 * (gamma * transform).real.sum(), 0.0, 1.0))


def _origins(extinction: Extinction, child: int, place: int) -> tuple[Floats, Floats]:
    """Expected lineages by origin, and ln of the mean size on the day of one that lasts."""
    weights, ln_means = [], []
    for clone, path in enumerate(PATH_OF_CLONE):
        net = extinction.net[child, path]
        survival = extinction.ln_survival[child, path]
        weights.append(np.exp(extinction.ln_start[child, clone] + survival[0]))
        ln_means.append(net[place] - net[0] - survival[0])
    net, survival = extinction.net[child, 0], extinction.ln_survival[child, 0]
    woken = np.exp(extinction.ln_waking[child, 0, : place + 1])
    middle = 0.5 * (net[:-1] + survival[:-1] + net[1:] + survival[1:])
    return (
        np.concatenate([weights, np.diff(woken)]),
        np.concatenate([ln_means, net[place] - middle[:place]]),
    )
