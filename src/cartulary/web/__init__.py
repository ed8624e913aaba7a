# SPDX-License-Identifier: Apache-2.0
"""The pages and the API: the only part, with the commands, that people meet."""
