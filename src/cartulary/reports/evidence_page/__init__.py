# SPDX-License-Identifier: Apache-2.0
"""One endpoint, relapse and toxicity of chosen children, in the words of the programme's report."""
