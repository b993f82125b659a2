"""Times that may be wrong"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("scans", sa.Column("boot", sa.Text(), server_default="", nullable=False))
    op.add_column("scans", sa.Column("uptime_us", sa.BigInteger(), nullable=True))
    doubtful = sa.text("boot <> ''")
    op.create_index("ix_scans_doubtful", "scans", ["boot"], sqlite_where=doubtful, postgresql_where=doubtful)
