# SPDX-License-Identifier: Apache-2.0
"""Long work beside the server, in a process of its own: begun, followed, stopped, or lost."""
