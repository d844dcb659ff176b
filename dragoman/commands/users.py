"""`dragoman users`: who may use the server, also where nobody can sign in any more."""

import argparse
import asyncio
import getpass
import sys
from typing import Any

from domain.accounts import Account, Role, name_key
from domain.errors import UsageError
from dragoman import console
from dragoman.commands.options import add_json, behind, no_settings
from dragoman.settings import Settings
from dragoman.store import private_folder
from storage.accounts import sql_access_stores
from storage.database import Database
from web.auth.desk import AccountDesk
from web.auth.rules import AuthRules

overrides = no_settings

ROLES = [role.name.lower() for role in Role]


def add(commands: Any) -> argparse.ArgumentParser:
    """Adds the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "users", help="accounts of the server", description=__doc__
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add_json(actions.add_parser("list", help="who has an account"))
    invite = actions.add_parser("invite", help="print a one-time link that makes an account")
    invite.add_argument("--role", choices=ROLES, default="viewer", help="default: viewer")
    role = actions.add_parser("role", help="change what somebody may do")
    role.add_argument("name", metavar="NAME")
    role.add_argument("role", choices=ROLES)
    for action, text in (
        ("disable", "let somebody in no more; ends what they have open"),
        ("enable", "let somebody in again"),
        ("password", "set somebody's password; signs them out everywhere"),
    ):
        actions.add_parser(action, help=text).add_argument("name", metavar="NAME")
    for each in actions.choices.values():
        behind(each)
    return parser


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Does what was asked."""
    asyncio.run(_run(args, settings))
    return 0


async def _run(args: argparse.Namespace, settings: Settings) -> None:
    private_folder(settings.data_dir)
    async with Database(settings.database) as database:
        desk = AccountDesk(sql_access_stores(database), AuthRules())
        await act(args, desk, _address(settings))


async def act(args: argparse.Namespace, desk: AccountDesk, address: str) -> None:
    """One action. Raises UsageError."""
    if args.action == "list":
        _list(list(await desk.stores.accounts.accounts()), as_json=args.json)
        return
    if args.action == "invite":
        code = await desk.invite(Role[args.role.upper()], "")
        console.say("Works once, for a week:")
        console.say(f"{address}/welcome/{code}")
        return
    account = await _named(desk, args.name)
    if args.action == "password":
        await desk.set_password(account, _typed())
        console.say(f"{account.name}'s password is changed.")
        return
    role = Role[args.role.upper()] if args.action == "role" else None
    disabled = {"disable": True, "enable": False}.get(args.action)
    await desk.change(account.id, role=role, disabled=disabled)
    _list([await desk.account(account.id)])


async def _named(desk: AccountDesk, name: str) -> Account:
    for account in await desk.stores.accounts.accounts():
        if name_key(account.name) == name_key(name):
            return account
    raise UsageError(f"There is no account {name!r}.", "See: dragoman users list")


def _typed() -> tuple[str, str]:
    """A new password, twice; from a pipe one line."""
    if sys.stdin.isatty():
        return getpass.getpass("New password: "), getpass.getpass("Again: ")
    line = sys.stdin.readline().rstrip("\n")
    return line, line


def _list(accounts: list[Account], *, as_json: bool = False) -> None:
    console.listing(
        accounts,
        (
            ("name", lambda each: each.name),
            ("role", _role),
            ("", lambda each: "disabled" if each.disabled else ""),
            ("since", lambda each: f"{each.created_at.astimezone():%Y-%m-%d}"),
        ),
        plain_of=_plain,
        as_json=as_json,
        nothing="Nobody yet: dragoman serve prints the link that makes the first owner.",
    )


def _role(account: Account) -> str:
    return account.role.name.lower()


def _plain(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "role": _role(account),
        "disabled": account.disabled,
        "created_at": account.created_at,
    }


def _address(settings: Settings) -> str:
    server = settings.server
    return server.public_url.rstrip("/") or f"http://{server.host}:{server.port}"
