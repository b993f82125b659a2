"""Other rights than the entrance"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("allowances", sa.Column("name", sa.Text(), server_default="", nullable=False))
    op.add_column("cursors", sa.Column("mark", sa.Text(), server_default="", nullable=False))
    op.add_column("scans", sa.Column("allowance", sa.Text(), server_default="entrance", nullable=False))
    op.add_column("calls", sa.Column("rate", sa.Text(), server_default="", nullable=False))
    op.add_column("calls", sa.Column("sent_at", sa.BigInteger(), nullable=True))
