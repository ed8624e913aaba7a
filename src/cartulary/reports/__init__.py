# SPDX-License-Identifier: Apache-2.0
"""From estimates to tables, figures and documents, in Dutch and English."""
