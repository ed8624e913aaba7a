# SPDX-License-Identifier: Apache-2.0
"""Parameters to virtual cohorts: a model of a child's cells, and the course around them."""
