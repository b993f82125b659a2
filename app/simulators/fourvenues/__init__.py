"""Fourvenues as a server, Integrations API and Channel Manager: what its documentation says, and switches for more."""

from app.simulators.fourvenues.server import create_app
from app.simulators.fourvenues.switches import DoorSwitches, Switches
from app.simulators.fourvenues.world import World

__all__ = ["DoorSwitches", "Switches", "World", "create_app"]
