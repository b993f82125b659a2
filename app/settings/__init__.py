"""One Settings object, from the environment (`DOORCHECK_*`), a `.env`, `doorcheck.toml`, or a running demo."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from app.domain.model import AccountId, Unknown
from app.providers.registry import AccountConfig
from app.settings.kiosk import KioskSettings
from app.settings.printing import PrintingSettings
from app.settings.warehouse import WarehouseSettings

DEMO_FILE = "demo.toml"
"""In the data folder of a demo: how to reach its simulated platform. Tells a demo's database from a venue's."""


class UnusableSetting(Exception):
    """A setting that can't be used; the message names it, in one line."""


def default_data_dir() -> Path:
    """Where a person's programs keep their data: `$XDG_DATA_HOME/doorcheck`, usually `~/.local/share/doorcheck`."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "doorcheck"


class Settings(BaseSettings):
    """What a venue can set. Instants and days are the venue's (`timezone`)."""

    model_config = SettingsConfigDict(
        env_prefix="DOORCHECK_",
        env_nested_delimiter="__",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    data_dir: Path = Field(default_factory=default_data_dir)
    database_url: str = ""
    address: str = ""
    """Where phones open the scanner page: `https://door.salaluz.example`. For the links and codes that sign them in."""
    timezone: str = "Europe/Madrid"
    poll_seconds: float = Field(default=300, ge=1, le=86_400)
    full_poll_seconds: float = Field(default=3600, ge=1)
    clock: Literal["auto", "system"] = "auto"
    """`system` takes this machine's clock as right; `auto` only when NTP keeps it, or a platform agrees with it."""
    lookup_budget_ms: int = Field(default=800, ge=0, le=30_000)
    unknown_offline: Unknown = Unknown.ASK
    supervisor_pin: SecretStr | None = Field(default=None, min_length=4, max_length=12)
    """Asked of whoever lets somebody in against the rules; without one nobody is asked."""
    events: Annotated[tuple[str, ...], NoDecode] = ("auto",)
    early_minutes: int | None = Field(default=None, ge=0)
    late_minutes: int | None = Field(default=None, ge=0)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
    kiosk: KioskSettings = KioskSettings()
    warehouse: WarehouseSettings = WarehouseSettings()
    printing: PrintingSettings = PrintingSettings()
    fourvenues: dict[str, Any] = Field(default_factory=dict, repr=False)
    oveit: dict[str, Any] = Field(default_factory=dict, repr=False)
    accounts: dict[str, dict[str, Any]] = Field(default_factory=dict, repr=False)

    @field_validator("events", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("accounts")
    @classmethod
    def _named(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for name in value:
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", name):
                raise ValueError("names of accounts are up to 40 letters, digits, - and _")
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"there is no time zone called {value!r}; for example Europe/Madrid") from error
        return value

    @field_validator("address")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^/?#\s]+/?", value):
            raise ValueError("must be https:// and a name, nothing behind it: https://door.salaluz.example")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = os.environ.get("DOORCHECK_CONFIG", "doorcheck.toml")
        toml = TomlConfigSettingsSource(settings_cls, toml_file=Path(file))
        return init_settings, env_settings, dotenv_settings, toml, _DemoSource(settings_cls, toml, env_settings)

    @property
    def url(self) -> str:
        """The database: the one named, else SQLite in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'doorcheck.db'}"

    def mixes_demo_and_real(self) -> bool:
        """Does the data folder hold a demo's guests while the accounts are a venue's own?"""
        file = self.data_dir / DEMO_FILE
        if self.database_url or not file.is_file():
            return False
        demo = TomlConfigSettingsSource(type(self), toml_file=file)()
        own = (self.fourvenues.get("api_key"), self.oveit.get("email"))
        played = (demo.get("fourvenues", {}).get("api_key"), demo.get("oveit", {}).get("email"))
        return bool(self.accounts) or own != played

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def lookup_budget(self) -> timedelta:
        return timedelta(milliseconds=self.lookup_budget_ms)

    @property
    def stale_after(self) -> timedelta:
        """What we know of a resource is stale when its last pull began longer ago."""
        return max(2 * timedelta(seconds=self.poll_seconds), timedelta(seconds=30))

    def account_configs(self) -> list[AccountConfig]:
        """Every account: a provider's own, under the provider's name, then the named ones."""
        own = {"fourvenues": self.fourvenues, "oveit": self.oveit}
        named = [(name, name, options) for name, options in own.items() if options]
        named += [(name, str(options.get("provider", "")), options) for name, options in self.accounts.items()]
        return [_config(name, provider, {"timezone": self.timezone} | options) for name, provider, options in named]


class _DemoSource(PydanticBaseSettingsSource):
    """The accounts of a demo, where the data folder holds one: what any other source says goes before."""

    def __init__(self, settings_cls: type[BaseSettings], *earlier: PydanticBaseSettingsSource) -> None:
        super().__init__(settings_cls)
        self._earlier = earlier

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        named = next((found["data_dir"] for one in self._earlier if "data_dir" in (found := one())), None)
        file = Path(named or self.current_state.get("data_dir") or default_data_dir()) / DEMO_FILE
        return dict(TomlConfigSettingsSource(self.settings_cls, toml_file=file)()) if file.is_file() else {}


def _config(account: str, provider: str, options: Mapping[str, Any]) -> AccountConfig:
    kept = {name: value for name, value in options.items() if name not in {"provider", "enabled"}}
    enabled = str(options.get("enabled", True)).lower() not in {"false", "0", "no", "off"}
    return AccountConfig(account=AccountId(account), provider=provider, enabled=enabled, options=kept)


def load_settings(**given: Any) -> Settings:
    """The settings of this process. Raises `UnusableSetting`: one line that names the setting, never its value."""
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = "DOORCHECK_" + "__".join(str(part) for part in first["loc"][:2]).upper()
        raise UnusableSetting(f"{name}: {_plain(first['msg'])}") from None
    except ValueError as error:
        raise UnusableSetting(f"doorcheck.toml: {error}") from None


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ").splitlines()[0]
