"""Rows of the tables and values of the domain: both directions, by position."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Column

from app.domain.model import (
    AccountId,
    Admission,
    AdmissionId,
    Allowance,
    Answer,
    CallId,
    Credential,
    Event,
    EventId,
    Guest,
    Kind,
    Party,
    ScanId,
    Standing,
    Station,
    StationId,
)
from app.domain.outbox import Call, CallState
from app.store import schema
from app.store.sql import Row
from app.store.types import to_micros

_answer_encoder = msgspec.json.Encoder()
_answer_decoder = msgspec.json.Decoder(Answer)
_party_decoder = msgspec.json.Decoder(Party)
_tags_decoder = msgspec.json.Decoder(tuple[str, ...])
_rule_decoder = msgspec.json.Decoder(Station)

ADMISSION_NAMES = tuple(column.name for column in schema.admissions.columns)
ADMISSION: tuple[Column[Any], ...] = tuple(schema.admissions.columns)
ALLOWANCE: tuple[Column[Any], ...] = tuple(schema.allowances.columns)
CALL: tuple[Column[Any], ...] = tuple(schema.calls.columns)
CALL_NAMES = tuple(column.name for column in schema.calls.columns if column.name != "id")


def to_admission(row: Row, allowances: tuple[Allowance, ...], credentials: tuple[Credential, ...] = ()) -> Admission:
    (
        id_, account, event, resource, ref, kind, standing, word, voided_at, rate, name, note, tags, email, phone,
        opens_at, closes_at, entered_at, changed_at, fetched_at, _digest,
    ) = row  # fmt: skip
    return Admission(
        id=AdmissionId(id_), account=AccountId(account), event=EventId(event), resource=resource, ref=ref,
        kind=Kind(kind), standing=Standing(standing), word=word, voided_at=voided_at, rate=rate,
        guest=Guest(name=name, note=note, tags=_tags_decoder.decode(tags) if tags else ()),
        email=email, phone=phone, opens_at=opens_at, closes_at=closes_at, entered_at=entered_at,
        changed_at=changed_at, fetched_at=fetched_at, allowances=allowances, credentials=credentials,
    )  # fmt: skip


def from_admission(id_: int, one: Admission, digest: int) -> Row:
    """In the order of `ADMISSION_NAMES`, instants as microseconds."""
    guest = one.guest
    return (
        id_, one.account, one.event, one.resource, one.ref, one.kind.value, one.standing.value, one.word,
        to_micros(one.voided_at), one.rate, guest.name, guest.note,
        tags_text(guest), one.email, one.phone,
        to_micros(one.opens_at), to_micros(one.closes_at), to_micros(one.entered_at), to_micros(one.changed_at),
        to_micros(one.fetched_at), digest,
    )  # fmt: skip


def tags_text(guest: Guest) -> str:
    return msgspec.json.encode(guest.tags).decode() if guest.tags else ""


def to_allowance(row: Row) -> Allowance:
    _admission, ref, limit, confirmed, owed, confirmed_at, name = row
    return Allowance(ref=ref, limit=limit, confirmed=confirmed, owed=owed, confirmed_at=confirmed_at, name=name)


def to_call(row: Row) -> Call:
    (
        id_, scan, account, event, event_ref, admission, kind, ref, code, allowance, heads, limit, party, at, station,
        state, attempts, looks, doubts, base, due_at, *_rest, rate, sent_at,
    ) = row  # fmt: skip
    return Call(
        id=CallId(id_), scan=ScanId(scan), account=AccountId(account), event=EventId(event), event_ref=event_ref,
        admission=AdmissionId(admission), kind=Kind(kind), ref=ref, code=code, allowance=allowance, heads=heads,
        limit=limit, party=_party_decoder.decode(party) if party else None, at=at, station=station,
        state=CallState(state), attempts=attempts, looks=looks, doubts=doubts, base=base, due_at=due_at, rate=rate,
        sent_at=sent_at,
    )  # fmt: skip


def from_call(call: Call) -> dict[str, Any]:
    """What a new call is inserted with."""
    return {
        "scan_id": call.scan, "account": call.account, "event_id": call.event, "event_ref": call.event_ref,
        "admission_id": call.admission, "kind": call.kind.value, "ref": call.ref, "code": call.code,
        "allowance": call.allowance, "heads": call.heads, "limit_": call.limit, "party": party_text(call.party),
        "rate": call.rate, "at": call.at, "station": call.station, "state": call.state.value,
        "due_at": call.due_at or call.at,
    }  # fmt: skip


def party_text(party: Party | None) -> str | None:
    return None if party is None else msgspec.json.encode(party).decode()


def answer_bytes(answer: Answer) -> bytes:
    return _answer_encoder.encode(answer)


def to_answer(raw: bytes) -> Answer:
    return _answer_decoder.decode(raw)


def rule_text(station: Station) -> str:
    return msgspec.json.encode(station).decode()


def to_station(id_: int, name: str, rule: str) -> Station:
    return replace(_rule_decoder.decode(rule), id=StationId(id_), name=name)


def to_event(row: Any) -> Event:
    return Event(
        id=EventId(row.id), account=AccountId(row.account), ref=row.ref, name=row.name, starts_at=row.starts_at,
        ends_at=row.ends_at, label=row.label, active=row.active, wanted=row.wanted,
        open=row.by_hand if row.by_hand is not None else row.wanted,
    )  # fmt: skip
