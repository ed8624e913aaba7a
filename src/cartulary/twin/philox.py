# SPDX-License-Identifier: Apache-2.0
"""The constants of Philox4x64-10 (Salmon and others, SC 2011), as its authors print them."""

from __future__ import annotations

from typing import Final

import numpy as np

MULTIPLIERS: Final = (np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157))
WEYL: Final = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
ROUNDS: Final = 10
#: Of 64 random bits a float holds 52.
UNUSED_BITS: Final = np.uint64(12)
