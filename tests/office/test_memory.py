"""However many payments there are, a report takes the same room in memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOUND_MB = {10_000: 50, 100_000: 80}
"""Above what a process has with everything imported. The rows alone would be 20 and 200 MB as Python objects."""

MEASURED = """
import json, resource, sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.domain.takings import By
from app.office.making import make
from app.office.writing import WRITERS, target
from tests.office.month import ACCOUNT, NOW, FakeArchive, asked

COUNT = int(sys.argv[2])
BEGIN = datetime(2025, 11, 1, tzinfo=UTC)

def payment(n):
    at = BEGIN + timedelta(seconds=n * 2_500_000 / COUNT)
    return {"_id": f"{n:032x}", "amount": 1000 + n % 7919, "currency": "EUR", "payment_method": "card",
        "status": "paid", "created_at": at.isoformat(), "event_id": f"ev-{n % 20}", "sale_type": "online",
        "client_name": "x" * 40, "client_email": "y" * 40, "resources_ids": [f"{n:032x}-{k}" for k in range(2)]}

def refund(n):
    return {"_id": f"r-{n}", "payment_id": f"{n * 20:032x}", "amount": 500, "currency": "EUR", "event_id": "ev-1",
        "created_at": (BEGIN + timedelta(days=20)).isoformat()}

class Made(Sequence):
    def __init__(self, make, count):
        self._make, self._count = make, count
    def __len__(self):
        return self._count
    def __getitem__(self, part):
        return [self._make(n) for n in range(*part.indices(self._count))]

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

folder = Path(sys.argv[1])
rows = {"payments": Made(payment, COUNT), "refunds": Made(refund, COUNT // 20)}
archive = FakeArchive(rows, size=500)
import duckdb
duckdb.connect(":memory:").execute("SELECT 1")
before = peak()
report = make(asked(), {ACCOUNT: archive}, folder, lambda: NOW, lambda _: None, lambda _: None)
[total] = report.summary().sums.by(By.ALL)
peaks = {"collected": peak() - before}
for form in WRITERS:
    with target(folder / f"report.{form}") as file:
        file.write(report)
    peaks[form] = peak() - before
report.spool.remove()
print(json.dumps({"peaks": peaks, "paid": total.paid.minor, "refunded": total.refunded.minor}))
"""


@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=[pytest.mark.soak, pytest.mark.timeout(900)])])
def test_a_report_of_many_payments_stays_small_in_memory(tmp_path: Path, count: int) -> None:
    command = [sys.executable, "-c", MEASURED, str(tmp_path), str(count)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    print(said["peaks"])
    assert said["paid"] == sum(1000 + n % 7919 for n in range(count))
    assert said["refunded"] == 500 * (count // 20)
    assert max(said["peaks"].values()) < BOUND_MB[count], said["peaks"]
