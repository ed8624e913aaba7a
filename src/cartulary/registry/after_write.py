# SPDX-License-Identifier: Apache-2.0
"""What happens after a child's entries were written, without the ledger knowing what it is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from django.db import transaction

from cartulary.registry.models import Child

# A batch of more children refreshes its worklists itself, with progress.
MOST_CHILDREN = 5

_followers: list[Callable[[Child], object]] = []
_log = logging.getLogger(__name__)


def follow(follower: Callable[[Child], object]) -> None:
    """Call this with each child of a small write, in the same transaction."""
    if follower not in _followers:
        _followers.append(follower)


def unfollow(follower: Callable[[Child], object]) -> None:
    """Stop calling it."""
    if follower in _followers:
        _followers.remove(follower)


def tell(children: Iterable[Child]) -> None:
    """Call every follower. One that fails is logged and undone; what was written stands.

    The log names the child by its key and never what the error says: that may be a value.
    """
    for child in children:
        for follower in _followers:
            try:
                with transaction.atomic():
                    follower(child)
            except Exception as error:  # noqa: BLE001 - a worklist never stops a record
                _log.error(
                    "%s failed for child %s: %s",
                    getattr(follower, "__qualname__", follower),
                    child.key,
                    type(error).__name__,
                )
