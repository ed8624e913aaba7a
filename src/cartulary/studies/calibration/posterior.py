# SPDX-License-Identifier: Apache-2.0
"""What the calibration believes after the published figures: draws of the free parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cartulary.codebook.files import file_stamp
from cartulary.codebook.parameter_reader import parameters
from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.errors import CodebookError
from cartulary.studies.calibration.fingerprints import parameters_fingerprint
from cartulary.studies.calibration.posterior_reader import About, read_posterior
from cartulary.studies.calibration.prior import free_parameters, parameter_set
from cartulary.studies.calibration.prior_reader import prior_file, shipped_folder

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Posterior:
    """Draws of the free parameters, one a row on each one's scale, and where they come from."""

    names: tuple[str, ...]
    draws: Floats
    about: About
    base: ParameterSet

    def parameter_sets(self, count: int) -> list[ParameterSet]:
        """So many of the draws as parameter sets, evenly thinned: the same ones every time.

        Refuses: fewer than 1, and more than there are draws.
        """
        return [parameter_set(self.base, self.draws[row]) for row in self.rows(count)]

    def rows(self, count: int) -> list[int]:
        """Which draws `parameter_sets` takes."""
        held = len(self.draws)
        if not 1 <= count <= held:
            raise CodebookError(
                f"{count} draws of the posterior are asked for. It holds {held}, and a draw taken "
                f"twice says nothing new. Ask for 1 to {held}."
            )
        return [int((row + 0.5) * held / count) for row in range(count)]

    def central(self) -> ParameterSet:
        """The parameters at the median of every free parameter by itself."""
        return parameter_set(self.base, np.median(self.draws, axis=0))


def posterior() -> Posterior:
    """The posterior that the package ships.

    Returns: its draws, with the parameters they move.
    Refuses: draws that were made for another prior or for other parameters than stand in the
    files now; `cartulary calibrate` makes them anew.

    >>> found = posterior()
    >>> found.names[1], found.draws.shape[1] == len(found.names)
    ('destiny', True)
    >>> len(found.parameter_sets(3))
    3
    """
    return _posterior(file_stamp("parameters"))


@lru_cache(maxsize=2)
def _posterior(_stamp: tuple[tuple[str, int], ...]) -> Posterior:
    """The posterior beside the parameters in one state; the stamp only tells states apart."""
    about, names, draws = read_posterior(shipped_folder())
    base = parameters()
    refuse_others(about, names, base)
    return Posterior(names, draws, about, base)


def refuse_others(about: About, names: Sequence[str], base: ParameterSet) -> None:
    """Refuses a posterior whose parameters or prior are not those of now."""
    again = "Run `cartulary calibrate --install`, or bring the file back that it was made for."
    if about.parameters_fingerprint != parameters_fingerprint(base):
        raise CodebookError(
            f"The posterior {about.posterior_id!r} was made for parameters with the fingerprint "
            f"{about.parameters_fingerprint[:12]}; those in parameters/ have "
            f"{parameters_fingerprint(base)[:12]}. A draw would be put around other values than "
            f"it was fitted with. {again}"
        )
    if about.prior_fingerprint != prior_file().fingerprint or tuple(names) != tuple(
        one.name for one in free_parameters(base)
    ):
        raise CodebookError(
            f"The posterior {about.posterior_id!r} was made with another prior than prior.toml "
            f"holds now. Its draws may stand for other parameters. {again}"
        )
