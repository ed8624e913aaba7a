# SPDX-License-Identifier: Apache-2.0
"""Pages of data queries: lists, one query with its steps, and asking one."""
