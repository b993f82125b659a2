"""Figures for a monitor: no guest, no code, no station's token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.domain.model import AccountId, Answer
from app.domain.sale import SaleState
from app.flows.lines import Line
from app.ports import Clock, Machine, OutboxCount, Store, StoreError

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Seconds: a scan takes milliseconds, one with a live lookup up to its budget."""


class Metrics:
    """The figures of one app, in a registry of its own."""

    def __init__(
        self, store: Store, lines: Mapping[AccountId, Line], clock: Clock, machine: Machine | None = None
    ) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._scans = Counter(
            "doorcheck_scans", "Scans answered over HTTP.", ("outcome", "reason"), registry=self._registry
        )
        self._seconds = Histogram(
            "doorcheck_scan_seconds", "From a scan's arrival to its durable answer.",
            buckets=BUCKETS, registry=self._registry,
        )  # fmt: skip
        self._counters: dict[tuple[str, str], Counter] = {}
        self._registry.register(_House(store, lines, clock))
        if machine is not None:
            self._registry.register(_Machine(machine))

    def scanned(self, answer: Answer, seconds: float) -> None:
        """Count an answer and how long it took; a replay is not another scan."""
        self._seconds.observe(seconds)
        if answer.replayed:
            return
        labels = answer.outcome, answer.reason
        counter = self._counters.get(labels)
        if counter is None:
            counter = self._counters[labels] = self._scans.labels(outcome=answer.outcome, reason=answer.reason)
        counter.inc()

    def text(self) -> bytes:
        """Everything, in the text format of Prometheus."""
        return generate_latest(self._registry)


class _House(Collector):
    """Reads the store when a monitor asks, not before."""

    def __init__(self, store: Store, lines: Mapping[AccountId, Line], clock: Clock) -> None:
        self._store = store
        self._lines = lines
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        try:
            found = [self._outbox(), self._sales(), self._freshness(), self._drift()]
        except StoreError:
            found = []
        yield GaugeMetricFamily("doorcheck_store_up", "Whether the database answers.", value=float(bool(found)))
        yield from found
        yield self._line()

    def _outbox(self) -> Metric:
        metric = GaugeMetricFamily(
            "doorcheck_outbox", "Check-ins owed to a platform, by state.", labels=("account", "state")
        )
        views = self._store.views
        counts = views.outboxes()
        for account in sorted({*self._lines, *(row.account for row in views.accounts())}):
            count = counts.get(account, OutboxCount())
            for state in ("due", "sending", "parked", "conflict"):
                metric.add_metric((account, state), getattr(count, state))
        return metric

    def _sales(self) -> Metric:
        metric = GaugeMetricFamily(
            "doorcheck_sales", "Sales at the door that are not settled, by state.", labels=("state",)
        )
        for state in (SaleState.DUE, SaleState.WAITING, SaleState.CONFLICT):
            metric.add_metric((state.value,), self._store.views.sales.count(state))
        return metric

    def _drift(self) -> Metric:
        metric = GaugeMetricFamily(
            "doorcheck_clock_drift_seconds", "A platform's clock minus ours, where it tells.", labels=("account",)
        )
        for row in self._store.views.accounts():
            if row.drift is not None:
                metric.add_metric((row.account,), row.drift.total_seconds())
        return metric

    def _freshness(self) -> Metric:
        metric = GaugeMetricFamily(
            "doorcheck_freshness_seconds", "Age of what is known of a resource of an open event.",
            labels=("account", "event", "resource"),
        )  # fmt: skip
        now = self._clock()
        events = self._store.open_events()
        for one in self._store.views.freshness():
            event = events.get(one.event)
            if one.pulled_at is not None and event is not None and event.open:
                age = (now - one.pulled_at).total_seconds()
                metric.add_metric((one.account, one.event, one.resource), age)
        return metric

    def _line(self) -> Metric:
        metric = GaugeMetricFamily("doorcheck_line_up", "Whether an account's platform answers.", labels=("account",))
        for account, line in self._lines.items():
            metric.add_metric((account,), float(line.status.state == "up"))
        return metric


class _Machine(Collector):
    """What the machine tells of itself; what it does not tell is left out."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def collect(self) -> Iterator[Metric]:
        health = self._machine.look()
        for name, words, value in (
            ("doorcheck_disk_free_bytes", "Room on the disk of the data folder.", health.disk_free),
            ("doorcheck_temperature_celsius", "Of the processor.", health.temperature_c),
            ("doorcheck_undervoltage", "Whether the power supply is too weak now.", health.undervoltage),
        ):
            if value is not None:
                yield GaugeMetricFamily(name, words, value=float(value))
