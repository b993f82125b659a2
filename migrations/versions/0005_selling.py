"""Selling at the door: rates, tills, sales"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _rates()
    _shifts()
    _sales()
    _sold()
    op.create_table(
        "told",
        _text("account"),
        _text("id"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "id", name="pk_told"),
    )


def _rates() -> None:
    op.create_table(
        "rates",
        _text("account"),
        _text("event_id"),
        sa.Column("as_of", sa.BigInteger()),
        _said("failed"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("account", "event_id", name="pk_rates"),
    )


def _shifts() -> None:
    op.create_table(
        "shifts",
        sa.Column("id", NUMBER, nullable=False),
        _text("station"),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        _said("opened_by"),
        sa.Column("opening", sa.BigInteger(), nullable=False),
        _text("currency"),
        sa.Column("closed_at", sa.BigInteger()),
        _said("closed_by"),
        sa.Column("counted", sa.BigInteger()),
        _said("note"),
        sa.PrimaryKeyConstraint("id", name="pk_shifts"),
    )
    still_open = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_shifts_open", "shifts", ["station"], unique=True, sqlite_where=still_open, postgresql_where=still_open
    )
    op.create_index("ix_shifts_opened_at", "shifts", ["opened_at"])


def _sales() -> None:
    op.create_table(
        "sales",
        sa.Column("seq", NUMBER, nullable=False),
        *(_text(name) for name in ("id", "account", "event_id", "rate")),
        sa.Column("quantity", sa.Integer(), nullable=False),
        *(_text(name) for name in ("tender", "state", "station")),
        sa.Column("shift_id", NUMBER),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _text("receipt"),
        _said("payment_ref"),
        sa.Column("due_at", sa.BigInteger()),
        _said("claim"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_sales"),
        sa.UniqueConstraint("id", name="uq_sales_id"),
        sa.UniqueConstraint("receipt", name="uq_sales_receipt"),
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_sales_due", "sales", ["account", "due_at"], sqlite_where=due, postgresql_where=due)
    for columns in (["shift_id"], ["event_id", "rate"], ["payment_ref"], ["state", "seq"]):
        op.create_index(f"ix_sales_{'_'.join(columns)}", "sales", columns)


def _sold() -> None:
    op.create_table(
        "sold",
        _text("code"),
        _text("sale_id"),
        sa.Column("admission_id", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_sold"),
    )
    op.create_index("ix_sold_admission_id", "sold", ["admission_id"])
    op.create_index("ix_sold_sale_id", "sold", ["sale_id"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _said(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)
