"""Which platforms there are, and what became of each configured account: one that can't be used stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from app.domain.model import AccountId
from app.ports import Clock, Provider
from app.ports.office import Archive
from app.ports.selling import Seller
from app.providers.file.account import FileAccount
from app.providers.file.provider import FileProvider
from app.providers.fourvenues.account import FourvenuesAccount
from app.providers.fourvenues.archive import FourvenuesArchive
from app.providers.fourvenues.provider import FourvenuesProvider
from app.providers.fourvenues.selling.seller import FourvenuesSeller
from app.providers.oveit.account import OveitAccount
from app.providers.oveit.provider import OveitProvider


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountConfig:
    """An account as it is set up: the platform's name and its own settings, which only its adapter understands."""

    account: AccountId
    provider: str
    enabled: bool = True
    options: Mapping[str, object] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """What an account can do: the door's side always, the others where its platform has them."""

    provider: Provider
    seller: Seller | None = None
    archive: Archive | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltAccount:
    """An account that is ready, disabled, or unusable for the reason in `problem`, which names the setting."""

    account: AccountId
    name: str
    provider: Provider | None = None
    seller: Seller | None = None
    archive: Archive | None = None
    problem: str = ""

    @property
    def status(self) -> str:
        """`ready`, `disabled` or `config error`."""
        if self.problem:
            return "config error"
        return "disabled" if self.provider is None else "ready"


Factory = Callable[[AccountConfig, Clock], Adapters]


def _fourvenues(config: AccountConfig, clock: Clock) -> Adapters:
    """All sides share one pace: the platform counts requests by key."""
    settings = FourvenuesAccount.from_options(config.account, config.options)
    provider = FourvenuesProvider(settings, clock)
    return Adapters(
        provider=provider,
        seller=FourvenuesSeller(settings, clock, provider.transport),
        archive=FourvenuesArchive(settings, provider.transport, clock),
    )


def _oveit(config: AccountConfig, clock: Clock) -> Adapters:
    return Adapters(provider=OveitProvider(OveitAccount.from_options(config.account, config.options), clock))


def _file(config: AccountConfig, clock: Clock) -> Adapters:
    return Adapters(provider=FileProvider(FileAccount.from_options(config.account, config.options), clock))


PROVIDERS: dict[str, Factory] = {"fourvenues": _fourvenues, "oveit": _oveit, "file": _file}


def build(accounts: Iterable[AccountConfig], clock: Clock) -> list[BuiltAccount]:
    """Every account in order, each with its provider or with what is wrong. Speaks to no platform."""
    return [_built(config, clock) for config in accounts]


def _built(config: AccountConfig, clock: Clock) -> BuiltAccount:
    if not config.enabled:
        return BuiltAccount(account=config.account, name=config.provider)
    factory = PROVIDERS.get(config.provider)
    if factory is None:
        problem = f"provider: {config.provider!r} is none of {', '.join(sorted(PROVIDERS))}"
        return BuiltAccount(account=config.account, name=config.provider, problem=problem)
    try:
        made = factory(config, clock)
        return BuiltAccount(
            account=config.account, name=config.provider, provider=made.provider, seller=made.seller,
            archive=made.archive,
        )  # fmt: skip
    except ValueError as error:
        return BuiltAccount(account=config.account, name=config.provider, problem=str(error))
