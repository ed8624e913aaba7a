# SPDX-License-Identifier: Apache-2.0
"""The unit in which each analyte is kept, and the exact factors from the other units in use."""

from __future__ import annotations

from cartulary.course.events.observation import Analyte

UNIT_OF_ANALYTE: dict[Analyte, str] = {
    Analyte.CAR_T_COPIES: "copies/µg",
    Analyte.CAR_T_CELLS: "cells/µL",
    Analyte.B_CELLS: "cells/µL",
    Analyte.B_CELLS_OF_LYMPHOCYTES: "%",
    Analyte.NEUTROPHILS: "cells/µL",
    Analyte.LYMPHOCYTES: "cells/µL",
    Analyte.PLATELETS: "10⁹/L",
    Analyte.HAEMOGLOBIN: "g/dL",
    Analyte.FERRITIN: "ng/mL",
    Analyte.CRP: "mg/L",
    Analyte.IL_6: "pg/mL",
    Analyte.IGG: "g/L",
    Analyte.FIBRINOGEN: "g/L",
    Analyte.TRIGLYCERIDES: "mmol/L",
    Analyte.LDH: "U/L",
    Analyte.ALT: "U/L",
    Analyte.AST: "U/L",
    Analyte.BILIRUBIN: "µmol/L",
    Analyte.CREATININE: "µmol/L",
}

# Spellings of one unit, folded to the one we write.
SPELLINGS: dict[str, str] = {
    "cells/ul": "cells/µL",
    "/ul": "cells/µL",
    "/µl": "cells/µL",
    "cells/µl": "cells/µL",
    "cellen/µl": "cells/µL",
    "cellen/ul": "cells/µL",
    "/mm3": "cells/µL",
    "e9/l": "10⁹/L",
    "10e9/l": "10⁹/L",
    "10^9/l": "10⁹/L",
    "x10^9/l": "10⁹/L",
    "10⁹/l": "10⁹/L",
    "g/l": "g/L",
    "g/dl": "g/dL",
    "mg/dl": "mg/dL",
    "mg/l": "mg/L",
    "µg/l": "ng/mL",
    "ug/l": "ng/mL",
    "ng/ml": "ng/mL",
    "pg/ml": "pg/mL",
    "ng/l": "pg/mL",
    "copies/ug": "copies/µg",
    "copies/µg": "copies/µg",
    "kopieën/µg": "copies/µg",
    "%": "%",
    "u/l": "U/L",
    "iu/l": "U/L",
    "mmol/l": "mmol/L",
    "µmol/l": "µmol/L",
    "umol/l": "µmol/L",
}

# Only conversions of powers of ten: a molar mass would need its own source.
FACTORS: dict[tuple[str, str], float] = {
    ("10⁹/L", "cells/µL"): 1000.0,
    ("cells/µL", "10⁹/L"): 0.001,
    ("mg/dL", "mg/L"): 10.0,
    ("mg/dL", "g/L"): 0.01,
    ("g/dL", "g/L"): 10.0,
    ("g/L", "g/dL"): 0.1,
    ("mg/L", "g/L"): 0.001,
}


def folded(unit: str) -> str:
    """A unit in our spelling, or as it came when we do not know it.

    >>> folded("10^9/L"), folded("furlong")
    ('10⁹/L', 'furlong')
    """
    text = unit.strip().replace("μ", "µ")
    return SPELLINGS.get(text.lower().replace(" ", ""), text)


def in_canonical_unit(analyte: Analyte, value: float, unit: str) -> float | None:
    """A value in the unit its analyte is kept in; None when there is no exact way there.

    >>> in_canonical_unit(Analyte.NEUTROPHILS, 0.5, "10^9/L")
    500.0
    """
    wanted = UNIT_OF_ANALYTE[analyte]
    given = folded(unit)
    if given == wanted:
        return value
    factor = FACTORS.get((given, wanted))
    return None if factor is None else value * factor
