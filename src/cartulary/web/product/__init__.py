# SPDX-License-Identifier: Apache-2.0
"""The products: where each bag is, who may do what with it next, and how it came there."""
