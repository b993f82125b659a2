"""What a venue can set about its warehouse: `[warehouse]` in `doorcheck.toml`."""

from __future__ import annotations

from datetime import time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class WarehouseSettings(BaseModel):
    """The daily run; without `to` there is none. Times are the venue's."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    to: str = Field(default="", repr=False)
    """Where to: as `doorcheck warehouse sync --to`."""
    at: time = time(5, 30)
    privacy: Literal["keep", "drop", "hash"] | None = None
    """What becomes of guests' names and addresses; when not given, as the target was made with."""
    full_days: float = Field(default=7, ge=0, le=365)
    """Days after which everything is read again, to find what was deleted; 0: never."""
