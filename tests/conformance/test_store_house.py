"""Stations, accounts and leases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from app.domain.model import AccountId, Direction, EventId, Station, Unknown
from app.ports import Tx
from tests.conformance.store import House, at_once
from tests.fakes.clock import EVENING
from tests.fakes.night import ACCOUNT, station

LEASE = timedelta(seconds=20)


def takes(house: House, holder: str, *, at: datetime | None = None, force: bool = False) -> int | None:
    now = at or house.clock.now
    return house.store.run(lambda tx: tx.house.take_lease(ACCOUNT, holder, now, now + LEASE, force))


def with_account(house: House) -> None:
    house.store.run(lambda tx: tx.house.keep_account(ACCOUNT, "fourvenues"))


def test_one_hub_at_a_time_holds_an_account(house: House) -> None:
    with_account(house)
    assert takes(house, "first") == 1
    assert takes(house, "second") is None
    house.clock.sleep(seconds=20)
    assert takes(house, "second") == 2
    assert takes(house, "first") is None


def test_the_fence_grows_with_each_change_of_hands_and_not_with_a_renewal(house: House) -> None:
    with_account(house)
    fences = []
    for holder in ("first", "first", "first"):
        fences.append(takes(house, holder))
        house.clock.sleep(seconds=5)
    house.clock.sleep(seconds=30)
    fences += [takes(house, holder) for holder in ("second", "second")]
    assert fences == [1, 1, 1, 2, 2]


def test_a_lease_given_back_is_free_at_once(house: House) -> None:
    with_account(house)
    takes(house, "first")
    house.store.run(lambda tx: tx.house.drop_lease(ACCOUNT, "second"))
    assert takes(house, "second") is None
    house.store.run(lambda tx: tx.house.drop_lease(ACCOUNT, "first"))
    assert takes(house, "second") == 2


def test_a_hub_that_is_alone_takes_the_lease_from_whoever_died_with_it(house: House) -> None:
    with_account(house)
    takes(house, "before the crash")
    assert takes(house, "after the crash", force=True) == 2
    assert takes(house, "after the crash", force=True) == 2


def test_of_eight_hubs_at_once_one_gets_the_lease(house: House) -> None:
    with_account(house)
    fences = at_once(8, lambda n: takes(house, f"hub {n}"))
    assert sorted(fence for fence in fences if fence is not None) == [1]


def test_nobody_holds_an_account_that_is_not_known(house: House) -> None:
    assert takes(house, "first") is None


def test_an_account_shows_its_state_drift_and_holder(house: House) -> None:
    with_account(house)
    takes(house, "first")
    drift = timedelta(seconds=-2, microseconds=5)
    house.store.run(lambda tx: tx.house.account_state(ACCOUNT, "down", "no route to host", EVENING, drift))
    with_account(house)
    (row,) = house.store.views.accounts()
    assert (row.account, row.provider, row.state, row.words) == (ACCOUNT, "fourvenues", "down", "no route to host")
    assert (row.since, row.drift, row.holder, row.lease_until) == (EVENING, drift, "first", EVENING + LEASE)


def _keep(account: AccountId, tx: Tx) -> None:
    tx.house.keep_account(account, account)


def test_accounts_are_kept_once_and_apart(house: House) -> None:
    for name in ("oveit", "fourvenues", "oveit"):
        house.store.run(partial(_keep, AccountId(name)))
    assert [row.account for row in house.store.views.accounts()] == ["fourvenues", "oveit"]


WHOLE = station(
    "Puerta Norte", events=(EventId("fourvenues:ev-saturday"),), kinds=("list", "pass"), rates=("VIP",),
    allowance="drink", direction=Direction.OUT, unknown_offline=Unknown.PROVISIONAL,
    lookup_budget=timedelta(milliseconds=1200),
)  # fmt: skip


def adds(house: House, one: Station, token: bytes = b"\x00\xff token") -> Station:
    return house.store.run(lambda tx: tx.house.add_station(one, token, house.clock.now)).station


def test_a_station_comes_back_with_all_its_rules(house: House) -> None:
    added = adds(house, WHOLE)
    (record,) = house.store.views.stations()
    assert record.station == added == replace(WHOLE, id=added.id)
    assert (record.token_hash, record.created_at, record.revoked_at) == (b"\x00\xff token", house.clock.now, None)


def test_stations_are_numbered_apart(house: House) -> None:
    assert adds(house, station("Gate 1")).id != adds(house, station("Gate 2")).id


def _revoke(name: str, tx: Tx) -> bool:
    return tx.house.revoke_station(name, EVENING)


def test_a_station_revoked_stays_known_and_is_revoked_once(house: House) -> None:
    adds(house, WHOLE)
    revoke = [house.store.run(partial(_revoke, name)) for name in ("Puerta Norte", "Puerta Norte", "nowhere")]
    assert revoke == [True, False, False]
    assert house.store.views.stations()[0].revoked_at == house.clock.now


def test_a_station_added_again_has_the_new_rule_and_token_and_may_scan(house: House) -> None:
    first = adds(house, WHOLE)
    house.store.run(lambda tx: tx.house.revoke_station("Puerta Norte", house.clock.now))
    again = adds(house, station("Puerta Norte"), b"new")
    (record,) = house.store.views.stations()
    assert again.id == first.id
    assert (record.token_hash, record.station.kinds, record.revoked_at) == (b"new", (), None)
