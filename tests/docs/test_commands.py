# SPDX-License-Identifier: Apache-2.0
"""Every command explains itself, its arguments by name and its options in words."""

from __future__ import annotations

import click
import pytest

from cartulary.cli.main import COMMANDS, cartulary


def command_called(name: str) -> click.Command:
    """The command of this name."""
    found = cartulary.get_command(click.Context(cartulary), name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_it_does(name: str) -> None:
    command = command_called(name)
    assert command.name == name
    assert command.help
    assert command.get_short_help_str().endswith((".", "...")), "a sentence, or its beginning"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_is_for(name: str) -> None:
    silent = [
        option.opts[0]
        for option in command_called(name).params
        if isinstance(option, click.Option) and not option.help
    ]
    assert not silent


def test_the_help_lists_every_command() -> None:
    text = cartulary.get_help(click.Context(cartulary, info_name="cartulary"))
    assert all(name in text for name in COMMANDS)
