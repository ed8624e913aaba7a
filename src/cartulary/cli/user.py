# SPDX-License-Identifier: Apache-2.0
"""`cartulary user`: accounts and roles from the server's own command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cartulary.cli.ledger_setup import home_option, start_django

if TYPE_CHECKING:
    from cartulary.registry.models import Account, Centre

# Who did it, as the security log says.
BY = "the command line"

ROLES = ("data_manager", "clinician", "laboratory", "director", "auditor", "administrator")


@click.group(name="user")
def command() -> None:
    """Make accounts, give them roles at a centre, disable them, reset a second factor."""


@command.command()
@click.argument("name")
@home_option
@click.option(
    "--role",
    "roles",
    type=click.Choice(ROLES),
    multiple=True,
    required=True,
    help="What the person may do there; may be given more than once.",
)
@click.option("--centre", required=True, help="Code of the centre, such as utrecht.")
@click.option("--centre-name", default="", help="Its name, when the centre is new.")
@click.option("--full-name", default="", help="The person's own name.")
@click.option(
    "--language",
    type=click.Choice(["nl", "en"]),
    default="nl",
    show_default=True,
    help="Language in which the person sees the app.",
)
def add(
    name: str,
    home: Path,
    roles: tuple[str, ...],
    centre: str,
    centre_name: str,
    full_name: str,
    language: str,
) -> None:
    """Make the account NAME with a password for one time, which is printed.

    Signing in with it leads to setting up a second factor before anything else.
    """
    from cartulary.course.errors import CartularyError

    start_django(home, new=True)
    from cartulary.registry.accounts import make_account
    from cartulary.registry.models import Centre

    place = Centre.objects.filter(code=centre).first()
    if place is None:
        if not centre_name:
            raise CartularyError(
                f"There is no centre {centre!r}. A new one needs a name. Add --centre-name."
            )
        place = Centre.objects.create(code=centre, name=centre_name, language=language)
    first, _, last = full_name.partition(" ")
    account, password = make_account(
        name, first_name=first, last_name=last, language=language, by=BY
    )
    for role in roles:
        _give(account, place, role)
    click.echo(f"Account {name} at {place.name}: {', '.join(roles)}.")
    click.echo(f"Password for the first sign-in, where it is replaced: {password}")


@command.command()
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@home_option
@click.option("--centre", required=True, help="Code of the centre.")
@click.option("--end", is_flag=True, help="End the role from today, instead of giving it.")
def role(name: str, role: str, home: Path, centre: str, end: bool) -> None:
    """Give the account NAME a ROLE at a centre, or end it."""
    account = _account(name, home)
    from cartulary.course.errors import CartularyError
    from cartulary.registry.models import Centre

    place = Centre.objects.filter(code=centre).first()
    if place is None:
        raise CartularyError(f"There is no centre {centre!r}. Check the code: cartulary user list.")
    if end:
        from cartulary.registry.accounts import end_role, memberships_on
        from cartulary.registry.clock import today

        held = memberships_on(account, today()).filter(centre=place, role=role)
        for membership in held:
            end_role(membership, on=today(), by=BY)
        click.echo(f"{name} is no longer {role} at {place.name}." if held else "No such role.")
        return
    _give(account, place, role)
    click.echo(f"{name} is now {role} at {place.name}.")


@command.command()
@click.argument("name")
@home_option
def disable(name: str, home: Path) -> None:
    """Shut the account NAME and end its sessions; what it wrote stays."""
    account = _account(name, home)
    from cartulary.registry.accounts import shut

    shut(account, by=BY)
    click.echo(f"{name} can no longer sign in.")


@command.command(name="reset-mfa")
@click.argument("name")
@home_option
def reset_mfa(name: str, home: Path) -> None:
    """Take the second factor of NAME away; the next sign-in sets up a new one."""
    account = _account(name, home)
    from cartulary.registry.accounts import reset_second_factor

    reset_second_factor(account, by=BY)
    click.echo(f"{name} sets up a second factor at the next sign-in.")


@command.command(name="reset-password")
@click.argument("name")
@home_option
def reset_password(name: str, home: Path) -> None:
    """Give NAME a new password for one time, and end the account's sessions."""
    account = _account(name, home)
    from cartulary.registry.accounts import new_password

    click.echo(f"Password for one sign-in, where it is replaced: {new_password(account, by=BY)}")


@command.command(name="list")
@home_option
def list_accounts(home: Path) -> None:
    """Print every account with its roles."""
    start_django(home)
    from cartulary.registry.models import Account

    for account in Account.objects.order_by("username").prefetch_related("memberships__centre"):
        held = ", ".join(
            f"{row.role} at {row.centre.code}" for row in account.memberships.all() if not row.until
        )
        shut = "" if account.is_active else " (disabled)"
        click.echo(f"{account.username}{shut}: {held or 'no role'}")


def _account(name: str, home: Path) -> Account:
    start_django(home)
    from cartulary.course.errors import CartularyError
    from cartulary.registry.models import Account

    found = Account.objects.filter(username=name).first()
    if found is None:
        raise CartularyError(f"There is no account {name!r}. See them: cartulary user list.")
    return found


def _give(account: Account, place: Centre, role: str) -> None:
    from cartulary.registry.accounts import give_role
    from cartulary.registry.clock import today
    from cartulary.registry.roles import Role

    give_role(account, place, Role(role), since=today(), by=BY)
