"""Who may call Fourvenues, and under which name."""

from app.simulators.faults import Scope, TurnedAway
from app.simulators.fourvenues.switches import RESOURCES, Switches

PREFIX = "/integrations"


class KeyGatehouse:
    """Keys in headers: an unknown one is answered 401 with nothing else."""

    prefix = PREFIX

    def __init__(self, switches: Switches) -> None:
        self._switches = switches

    def resource(self, path: str) -> str:
        """The resource, in one word or two."""
        two = "/".join(path.split("/")[:2])
        return two if two in RESOURCES else path.split("/", maxsplit=1)[0]

    def writes(self, scope: Scope) -> bool:
        """Whether the request can change something."""
        return scope["method"] not in ("GET", "HEAD")

    def caller(self, scope: Scope, resource: str) -> str | TurnedAway:
        """The key that the rate is counted for."""
        key, forbidden = self._key(dict(scope["headers"])), self._switches.forbidden
        if key is None or self._switches.key_revoked:
            return TurnedAway(status=401)
        if resource in forbidden or ("checkin" in forbidden and scope["path"].endswith("/checkin")):
            return TurnedAway(status=403, body=b'{"success":false,"error":"Forbidden"}')
        return key

    def _key(self, headers: dict[bytes, bytes]) -> str | None:
        key = headers.get(b"x-api-key", b"").decode("latin-1")
        pair = (headers.get(b"integration_id", b""), headers.get(b"secret", b""))
        if self._switches.auth != "pair" and key.startswith("ik_"):
            return key
        if self._switches.auth != "key" and all(pair):
            return pair[0].decode("latin-1")
        return None
