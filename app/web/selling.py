"""What the web layer needs to sell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.model import AccountId
from app.domain.sale import Tender
from app.flows.follow import Follow
from app.flows.rates import Rates
from app.flows.sell import Sell
from app.flows.till import Tills
from app.ports.paper import Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class Selling:
    """The flows of selling. `tenders`: how each account that sells can be paid; `address`: the hub's for phones."""

    sell: Sell
    follow: Follow
    rates: Rates
    tills: Tills
    tenders: Mapping[AccountId, frozenset[Tender]]
    address: str
    paper: Paper
