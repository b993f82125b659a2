"""A platform that answers what a test tells it, without a network and without waiting."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from app.domain.model import AccountId
from app.providers.fourvenues.account import FourvenuesAccount
from app.providers.fourvenues.provider import FourvenuesProvider
from app.providers.pace import Pacer
from app.providers.transport import Ask, Limits, Secret, Transport

KEY = "ik_live_7Qh2mVt9Xw4Lr8Zc"
NOW = datetime(2026, 5, 2, 21, 30, tzinfo=UTC)

Answering = Callable[[httpx.Request], httpx.Response]


def transport_to(answering: Answering, limits: Limits | None = None, pacer: Pacer | None = None) -> Transport:
    """A transport whose requests are answered by a function."""
    return Transport(
        "https://platform.example/integrations",
        {"X-Api-Key": Secret(KEY)},
        pacer or Pacer(None),
        lambda: NOW,
        limits=limits,
        http=httpx.MockTransport(answering),
    )


def provider_to(answering: Answering, **settings: object) -> FourvenuesProvider:
    """A Fourvenues provider whose requests are answered by a function."""
    account = FourvenuesAccount(
        account=AccountId("fourvenues"), api_key=KEY, base_url="https://platform.example/integrations", **settings
    )
    return FourvenuesProvider(account, lambda: NOW, pacer=Pacer(None), http=httpx.MockTransport(answering))


def read(**fields: object) -> Ask:
    return Ask(**{"path": "/tickets/", "label": "/tickets/", "params": {}, **fields})


def write(**fields: object) -> Ask:
    return read(
        **{"method": "PUT", "path": "/tickets/t1/checkin", "label": "/tickets/…/checkin", "body": b"{}", **fields}
    )
