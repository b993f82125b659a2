"""Every earlier database becomes today's, with everything in it; a newer one is left alone."""

from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from app.domain.model import Outcome
from app.ports import StoreError
from app.store import open_store, schema
from app.store.migrating import alembic_config, migrate, revision
from migrations.check import differences
from tests.conformance.store import House
from tests.fakes.clock import FakeClock
from tests.fakes.night import admission
from tests.store.conftest import engine_of

REVISIONS = [one.revision for one in ScriptDirectory.from_config(alembic_config()).walk_revisions()][::-1]

EARLIEST = (
    "INSERT INTO events (id, account, ref, name, active, wanted)"
    " VALUES ('fourvenues:ev-saturday', 'fourvenues', 'ev-saturday', 'Saturday Night', true, true)",
    "INSERT INTO admissions (id, account, event_id, resource, ref, kind, standing, name, digest)"
    " VALUES (1, 'fourvenues', 'fourvenues:ev-saturday', 'tickets', 'tk-ZQ4K81MD7', 'ticket', 'good', 'Nuria', 1)",
    "INSERT INTO allowances (admission_id, ref, limit_, confirmed, owed) VALUES (1, 'entrance', 3, 1, 1)",
    "INSERT INTO credentials (value, scheme, admission_id) VALUES ('ZQ4K81MD7', 'qr', 1)",
    "INSERT INTO calls (id, scan_id, account, event_id, event_ref, admission_id, kind, ref, code, allowance, heads,"
    " limit_, at, station, state, due_at) VALUES (7, 'scan-0', 'fourvenues', 'fourvenues:ev-saturday', 'ev-saturday',"
    " 1, 'ticket', 'tk-ZQ4K81MD7', 'ZQ4K81MD7', 'entrance', 1, 3, 1764369000000000, 'Gate 1', 'due', 1764369000000000)",
    "UPDATE counters SET value = 1 WHERE name = 'admissions'",
)
"""A guest of three: one came in elsewhere, one here, and the platform has not heard of that one yet."""


@pytest.mark.parametrize("earlier", REVISIONS)
def test_a_database_of_every_earlier_revision_keeps_its_guests(empty: str, earlier: str) -> None:
    engine = engine_of(empty)
    migrate(engine, REVISIONS[0])
    with engine.connect() as connection:
        for statement in EARLIEST:
            connection.exec_driver_sql(statement)
    migrate(engine, earlier)
    engine.dispose()
    house = House(empty)
    try:
        assert house.count("tk-ZQ4K81MD7").left == 1
        assert [call.heads for call in house.claim()[1]] == [1]
        assert house.scans().outcome is Outcome.ADMIT
        assert house.page(admission("NEW1")).new == 1
    finally:
        house.close()


def test_the_migrations_make_the_tables_of_the_program(empty: str) -> None:
    engine = engine_of(empty)
    assert differences(engine) == []
    assert set(inspect(engine).get_table_names()) == {*schema.metadata.tables, "alembic_version"}
    engine.dispose()


def test_a_difference_between_tables_and_program_is_told(empty: str) -> None:
    engine = engine_of(empty)
    migrate(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE events ADD COLUMN weather TEXT")
        connection.exec_driver_sql("DROP INDEX ix_scans_at")
    told = " / ".join(differences(engine))
    engine.dispose()
    assert "weather" in told
    assert "ix_scans_at" in told


def test_an_open_database_tells_its_revision(empty: str) -> None:
    engine = engine_of(empty)
    assert revision(engine) == (None, REVISIONS[-1])
    migrate(engine)
    assert revision(engine) == (REVISIONS[-1], REVISIONS[-1])
    engine.dispose()


def test_a_database_of_a_newer_program_is_refused_with_a_sentence_and_left_alone(empty: str) -> None:
    engine = engine_of(empty)
    migrate(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer doorcheck"):
        open_store(empty, FakeClock())
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one() == "9999"
    engine.dispose()


OPEN = """
import sys
from datetime import UTC, datetime
from app.store import open_store
sys.stdin.readline()
store = open_store(sys.argv[1], lambda: datetime.now(UTC))
store.run(lambda tx: tx.house.keep_account(sys.argv[2], "fourvenues"))
store.close()
"""


def test_processes_that_open_a_new_database_at_once_all_succeed(empty: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, empty, f"account {n}"],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for n in range(3)
    ]  # fmt: skip
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    errors = [process.communicate(timeout=60)[1] for process in processes]
    assert [(process.returncode, error) for process, error in zip(processes, errors, strict=True)] == [(0, "")] * 3
    store = open_store(empty, FakeClock())
    assert [row.account for row in store.views.accounts()] == [f"account {n}" for n in range(3)]
    store.close()
