# SPDX-License-Identifier: Apache-2.0
"""The line that makes the cells: places, failures, closures, and how long a child's cells queue."""
