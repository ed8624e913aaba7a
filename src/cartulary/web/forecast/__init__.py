# SPDX-License-Identifier: Apache-2.0
"""The forecast of one child, for those to whom it was given person by person."""
