# SPDX-License-Identifier: Apache-2.0
"""Pages of source-data verification: samples, a child's fields beside their source, the result."""
