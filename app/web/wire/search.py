"""What a search finds, and what an image holds."""

from __future__ import annotations

from app.domain.model import QR, Admission, Allowance, Kind, Standing, Station
from app.flows.admit import rights_of
from app.ports import ReadCode
from app.web.wire.common import EventName, Given
from app.web.wire.scans import RightOut


class AdmissionOut(Given):
    """An admission as the door may see it: neither mail nor phone. `left`, `limit` and `entered` are of the right that
    the station counts; `allowances` are all there are, where there is more than the entrance."""

    admission: str
    name: str
    note: str
    kind: Kind
    rate: str
    standing: Standing
    left: int
    limit: int
    entered: int
    code: str
    event: EventName
    allowance: str
    allowances: list[RightOut]

    @classmethod
    def of(cls, admission: Admission, event_name: str, station: Station) -> AdmissionOut:
        count = admission.allowance(station.allowance) or Allowance(limit=0)
        codes = sorted(admission.credentials, key=lambda one: one.scheme != QR)
        return cls(
            admission=str(admission.id), name=admission.guest.name, note=admission.guest.note, kind=admission.kind,
            rate=admission.rate, standing=admission.standing, left=max(count.left, 0), limit=count.limit,
            entered=count.entered, code=codes[0].value if codes else "",
            event=EventName(id=admission.event, name=event_name), allowance=station.allowance,
            allowances=[RightOut.of(one) for one in rights_of(admission, station.allowance, count.left)],
        )  # fmt: skip


class AdmissionsOut(Given):
    items: list[AdmissionOut]


class CodeOut(Given):
    scheme: str
    value: str
    format: str

    @classmethod
    def of(cls, code: ReadCode) -> CodeOut:
        return cls(scheme=code.scheme, value=code.value, format=code.format)


class CodesOut(Given):
    codes: list[CodeOut]
