# SPDX-License-Identifier: Apache-2.0
"""The ledger for programs: the same record, permissions and refusals as the pages, as JSON."""
