"""What changed, for pages that keep a snapshot"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# A new count comes with its admission, in the same transaction.
TRIGGERS = (
    ("admissions_inserted", "AFTER INSERT ON admissions", "id"),
    ("admissions_updated", "AFTER UPDATE ON admissions", "id"),
    ("allowances_updated", "AFTER UPDATE ON allowances", "admission_id"),
)


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "changes",
        sa.Column("seq", number, nullable=False),
        sa.Column("admission_id", number, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_changes"),
    )
    op.create_table(
        "secrets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secrets"),
    )
    table = sa.table("secrets", sa.column("name", sa.Text()), sa.column("value", sa.LargeBinary()))
    op.execute(table.insert().values(name="snapshot", value=secrets.token_bytes(32)))
    for name, when, column in TRIGGERS:
        op.execute(_sqlite(name, when, column) if sqlite else _postgres(name, when, column))


def _sqlite(name: str, when: str, column: str) -> str:
    return f"CREATE TRIGGER {name} {when} BEGIN INSERT INTO changes (admission_id) VALUES (NEW.{column}); END"  # noqa: S608 - names of our own


def _postgres(name: str, when: str, column: str) -> str:
    return f"""
        CREATE FUNCTION tell_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO changes (admission_id) VALUES (NEW.{column}); RETURN NULL; END $$;
        CREATE TRIGGER {name} {when} FOR EACH ROW EXECUTE FUNCTION tell_{name}();
    """  # noqa: S608 - names of our own
