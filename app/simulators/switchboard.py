"""Switches in general: a typed field with a default, the values it takes and one line that says what it does."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

Parser = Callable[[object], Any]

_WORDS = {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}


class SwitchError(ValueError):
    """A switch was given a name or a value that it does not have."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How the value of a switch is read and how its allowed values are described."""

    allowed: str
    read: Parser
    about: str


def _field(default: object, allowed: str, read: Parser, about: str) -> Any:
    return dataclasses.field(default=default, metadata={"kind": Kind(allowed=allowed, read=read, about=about)})


def choice(default: str, allowed: Iterable[str], about: str) -> Any:
    """A switch with a few named positions."""
    names = tuple(allowed)

    def read(value: object) -> str:
        word = str(value).strip().lower()
        if word not in names:
            raise ValueError(word)
        return word

    return _field(default, " | ".join(names), read, about)


def on_off(default: bool, about: str) -> Any:
    """A switch that is on or off."""

    def read(value: object) -> bool:
        return _WORDS[str(value).strip().lower()]

    return _field(default, "on | off", read, about)


def count(default: int, about: str, *, lowest: int = 0) -> Any:
    """A switch that holds a whole number."""

    def read(value: object) -> int:
        number = int(str(value).strip())
        if number < lowest:
            raise ValueError(number)
        return number

    return _field(default, f"whole number from {lowest}" if lowest > -(10**9) else "whole number", read, about)


def number(default: float, about: str) -> Any:
    """A switch that holds any number, of either sign."""
    return _field(default, "number", lambda value: float(str(value).strip()), about)


def share(default: float, about: str) -> Any:
    """A switch that holds a probability; on and off stand for 1 and 0."""

    def read(value: object) -> float:
        word = str(value).strip().lower()
        part = float(_WORDS[word]) if word in _WORDS else float(word)
        if not 0.0 <= part <= 1.0:
            raise ValueError(part)
        return part

    return _field(default, "probability from 0 to 1, on, off", read, about)


def words(default: frozenset[str], allowed: Iterable[str], about: str) -> Any:
    """A switch that holds a set of words: comma-separated text or a list; `all` and `none` are understood."""
    names = frozenset(allowed)

    def read(value: object) -> frozenset[str]:
        parts = value.split(",") if isinstance(value, str) else list(value)  # type: ignore[call-overload]
        chosen = frozenset(str(part).strip().lower() for part in parts) - {"", "none"}
        if chosen == {"all"}:
            return names
        if chosen - names:
            raise ValueError(chosen - names)
        return chosen

    return _field(default, "comma-separated: " + ", ".join(sorted(names)) + "; all; none", read, about)


class Switchboard:
    """Base of a dataclass of switches: set by name, from text or JSON, while the simulator runs."""

    __slots__ = ()

    @classmethod
    def kinds(cls) -> dict[str, Kind]:
        """Every switch of this board by name, its own before those that it shares with others."""
        kinds = {field.name: field.metadata["kind"] for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
        return {name: kinds[name] for name in (*cls.__annotations__, *kinds)}

    @classmethod
    def parse(cls, settings: Iterable[str]) -> Self:
        """A board from `name=value` texts; raises SwitchError."""
        board = cls()
        for setting in settings:
            name, equals, value = setting.partition("=")
            if not equals:
                raise SwitchError(f"a switch is written name=value, not {setting!r}")
            board.set(name, value)
        return board

    def set(self, name: str, value: object) -> None:
        """Turn one switch; raises SwitchError with what it would accept."""
        setattr(self, *self._read(name, value))

    def update(self, settings: Mapping[str, object]) -> None:
        """Turn several switches, all or none; raises SwitchError."""
        for name, value in [self._read(name, value) for name, value in settings.items()]:
            setattr(self, name, value)

    def _read(self, name: str, value: object) -> tuple[str, Any]:
        name = name.strip().lower().replace("-", "_")
        kind = self.kinds().get(name)
        if kind is None:
            raise SwitchError(f"there is no switch {name!r}; there are: {', '.join(sorted(self.kinds()))}")
        try:
            return name, kind.read(value)
        except (ValueError, KeyError, TypeError):
            raise SwitchError(f"switch {name} does not take {value!r}; it takes: {kind.allowed}") from None

    def reset(self) -> None:
        """Put every switch back to its default."""
        fresh = type(self)()
        for name in self.kinds():
            setattr(self, name, getattr(fresh, name))

    def as_dict(self) -> dict[str, Any]:
        """The position of every switch, ready for JSON."""
        values = {name: getattr(self, name) for name in self.kinds()}
        return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in values.items()}

    def describe(self) -> list[dict[str, Any]]:
        """Name, value, default, allowed values and meaning of every switch, ready for JSON."""
        default = type(self)().as_dict()
        values = self.as_dict()
        return [
            {
                "name": name,
                "value": values[name],
                "default": default[name],
                "allowed": kind.allowed,
                "about": kind.about,
            }
            for name, kind in self.kinds().items()
        ]
