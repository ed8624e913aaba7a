# SPDX-License-Identifier: Apache-2.0
"""Policy files as arms, each with a name of its own though two files may call themselves alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cartulary.codebook.words import Words
from cartulary.studies.policies_compared.arm import Arm
from cartulary.twin.policy import Policy
from cartulary.twin.population import Population


def arms_of(policies: Sequence[tuple[Path, Policy]], population: Population) -> tuple[Arm, ...]:
    """One arm a file, in their order.

    Ids are the files' names, numbered where they repeat. Where two policies bear the same name,
    as a changed copy does, the file's name stands behind it.
    """
    names = [policy.name for _, policy in policies]
    arms: list[Arm] = []
    taken: set[str] = set()
    for file, policy in policies:
        arm_id, turn = file.stem, 2
        while arm_id in taken:
            arm_id, turn = f"{file.stem}_{turn}", turn + 1
        taken.add(arm_id)
        words = policy.name
        if names.count(words) > 1:
            words = Words(f"{words.en} ({arm_id})", f"{words.nl} ({arm_id})")
        arms.append(Arm(arm_id, words, policy, population))
    return tuple(arms)
