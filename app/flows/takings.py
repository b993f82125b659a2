"""What was sold at our own door, for the report that holds it beside the platform's payments."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.takings import Asked, DoorTakings
from app.domain.till import NOT_TAKEN
from app.ports import Store


def door_takings(store: Store, asked: Asked) -> Iterator[DoorTakings]:
    """Each paid sale of those days, accounts and event."""
    for sale in store.views.sales.between(asked.start, asked.end):
        ours = sale.account in asked.accounts and asked.event in {"", sale.event_ref}
        if ours and sale.state not in NOT_TAKEN:
            yield DoorTakings(
                account=sale.account, event=sale.event_ref, event_name=sale.event_name, tender=sale.order.tender,
                count=sale.quantity, amount=sale.total, payment_ref=sale.payment_ref,
            )  # fmt: skip
