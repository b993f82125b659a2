"""A target that can't be used is told in one line, and nothing is half done."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from sqlalchemy import create_engine, make_url

from app.warehouse.migrating import MIGRATIONS, VERSION
from app.warehouse.opening import open_target
from app.warehouse.privacy import Privacy
from app.warehouse.rows import Reader
from app.warehouse.schema import EVENTS, TICKETS
from app.warehouse.target import Scope, TargetError
from tests.warehouse.back_office import EVENT, BackOffice, ticket
from tests.warehouse.conftest import POSTGRES, House, address


def opened(to: str, version: int = VERSION, **more: Any) -> Any:
    return open_target(to, Privacy.KEEP, lambda: "pepper", version, **more)


def files(folder: Path) -> set[str]:
    return {one.name for one in folder.rglob("*")}


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("mysql://host/db", "'mysql' is no kind of target"), ("s3://bucket/x", "'s3' is no kind of target"),
        ("warehouse", "is no target"), ("", "is no target"), ("sqlite://", "there is no path in it"),
        ("sqlite:///", "there is no path in it"), ("duckdb://x", "there is no path in it"),
        ("postgresql://", "is no kind of target"), ("sqlite:///missing/w.db", "there is no folder missing"),
        ("duckdb:///missing/w.duckdb", "there is no folder missing"), ("missing/w.db", "there is no folder missing"),
        ("parquet:///missing/lake", "there is no folder missing"), ("sqlite:///.", "is no file"),
        ("postgresql://u:secret@localhost:notaport/x", "no address of PostgreSQL"),
        ("postgresql://u:secret@127.0.0.1:9/x", "can't be reached"),
    ],
)  # fmt: skip
def test_an_unusable_address_is_told_in_one_line(to: str, words: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TargetError) as told:
        opened(to)
    assert words in str(told.value)
    assert "\n" not in str(told.value)
    assert "secret" not in str(told.value)
    assert files(tmp_path) == set()


@pytest.mark.parametrize("scheme", ["sqlite", "duckdb"])
def test_a_file_of_another_kind_is_refused_and_left_alone(scheme: str, tmp_path: Path) -> None:
    file = tmp_path / "letter.db"
    file.write_text("Dear all, this is not a database, whatever its name says.")
    with pytest.raises(TargetError, match=r"is no (SQLite|DuckDB) database"):
        opened(f"{scheme}:///{file}")
    assert (files(tmp_path), file.read_text()[:8]) == ({"letter.db"}, "Dear all")


def test_somebody_elses_sqlite_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "till.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE receipts (id)")
    before = file.read_bytes()
    with pytest.raises(TargetError, match=r"is another database: it has tables of its own \(receipts\)"):
        opened(f"sqlite:///{file}")
    assert file.read_bytes() == before
    assert files(tmp_path) == {"till.db"}


def test_somebody_elses_duckdb_database_is_refused(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "till.duckdb")) as connection:
        connection.execute("CREATE TABLE receipts (id INTEGER)")
    with pytest.raises(TargetError, match="is another database"):
        opened(f"duckdb:///{tmp_path / 'till.duckdb'}")


@pytest.mark.parametrize("kind", [POSTGRES])
def test_in_postgresql_only_tables_of_our_names_are_in_the_way(kind: str, tmp_path: Path) -> None:
    to = address(kind, tmp_path)
    engine = create_engine(make_url(to).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE receipts (id int)")
        opened(to).close()
        connection.exec_driver_sql("DROP TABLE doorcheck_meta")
        with pytest.raises(TargetError, match="is another database"):
            opened(to)
    engine.dispose()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(TargetError, match="can't be written"):
        opened(f"sqlite:///{tmp_path / 'w.db'}")


def test_a_file_that_can_not_be_written_is_told(tmp_path: Path, monkeypatch: Any) -> None:
    opened(f"sqlite:///{tmp_path / 'w.db'}").close()
    monkeypatch.setattr("os.access", lambda path, _mode: Path(path).is_dir())
    with pytest.raises(TargetError, match=r"w\.db can't be written"):
        opened(f"sqlite:///{tmp_path / 'w.db'}")


def test_two_synchronisations_of_one_target_do_not_run_together(house: House) -> None:
    first = opened(house.to)
    try:
        with pytest.raises(TargetError, match="another synchronisation is writing"):
            opened(house.to)
    finally:
        first.close()
    opened(house.to).close()


def test_a_target_of_a_newer_doorcheck_is_left_alone(house: House) -> None:
    target = opened(house.to)
    with target.transaction():
        target.set_meta("version", "99")
    target.close()
    with pytest.raises(TargetError, match="was written by a newer doorcheck"):
        opened(house.to)


def test_a_target_that_is_only_looked_at_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="there is no warehouse"):
        opened(f"sqlite:///{tmp_path / 'w.db'}", make=False)
    assert files(tmp_path) == set()


@pytest.mark.parametrize("name", ["w.duckdb", "w.db", "w.sqlite"])
def test_a_plain_path_says_by_its_name_what_it_is(name: str, tmp_path: Path) -> None:
    opened(str(tmp_path / name)).close()
    assert (tmp_path / name).exists()


def test_nothing_of_a_transaction_that_failed_is_left(house: House) -> None:
    target = opened(house.to)
    scope = Scope(account="a", table=TICKETS, event=EVENT)
    row = dict.fromkeys(TICKETS.names) | {"account": "a", "id": "t1", "event_id": EVENT, "raw": "{}", "digest": "d"}
    with contextlib.suppress(ZeroDivisionError), target.transaction():
        target.upsert(TICKETS, [tuple(row[name] for name in TICKETS.names)])
        raise ZeroDivisionError
    assert target.digests(scope, ["t1"]) == {}
    target.close()


def test_a_target_of_version_1_is_brought_forward_and_read_again(house: House, office: BackOffice) -> None:
    assert len(MIGRATIONS) >= 2
    target = opened(house.to, 1)
    with target.transaction():
        for statement in _as_version_1_left_it(office):
            target.run(statement)
    target.close()
    assert "day" not in house.look.table("events")[0]
    told = house.sync()
    assert (house.look.rows("SELECT value FROM doorcheck_meta WHERE name = 'version'")[0]["value"]) == str(VERSION)
    assert str(house.look.one("events", EVENT)["day"]) == "2026-05-02"
    assert (told["events"].written, told["tickets"].written, house.look.count("tickets")) == (1, 1, 2)
    assert house.written() == 0


def _as_version_1_left_it(office: BackOffice) -> list[str]:
    """Two rows of which one is as it is now, and a cursor."""
    office.put("tickets", ticket(1), ticket(2), event=EVENT)
    archive = office.archive()
    reader = Reader(archive, Privacy.KEEP, "pepper", ZoneInfo("Europe/Madrid"))
    raw = json.dumps(ticket(1), separators=(", ", ": "))
    digest = reader.sent(TICKETS, raw.encode()).digest
    names = "account, id, event_id, raw, digest"
    return [
        f"INSERT INTO events (account, id, name, raw, digest) VALUES ('fourvenues', '{EVENT}', 'Old', '{{}}', 'x')",
        f"INSERT INTO tickets ({names}) VALUES ('fourvenues', 't00001', '{EVENT}', '{raw}', '{digest}')",
        f"""INSERT INTO doorcheck_cursors (account, resource, event_id, updated_to, offset_rows)
            VALUES ('fourvenues', 'tickets', '{EVENT}', '2026-04-01T10:00:00.000Z', 0)""",
    ]


def test_parquet_files_are_replaced_only_where_their_table_changed(tmp_path: Path, office: BackOffice) -> None:
    office.tickets(5)
    house = House(address("parquet", tmp_path), office)
    house.sync()
    lake = tmp_path / "lake"
    before = {one.name: one.stat().st_mtime_ns for one in lake.glob("*.parquet")}
    assert len(before) == 8
    office.later(hours=1)
    office.change("tickets", "t00003", EVENT, enter=1)
    house.sync()
    after = {one.name: one.stat().st_mtime_ns for one in lake.glob("*.parquet")}
    assert {name for name in after if after[name] != before[name]} == {"tickets.parquet"}
    found = duckdb.sql(f"SELECT id, entered FROM '{lake}/tickets.parquet' WHERE entered > 0").fetchall()
    assert found == [("t00003", 1)]
    assert not list(lake.glob("*.new"))


def test_a_run_that_is_killed_before_its_parquet_files_are_made_makes_them_next_time(
    tmp_path: Path, office: BackOffice
) -> None:
    office.tickets(5)
    house = House(address("parquet", tmp_path), office)
    house.sync()
    target = opened(house.to)
    with target.transaction():
        target.mark_deleted(Scope(account="fourvenues", table=EVENTS), [EVENT], "2026-05-02T10:00:00.000Z")
    target.close()
    opened(house.to).close()
    house.sync()
    file = tmp_path / "lake" / "events.parquet"
    assert duckdb.sql(f"SELECT count(*) FROM '{file}' WHERE deleted_at IS NOT NULL").fetchall() == [(0,)]
