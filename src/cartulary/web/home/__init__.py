# SPDX-License-Identifier: Apache-2.0
"""The first page: what is late, what waits, what was touched, and whose it is."""
