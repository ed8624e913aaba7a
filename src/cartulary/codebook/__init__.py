# SPDX-License-Identifier: Apache-2.0
"""What the words mean: endpoints, scales, benchmarks and rules, as files a clinician can edit.

    from cartulary.codebook import benchmarks, endpoints, outcome, scale_named

These names read definitions and judge one course at a time; they need the standard library only.
What judges a whole cohort in columns needs Polars and is imported from its own module:
`endpoint_cohort.outcomes`, `scale_columns.grade_column`, `series.series_columns`. Two functions
that bear the name of a module are imported from theirs: `endpoint_reader.endpoint` and
`catalogue.catalogue`.
"""

from __future__ import annotations

from cartulary.codebook.benchmark import (
    benchmarks,
    best_estimate,
    default_benchmarks,
    read_benchmark,
    read_benchmark_named,
)
from cartulary.codebook.drawn import course_from_drawing, drawing_of
from cartulary.codebook.endpoint import Definition, Endpoint, Outcome, reason_words
from cartulary.codebook.endpoint_course import outcome
from cartulary.codebook.endpoint_reader import definitions, endpoints, read_definition
from cartulary.codebook.published_cohort import Benchmark, PublishedEstimate
from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_parts import Graded
from cartulary.codebook.scale_reader import read_scale, scale_named, scales
from cartulary.codebook.source import SUPPORT, Source
from cartulary.codebook.words import Words

__all__ = [
    "SUPPORT",
    "Benchmark",
    "Definition",
    "Endpoint",
    "Graded",
    "Outcome",
    "PublishedEstimate",
    "Scale",
    "Source",
    "Words",
    "benchmarks",
    "best_estimate",
    "course_from_drawing",
    "default_benchmarks",
    "definitions",
    "drawing_of",
    "endpoints",
    "outcome",
    "read_benchmark",
    "read_benchmark_named",
    "read_definition",
    "read_scale",
    "reason_words",
    "scale_named",
    "scales",
]
