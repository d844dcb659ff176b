"""The guard and the accounts of an installation, put together from its settings."""

from dataclasses import dataclass

from domain.account_ports import AccessStores
from dragoman.groups.access import AccessGroup
from dragoman.serve.fetch import AddressPolicy
from dragoman.serve.keys import Vault, key_file, load_key
from dragoman.settings import Settings
from web.auth.desk import AccountDesk
from web.auth.guard import Guard


@dataclass(frozen=True, slots=True)
class Access:
    """What the other parts of the server take."""

    guard: Guard
    desk: AccountDesk
    vault: Vault
    policy: AddressPolicy
    key: bytes


def open_access(settings: Settings, group: AccessGroup, stores: AccessStores) -> Access:
    """Reads the key, or makes it. Raises UsageError."""
    key = load_key(key_file(settings))
    rules = group.rules(settings.server.public_url)
    guard = Guard(stores, key, rules)
    policy = AddressPolicy(group.fetch_hosts, only_listed=group.fetch_listed_only)
    return Access(guard, AccountDesk(stores, rules), Vault(key), policy, key)
