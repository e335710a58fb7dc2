"""Who acts at the command line: the person whose credentials are used, and nobody else by their name.

At a local workspace there are no real credentials: whoever is named is taken at their word there. A service
account is nobody's: it acts for a person only where the settings name them (SHEETFLOW_ACTS_FOR).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.adapters.checkup import Account
from sheetflow.errors import ConfigError

if TYPE_CHECKING:
    from sheetflow.runtime import Runtime

ROBOTS = ".gserviceaccount.com"
LOCAL = "local:"


def acting(runtime: Runtime, named: str) -> str:
    """The address that history gets, "" for a program.

    Args:
        runtime: with the credentials that are used.
        named: by `--as`, "" for nobody. A person's own credentials act as that person then.

    Raises:
        ConfigError: somebody else is named than who the credentials are of.
        AccessDenied, Unavailable: Google does not say whose they are.
    """
    config = runtime.config
    if config.access_token.startswith(LOCAL):
        return named
    address, _ = Account(runtime.credentials, config.api_root or None).granted()
    return judged(address, named, config.acts_for)


def judged(address: str, named: str, acts_for: str) -> str:
    """The same of an address that Google told.

    >>> judged("anna@firm.example", "", ""), judged("pay@p.iam.gserviceaccount.com", "", "")
    ('anna@firm.example', '')
    """
    address, wanted = address.strip().lower(), named.strip().lower()
    if not address:
        problem = (
            "Google does not say whose credentials these are, so nobody can act by them: sign in with the "
            "scope https://www.googleapis.com/auth/userinfo.email too"
        )
        raise ConfigError([problem])
    if not address.endswith(ROBOTS):
        if wanted and wanted != address:
            problem = (
                f"--as names {named}, and these are the credentials of {address}: nobody acts in another's "
                f"name. Leave --as out, or let {named} sign in and run it"
            )
            raise ConfigError([problem])
        return address
    if wanted and wanted not in {one.strip().lower() for one in acts_for.split(",")}:
        problem = (
            f"--as names {named}, and these are the credentials of the service account {address}, which acts "
            f"for nobody by itself. Let {named} run it with their own credentials, or name them in "
            "SHEETFLOW_ACTS_FOR where this machine is theirs alone"
        )
        raise ConfigError([problem])
    return named.strip()
