# SPDX-License-Identifier: Apache-2.0
"""A programme's tables, in and out: a folder of CSV files or one workbook."""

from __future__ import annotations

from cartulary.course.tables.dataset_folder import is_dataset
from cartulary.course.tables.problems_table import problems_csv, write_problems
from cartulary.course.tables.reader import (
    LeftOut,
    Programme,
    Readable,
    read_courses,
    read_programme,
)
from cartulary.course.tables.template import write_template
from cartulary.course.tables.writer import write_programme

__all__ = [
    "LeftOut",
    "Programme",
    "Readable",
    "is_dataset",
    "problems_csv",
    "read_courses",
    "read_programme",
    "write_problems",
    "write_programme",
    "write_template",
]
