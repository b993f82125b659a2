"""Fourvenues (Integrations API) as a server: what its documentation says, and switches for what it does not say."""

from app.simulators.fourvenues.server import create_app
from app.simulators.fourvenues.switches import Switches
from app.simulators.fourvenues.world import World

__all__ = ["Switches", "World", "create_app"]
