"""Which calls to Oveit change something; who may call is told by a token that may be inside of the body."""

from app.simulators.faults import Scope, TurnedAway

PREFIX = "/api"
WRITES = frozenset({"/tickets/checkin", "/turnstile/checkin", "/turnstile/checkout"})


class OpenGatehouse:
    """Everybody is let through to the endpoints; the rate is that of the whole account."""

    prefix = PREFIX

    def resource(self, path: str) -> str:
        """The endpoint."""
        return path.removeprefix(PREFIX).strip("/")

    def writes(self, scope: Scope) -> bool:
        """Whether the request can change something: reads are POST too."""
        return str(scope["path"]).removeprefix(PREFIX) in WRITES

    def caller(self, scope: Scope, resource: str) -> str | TurnedAway:
        """The same for all."""
        return "account"
