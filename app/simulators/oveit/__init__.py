"""Oveit as a server: what its documentation says, and switches for what it does not say."""

from app.simulators.oveit.server import create_app
from app.simulators.oveit.switches import Switches
from app.simulators.oveit.world import World

__all__ = ["Switches", "World", "create_app"]
