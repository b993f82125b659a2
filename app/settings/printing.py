"""What stands on a venue's paper and where it comes out: `[printing]` in `doorcheck.toml`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.paper.places import place_of


class PrintingSettings(BaseModel):
    """Receipts and till reports. Without a printer they are shown as a page and as PDF all the same."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    printer: str = ""
    """`tcp://192.168.1.50:9100`, `usb:04b8:0e15`, `serial:/dev/ttyUSB0`, `file:/dev/usb/lp0`, `dummy`; empty: none."""
    venue: str = Field(default="", max_length=60)
    """What stands at the top."""
    vat: str = Field(default="", max_length=30)
    """The tax number under it."""
    width: Literal[80, 58] = 80
    """Of the paper, in mm."""
    copies: int = Field(default=1, ge=1, le=3)
    profile: str = Field(default="default", pattern=r"^[A-Za-z0-9_-]{1,40}$")
    """python-escpos' name of the model, where its way of printing is not the usual one: `TM-T20II`, `POS-5890`."""

    @field_validator("printer")
    @classmethod
    def _place(cls, value: str) -> str:
        if value:
            place_of(value)
        return value.strip()

    @field_validator("width", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        return int(value) if isinstance(value, str) and value.isdigit() else value
