"""What the flows need from the world: protocols and their errors. MUST and MAY are promises of every adapter."""

from app.ports.around import (
    Clock,
    Decoder,
    Doubt,
    Kiosk,
    Notice,
    Notices,
    ReadCode,
    Screen,
    Timekeeper,
    UnreadableImage,
)
from app.ports.errors import ProviderError, StoreError
from app.ports.provider import Capabilities, Cursor, Damaged, Found, Page, Provider, Row
from app.ports.store import CacheTx, CallSoon, CallsTx, HouseTx, Saved, ScansTx, Store, Tx
from app.ports.views import AccountRow, CallRow, EventCount, Freshness, OutboxCount, ScanCounts, StationRecord, Views

__all__ = [
    "AccountRow",
    "CacheTx",
    "CallRow",
    "CallSoon",
    "CallsTx",
    "Capabilities",
    "Clock",
    "Cursor",
    "Damaged",
    "Decoder",
    "Doubt",
    "EventCount",
    "Found",
    "Freshness",
    "HouseTx",
    "Kiosk",
    "Notice",
    "Notices",
    "OutboxCount",
    "Page",
    "Provider",
    "ProviderError",
    "ReadCode",
    "Row",
    "Saved",
    "ScanCounts",
    "ScansTx",
    "Screen",
    "StationRecord",
    "Store",
    "StoreError",
    "Timekeeper",
    "Tx",
    "UnreadableImage",
    "Views",
]
