"""`doorcheck webhook`: so that a platform tells us of payments by itself."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from app.bootstrap import Hub
from app.cli.common import Trouble, a_hub, must_have_accounts, out, settings_or_stop, start_logs
from app.domain.model import AccountId
from app.domain.sale import Tender
from app.ports import ProviderError
from app.ports.selling import Seller

webhooks = typer.Typer(help="Messages of a platform about payments on guests' phones.", no_args_is_help=True)


@webhooks.command("register")
def register(
    address: Annotated[str, typer.Argument(help="Where the platform reaches this hub: https://door.salaluz.example.")],
    account: Annotated[str, typer.Option(help="Of which account; not needed where only one sells on phones.")] = "",
) -> None:
    """Ask the platform to tell this hub of payments, and print the secret that its messages are signed with.

    Without it payments are asked for every few seconds.

    Example: [bold]doorcheck webhook register https://door.salaluz.example[/bold]
    """
    settings = settings_or_stop()
    start_logs(settings, quiet=True)
    if not re.fullmatch(r"https?://[^/?#\s]+/?", address):
        raise Trouble(f"{address!r} is no address of a hub: say https:// and a name, nothing behind it")
    with a_hub(settings, hub=False) as hub:
        must_have_accounts(hub)
        name, seller = _selling(hub, account)
        try:
            secret = seller.register_webhook(f"{address.rstrip('/')}/webhooks/{name}")
        except ProviderError as error:
            raise Trouble(f"the platform does not take it: {error.words or error.kind}") from None
    out.print("Put this into doorcheck.toml, under the account, and start the hub again:", markup=False)
    out.print(f'webhook_secret = "{secret}"', markup=False, soft_wrap=True)


def _selling(hub: Hub, account: str) -> tuple[AccountId, Seller]:
    able = {name: one for name, one in hub.selling.sellers.items() if Tender.PHONE in one.tenders}
    if account:
        able = {name: one for name, one in able.items() if name == account}
    if len(able) != 1:
        told = f"--account: {account} has no channels_api_key" if account else "name the account with --account"
        raise Trouble(told if able or account else "no account sells on phones: set its channels_api_key")
    return next(iter(able.items()))
