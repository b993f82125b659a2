"""A process that fills a warehouse and may be killed: `python -m tests.warehouse.filling TO PORT`.

Each line on standard input starts a run in a process of its own (`delta` or `full`); its id is printed, then how it
ended. What is imported once is there for every run: twenty of them would take longer to start than to work.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import psycopg  # noqa: F401 - as below

from app.cli.common import start_logs
from app.domain.model import AccountId
from app.providers.registry import AccountConfig, build
from app.settings import Settings
from app.warehouse import duck, sql  # noqa: F401 - imported once, before any run
from app.warehouse.running import Warehouse
from app.warehouse.sync import Plan
from tests.warehouse.back_office import NOW

PAGE = 100


def fill(to: str, port: int, full: bool, page: int = PAGE) -> int:
    """One run; how many collections failed."""
    options = {
        "api_key": "ik_live_x", "base_url": f"http://127.0.0.1:{port}", "page_size": page, "requests_per_second": 0,
    }  # fmt: skip
    (built,) = build([AccountConfig(account=AccountId("fourvenues"), provider="fourvenues", options=options)], _now)
    if built.archive is None:
        raise AssertionError(built.problem)
    house = Warehouse(to=to, zone=ZoneInfo("Europe/Madrid"), clock=_now, new_salt=lambda: "pepper")
    return sum(1 for one in house.sync([built.archive], Plan(full=full)) if one.failed)


def _now() -> datetime:
    return NOW


def main(to: str, port: int, page: int) -> None:
    start_logs(Settings(log_level="error"))
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = fill(to, port, line.strip() == "full", page)
            finally:
                os._exit(code)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
