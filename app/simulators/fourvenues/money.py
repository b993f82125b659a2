"""Money: whole cents inside, and on the wire what the platform makes of them."""

from decimal import ROUND_HALF_UP, Decimal


def cents(units: float | int) -> int:
    """Cents of an amount in currency units."""
    return int((Decimal(str(units)) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def units(amount: int) -> float | int:
    """Currency units of an amount in cents, without decimals where there are none."""
    return amount / 100 if amount % 100 else amount // 100


def percent(amount: int, share: float) -> int:
    """So many percent of an amount, in cents."""
    return int((Decimal(amount) * Decimal(str(share)) / 100).quantize(Decimal(1), ROUND_HALF_UP))
