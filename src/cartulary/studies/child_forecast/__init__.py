# SPDX-License-Identifier: Apache-2.0
"""A child's forecast: a large library of virtual children, weighted by what is recorded of one."""
