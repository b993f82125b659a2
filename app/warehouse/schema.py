"""What a target holds: its tables and columns, in our own words. The databases' own types are the targets' affair."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    WHOLE = "whole number"
    FLAG = "yes or no"
    INSTANT = "instant"
    DAY = "day"
    NIGHT = "night"
    MINOR = "minor units"
    CURRENCY = "currency"
    MODEL = "model of a pass"
    SCOPE = "event asked for"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: the first of `fields` that a row has goes into it. What is `needed` and missing is damage."""

    name: str
    kind: Kind
    fields: tuple[str, ...] = ()
    about: str
    personal: bool = False
    needed: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """A collection as a table. `per_event`: told event by event; `keyed_by_event`: a row for each event it is in."""

    name: str
    resource: str
    about: str
    per_event: bool = False
    keyed_by_event: bool = False
    own: tuple[Column, ...] = field(repr=False)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """All columns in the order in which a row is written."""
        return (*HEAD, *self.own, *TAIL)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.columns)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The primary key."""
        return ("account", "id", "event_id") if self.keyed_by_event else ("account", "id")


def _text(name: str, about: str, *fields: str, personal: bool = False) -> Column:
    return Column(name=name, kind=Kind.TEXT, fields=fields or (name,), about=about, personal=personal)


def _number(name: str, about: str, *fields: str) -> Column:
    return Column(name=name, kind=Kind.WHOLE, fields=fields or (name,), about=about)


def _flag(name: str, about: str, *fields: str) -> Column:
    return Column(name=name, kind=Kind.FLAG, fields=fields or (name,), about=about)


def _when(name: str, about: str, *fields: str) -> Column:
    return Column(name=name, kind=Kind.INSTANT, fields=fields or (name,), about=about)


def _minor(name: str, about: str, *fields: str, needed: bool = False) -> Column:
    kept = f"{name}_minor"
    return Column(name=kept, kind=Kind.MINOR, fields=fields or (name,), about=about, needed=needed)


_CODE = _text("code", "What the guest shows at the door")
_STATUS = _text("status", "The platform's own word", "status", "state")
_CHANNEL = _text("channel_id", "Channel that sold it")
_REFERRAL = _text("referral_id", "Promoter who brought it")
_PAYMENT = _text("payment_id", "Payment it belongs to")
_RATE = (
    _text("rate_id", "Rate", "rate_id", "type_id"),
    _text("rate_name", "What the rate is called", "rate_name", "type_name"),
    _text("rate_slug", "The rate in addresses"),
)
_HEADS = _number("heads", "People it is good for (`for`)", "for")
_ENTERED = _number("entered", "People who are in (`enter`)", "enter")
_STAMPS = (_when("created_at", "When it was made"), _when("updated_at", "When it was last changed"))
_CURRENCY = Column(
    name="currency", kind=Kind.CURRENCY, fields=("currency",), about="Currency of the amounts (ISO 4217)"
)
_NAME = _text("name", "Name of the guest", "name", "customer_fullname", personal=True)
_EMAIL = _text("email", "Their address for mail", "email", "customer_email", personal=True)
_PHONE = _text("phone", "Their telephone", "phone", "customer_phone", personal=True)
_EVENT = Column(name="event_id", kind=Kind.SCOPE, about="Event it was listed under")
_OWN_EVENT = _text("event_id", "Event it belongs to; empty where it tells none")

HEAD = (
    _text("account", "Account of doorcheck that it was read with"),
    _text("id", "The platform's `_id`; `~` and a hash of what identifies it where it has none"),
)
TAIL = (
    _text("raw", "The row as it was sent (JSON); without personal fields as `--privacy` says"),
    _text("digest", "Of `raw`: a row whose digest is the same is not written again"),
    _text("damage", "Why a typed column is empty though the row holds something for it; empty in a sound row"),
    _when("written_at", "When this row was last written here"),
    _when("deleted_at", "When a complete pass first missed it; empty while the platform has it"),
)

EVENTS = Table(
    name="events", resource="events", about="Nights.",
    own=(
        Column(name="day", kind=Kind.NIGHT, fields=("date", "start"), about="Night it belongs to, in the venue's zone"),
        _text("name", "What it is called"),
        _text("slug", "Its name in addresses"),
        _when("starts_at", "When doors open", "start"),
        _when("ends_at", "When doors close", "end"),
        _number("age", "Minimum age"),
        _text("town", "Where", "location_town"),
        _text("url", "Its public page"),
        _flag("active", "Is it on"),
        _flag("visible", "Is it shown to the public"),
    ),
)  # fmt: skip

TICKETS = Table(
    name="tickets", resource="tickets", about="Tickets sold.", per_event=True,
    own=(
        _EVENT,
        _CODE, _STATUS, *_RATE, _CHANNEL, _REFERRAL, _PAYMENT,
        _text("sale_type", "`online`, or how else it was sold"),
        _HEADS, _ENTERED,
        _when("entered_at", "When they last came in", "entry_date"),
        _when("activated_at", "When it was paid or activated", "activation_date"),
        *_STAMPS,
        _minor("price", "Price of the rate"),
        _minor("total_paid", "What was paid in all"),
        _minor("total_fees", "Of that, fees"),
        _minor("total_extras", "Of that, supplements"),
        _minor("total_warranty", "Of that, warranty"),
        _minor("raised", "What the venue gets"),
        _minor("refunded", "What went back; some accounts write 1 for yes, which is then 1.00"),
        _CURRENCY,
        _text("gender", "As told at the sale"),
        _text("country", "Of the guest"),
        _text("language", "Of the guest"),
        _NAME, _EMAIL, _PHONE,
        _text("address", "Street", personal=True),
        _text("postal_code", "Postal code", personal=True),
    ),
)  # fmt: skip

LISTS = Table(
    name="lists", resource="lists", about="Entries of guest lists.", per_event=True,
    own=(
        _EVENT,
        _CODE, *_RATE, _CHANNEL, _REFERRAL, _HEADS, _ENTERED,
        _when("removed_at", "When it was taken off the list; empty while it is on it"),
        *_STAMPS, _NAME, _EMAIL, _PHONE,
        _text("note", "Note for the door", "observations_reception", personal=True),
    ),
)  # fmt: skip

PASSES = Table(
    name="passes", resource="passes", about="Passes, in the light of each event they are good for.", per_event=True,
    keyed_by_event=True,
    own=(
        _EVENT,
        Column(name="model", kind=Kind.MODEL, about="2 for a pass with usages, else empty", fields=("passes_usages",)),
        _CODE, _STATUS, *_RATE, _CHANNEL, _REFERRAL,
        _text("customer_id", "Who holds it"),
        _HEADS, _ENTERED,
        _when("bought_at", "When it was bought", "purchase_date"),
        _flag("archived", "Is it put away"),
        *_STAMPS,
        _minor("raised", "What the venue gets"),
        _minor("price", "What was paid", "purchase_price"),
        _CURRENCY, _NAME, _EMAIL, _PHONE,
    ),
)  # fmt: skip

BOOKINGS = Table(
    name="bookings", resource="bookings", about="Bookings of tables.",
    own=(
        _OWN_EVENT,
        _text("event_name", "What the event is called"),
        Column(name="day", kind=Kind.DAY, fields=("local_date", "date"), about="Day it is for, in the venue's zone"),
        _when("starts_at", "When it begins", "date"),
        _number("duration_s", "How long, in seconds", "duration"),
        _CODE, _STATUS, _HEADS, _ENTERED,
        _text("zone_name", "Part of the venue"),
        _text("space_id", "Table"),
        _text("space_name", "What the table is called"),
        _text("rate_slug", "Rate"),
        _CHANNEL, _REFERRAL,
        _text("client_id", "Who booked"),
        _flag("walkin", "Did they come without a booking"),
        _minor("price", "Price"),
        _minor("deposit", "Deposit"),
        _minor("deposit_paid", "Of that, paid"),
        _text("deposit_method", "How it was paid"),
        _minor("refunded", "What went back"),
        _CURRENCY, *_STAMPS, _NAME, _EMAIL, _PHONE,
        _text("note", "Note of the house", "commentary_reserve", personal=True),
        _text("client_note", "What the guest wrote", "commentary_client", personal=True),
    ),
)  # fmt: skip

PAYMENTS = Table(
    name="payments", resource="payments", about="Payments through the platform's gateway.",
    own=(
        _OWN_EVENT, _STATUS,
        _text("payment_method", "How it was paid"),
        _minor("amount", "What was paid", "total_amount", "amount", needed=True),
        _minor("total_fees", "Of that, fees"),
        _minor("total_warranty", "Of that, warranty"),
        _minor("total_discount", "What was taken off"),
        _minor("refunded", "What went back"),
        _CURRENCY,
        _text("resource_type", "What was bought"),
        _number("n_resources", "How many of it"),
        _CHANNEL,
        _text("user_id", "User of the platform who took it"),
        _text("sale_type", "`online`, or how else it was sold"),
        _text("issuer_country", "Country of the card"),
        _text("shopper_country", "Country of the buyer"),
        _when("created_at", "When it was made", "created_at", "at"),
        _when("updated_at", "When it was last changed"),
    ),
)  # fmt: skip

REFUNDS = Table(
    name="refunds", resource="refunds", about="Money that went back through the gateway.",
    own=(
        _OWN_EVENT, _PAYMENT,
        _minor("amount", "What went back", "total_amount", "amount", needed=True),
        _CURRENCY,
        _text("reason", "The platform's own word"),
        _when("created_at", "When it was made", "created_at", "at"),
        _when("updated_at", "When it was last changed"),
    ),
)  # fmt: skip

MOVEMENTS = Table(
    name="wallet_movements", resource="wallet-movements", about="Lines of the organization's wallet.",
    own=(
        _OWN_EVENT,
        _text("type", "The platform's own word"),
        _text("description", "The platform's own words"),
        _minor("amount", "What came in; what went out is negative", "total_amount", "amount", needed=True),
        _minor("final_amount", "What was in the wallet then; the newest line has it"),
        _CURRENCY,
        _when("created_at", "When it happened", "created_at", "at"),
        _when("updated_at", "When it was last changed"),
    ),
)  # fmt: skip

TABLES = (EVENTS, TICKETS, LISTS, PASSES, BOOKINGS, PAYMENTS, REFUNDS, MOVEMENTS)
"""Every table, in the order in which they are loaded."""

META = "doorcheck_meta"
META_COLUMNS = (
    _text("name", "`version` of the schema, `privacy`, and the `salt` that `hash` is made with"),
    _text("value", "Its value"),
)
CURSORS = "doorcheck_cursors"
CURSOR_COLUMNS = (
    _text("account", "Account"),
    _text("resource", "Collection"),
    _text("event_id", "Event, of a collection told event by event; otherwise empty"),
    _when("updated_to", "What was changed up to here has been read"),
    _when("began_at", "When a pass that was cut short began; empty when none was"),
    _number("offset_rows", "Rows of that pass which are in; 0 when none was cut short"),
    _when("complete_at", "When the latest complete pass ended"),
)


def cursor_key() -> tuple[str, ...]:
    return ("account", "resource", "event_id")
