"""docs/warehouse.md tells every table and column as it is."""

from __future__ import annotations

import re
from pathlib import Path

from app.warehouse.address import STATE
from app.warehouse.migrating import MIGRATIONS
from app.warehouse.rows import AMOUNTS, IDENTITY
from app.warehouse.schema import CURSOR_COLUMNS, CURSORS, HEAD, META, META_COLUMNS, TABLES, TAIL, Column
from app.warehouse.tables import tables_at

DOC = (Path(__file__).parents[2] / "docs" / "warehouse.md").read_text(encoding="utf8")


def told() -> dict[str, list[str]]:
    """The lines of each table in the document, by its heading."""
    sections = re.split(r"^### ", DOC, flags=re.MULTILINE)[1:]
    return {one.partition("\n")[0].strip("`"): re.findall(r"^\| `.*\|$", one, re.MULTILINE) for one in sections}


def lines(columns: tuple[Column, ...]) -> list[str]:
    return [f"| `{one.name}` | {one.kind}{', personal' if one.personal else ''} | {one.about} |" for one in columns]


def test_every_table_and_column_is_documented_as_it_is() -> None:
    wanted = {"In every table": lines((*HEAD, *TAIL))}
    wanted |= {one.name: lines(one.own) for one in TABLES}
    wanted |= {META: lines(META_COLUMNS), CURSORS: lines(CURSOR_COLUMNS)}
    assert told() == wanted


def test_the_databases_have_those_tables_and_no_others() -> None:
    made = {name: [one.name for one in table.columns] for name, table in tables_at().tables.items()}
    assert {one.name: list(one.names) for one in TABLES}.items() <= made.items()
    assert set(made) == {*(one.name for one in TABLES), META, CURSORS}


def test_the_fields_that_identify_a_row_without_an_id_are_documented() -> None:
    assert [name for name in (*IDENTITY, *AMOUNTS) if f"`{name}`" not in DOC] == []


def test_every_version_of_the_schema_is_documented() -> None:
    for step in MIGRATIONS:
        sentence = re.search(rf"ersion {step.version} (added )?([^,]*)(?=, version|\.\n)", DOC)
        assert sentence is not None
        assert all(f"`{table}.{column}`" in sentence.group(2) for table, column in step.adds)


def test_the_state_beside_parquet_files_is_documented() -> None:
    assert f"`{STATE}`" in DOC
