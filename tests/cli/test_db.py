"""`vneid-bot db copy`: everything arrives, or nothing does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from bot.cli.main import main
from bot.core.config import Settings
from bot.ops.deployment import lock
from bot.store import key_value, leases
from bot.store.database import Database, SqliteDatabase, open_database
from bot.store.database.copying import SEEDED, TABLES
from bot.store.staff import audit
from tests.support import town, visits
from tests.support.people import Clock
from tests.support.postgres import Cluster
from tests.support.schema import columns

# Changes what is written, as a wrong encoding would.
MANGLE = (
    """
    CREATE FUNCTION mangle() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.value := lower(NEW.value); RETURN NEW; END $$
    """,
    "CREATE TRIGGER mangle BEFORE INSERT ON marks FOR EACH ROW EXECUTE FUNCTION mangle()",
)


def run(source: object, target: object) -> Result:
    return CliRunner().invoke(main, ["db", "copy", str(source), str(target)])


def content(database: Database) -> dict[str, list[Any]]:
    with database.transaction() as tx:
        rows = {table: tx.rows(f"SELECT * FROM {table}") for table in TABLES}  # noqa: S608 - the schema's names
    return {table: sorted(map(repr, found)) for table, found in rows.items() if found}


@contextmanager
def looking(name: object) -> Iterator[Database]:
    with closing(open_database(str(name))) as database:
        yield database


@pytest.fixture
def file(tmp_path: Path, clock: Clock) -> Path:
    """A deployment with something in it."""
    with closing(SqliteDatabase(tmp_path / "old.db")) as database:
        town.build(database)
        with database.transaction() as tx:
            for number in range(30):
                visits.book(tx, f"C{number}", clock(), clock(), name=f"cô Ba {number} 🌸 'a' %s :b")
                visits.remind(tx, f"C{number}", clock(), clock())
            key_value.put(tx, "Ảnh", 'Xin "chào"\n\\n')
            for number in range(4500):
                key_value.put(tx, f"mark {number}", str(number))
            audit.write(tx, clock(), "somebody", "looked")
            leases.take(tx, "work", "somebody", clock(), clock())
    return tmp_path / "old.db"


def test_every_table_is_copied(database: Database) -> None:
    assert set(TABLES) == columns(database).keys() - {"migrations"}
    assert set(TABLES) >= SEEDED


def test_a_deployment_moves_to_postgresql_and_back(
    file: Path, postgres: Cluster, tmp_path: Path
) -> None:
    address = postgres.create()
    there = run(file, address)
    assert there.exit_code == 0, there.output
    assert "bookings                     30 dòng, khớp" in there.output
    assert "VNEID_DATA_KEY" in there.output
    back = run(address, tmp_path / "new.db")
    assert back.exit_code == 0, back.output
    with looking(file) as old, looking(address) as middle, looking(tmp_path / "new.db") as new:
        assert content(old) == content(middle) == content(new)
        with middle.transaction() as tx:
            assert list(audit.faults(tx)) == []


def test_what_holds_something_is_not_written_over(
    file: Path, postgres: Cluster, tmp_path: Path
) -> None:
    with looking(tmp_path / "full.db") as full, full.transaction() as tx:
        key_value.put(tx, "a", "b")
    for target in (file, tmp_path / "full.db"):
        address = postgres.create()
        run(file, address)
        refused = run(address, target)
        assert refused.exit_code == 1
        assert "nơi đến đã có dữ liệu" in refused.output
    with looking(tmp_path / "full.db") as full:
        assert content(full)["marks"] == ["{'name': 'a', 'value': 'b'}"]


def test_what_arrives_changed_is_noticed_and_undone(file: Path, postgres: Cluster) -> None:
    address = postgres.create()
    with looking(address) as target, target.transaction() as tx:
        for statement in MANGLE:
            tx.rows(statement)
    refused = run(file, address)
    assert refused.exit_code == 1
    assert "bảng marks chép không đủ" in refused.output
    with looking(address) as target:
        assert content(target).keys() == {"legal_moves"}


def test_a_deployment_that_serves_is_not_copied(
    file: Path, postgres: Cluster, tmp_path: Path
) -> None:
    with lock(Settings(database=str(file))):
        refused = run(file, postgres.create())
    assert (refused.exit_code, "dịch vụ đang chạy" in refused.output) == (1, True)
    address = postgres.create()
    with psycopg.connect(address, application_name="vneid-bot elsewhere:1"):
        refused = run(address, tmp_path / "new.db")
    assert (refused.exit_code, "dịch vụ đang chạy" in refused.output) == (1, True)
    assert run(address, tmp_path / "new.db").exit_code == 0


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    refused = run(tmp_path / "none.db", tmp_path / "new.db")
    assert (refused.exit_code, "không có tệp" in refused.output) == (1, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("turned", [False, True])
def test_an_address_of_another_kind_of_database_is_told_in_a_line(file: Path, turned: bool) -> None:
    other = "mysql://bot:secret@db/vneid"
    refused = run(other, file) if turned else run(file, other)
    assert (refused.exit_code, "postgresql://người_dùng@máy" in refused.output) == (1, True)
    assert isinstance(refused.exception, SystemExit)
    assert "secret" not in refused.output


def test_no_command_tells_with_a_traceback_that_the_server_is_not_there(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(
        "database: postgresql://bot@127.0.0.1:9/vneid\ndata_key: ${VNEID_DATA_KEY}\n", "utf-8"
    )
    command = ["officer", "waiting", "--config", str(config)]
    result = CliRunner(env={"VNEID_DATA_KEY": "x"}).invoke(main, command)
    assert result.exit_code == 1
    assert "không nối được PostgreSQL" in result.output
    assert isinstance(result.exception, SystemExit)
