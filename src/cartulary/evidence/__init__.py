# SPDX-License-Identifier: Apache-2.0
"""From cohorts to estimates: pure functions on arrays, each returning a frozen Estimate."""
