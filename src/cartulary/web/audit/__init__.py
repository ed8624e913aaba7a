# SPDX-License-Identifier: Apache-2.0
"""Pages of the audit: who wrote, who read, and whether the ledger is intact."""
