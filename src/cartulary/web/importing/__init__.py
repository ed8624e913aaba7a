# SPDX-License-Identifier: Apache-2.0
"""Pages of imports: choosing files, the dry run, writing it, and taking an import back."""
