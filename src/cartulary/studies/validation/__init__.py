# SPDX-License-Identifier: Apache-2.0
"""The twin held against every published figure: those it was fitted to, and those it never saw."""
