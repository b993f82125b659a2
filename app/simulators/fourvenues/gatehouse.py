"""Who may call Fourvenues, and under which name."""

from app.simulators.faults import Scope, TurnedAway
from app.simulators.fourvenues.switches import RESOURCES, Switches

PREFIX = "/integrations"
CHANNELS = "/channels"
NO_KEY = b'{"success":false,"message":"Unauthorized"}'
FORBIDDEN = b'{"success":false,"error":"Forbidden"}'


class KeyGatehouse:
    """Keys in headers. The Integrations API answers 401 with nothing else to one that it does not know."""

    prefix = (PREFIX, CHANNELS)

    def __init__(self, switches: Switches) -> None:
        self._switches = switches

    def resource(self, path: str) -> str:
        """The resource, in one word or two."""
        if path.startswith(CHANNELS):
            return _channels_resource(path)
        path = path.removeprefix(PREFIX).strip("/")
        two = "/".join(path.split("/")[:2])
        return two if two in RESOURCES else path.split("/", maxsplit=1)[0]

    def writes(self, scope: Scope) -> bool:
        """Whether the request can change something."""
        return scope["method"] not in ("GET", "HEAD")

    def caller(self, scope: Scope, resource: str) -> str | TurnedAway:
        """The key that the rate is counted for."""
        if scope["path"].startswith(CHANNELS):
            return self._channel(scope, resource)
        key, forbidden = self._key(dict(scope["headers"])), self._switches.forbidden | self._switches.sales_forbidden
        if key is None or self._switches.key_revoked:
            return TurnedAway(status=401)
        what = {resource, self._write(scope, resource)}
        return TurnedAway(status=403, body=FORBIDDEN) if what & forbidden else key

    @staticmethod
    def _write(scope: Scope, resource: str) -> str:
        """What the request would change, by its name among what can be forbidden."""
        if scope["method"] == "POST" and resource == "tickets":
            return "issue"
        return "checkin" if scope["path"].endswith("/checkin") else resource

    def _channel(self, scope: Scope, resource: str) -> str | TurnedAway:
        """A key of the Channel Manager: another kind, and another account of the rate."""
        switches, key = self._switches, dict(scope["headers"]).get(b"x-api-key", b"").decode("latin-1")
        if not key or switches.key_revoked or switches.channels_auth == "nobody":
            return TurnedAway(status=401, body=NO_KEY)
        if switches.channels_auth == "channel" and not key.startswith("cm_"):
            return TurnedAway(status=int(switches.foreign_key), body=NO_KEY)
        return TurnedAway(status=403, body=FORBIDDEN) if resource in switches.sales_forbidden else key

    def _key(self, headers: dict[bytes, bytes]) -> str | None:
        key = headers.get(b"x-api-key", b"").decode("latin-1")
        pair = (headers.get(b"integration_id", b""), headers.get(b"secret", b""))
        if self._switches.auth != "pair" and key.startswith("ik_"):
            return key
        if self._switches.auth != "key" and all(pair):
            return pair[0].decode("latin-1")
        return None


def _channels_resource(path: str) -> str:
    parts = path.removeprefix(CHANNELS).strip("/").split("/")
    return f"channels/{'checkout' if parts[:2] == ['tickets', 'checkout'] else parts[0]}"
