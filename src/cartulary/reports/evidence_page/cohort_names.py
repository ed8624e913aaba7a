# SPDX-License-Identifier: Apache-2.0
"""What a published cohort is called: in full with its data cut, and short in a figure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cartulary.codebook.published_cohort import Benchmark

_STUDIES = {"eliana": "ELIANA", "cibmtr": "CIBMTR"}


def name_of(cohort: Benchmark, lang: str) -> str:
    """A cohort in full: study and data cut.

    >>> from cartulary.codebook.benchmark import benchmarks
    >>> name_of(benchmarks()["eliana_2018_04"], "nl")
    'ELIANA, april 2018'
    """
    return re.sub(r"\s*\([^)]*\)$", "", cohort.name.text(lang))


def short_names(cohorts: Sequence[Benchmark], lang: str) -> dict[str, str]:
    """What each cohort is called in a figure; two cuts of one study keep theirs.

    >>> from cartulary.codebook.benchmark import benchmarks
    >>> found = [benchmarks()[name] for name in ("eliana_nejm_2018", "eliana_2018_04")]
    >>> list(short_names(found, "en").values())
    ['ELIANA NEJM 2018', 'ELIANA April 2018']
    """
    each = list({one.id: one for one in cohorts}.values())
    plain = {
        one.id: _STUDIES.get(one.study, re.split("[,:]", name_of(one, lang))[0]) for one in each
    }
    said = list(plain.values())
    return {
        one.id: plain[one.id]
        if said.count(plain[one.id]) == 1
        else name_of(one, lang).replace(",", "")
        for one in each
    }
