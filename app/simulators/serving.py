"""Running a simulator: in the foreground for people, in a thread for tests and the demo."""

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

from app.simulators import fourvenues, oveit

START_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server in a thread of its own."""

    host: str
    port: int
    _server: uvicorn.Server
    _thread: threading.Thread

    @property
    def url(self) -> str:
        """Where it answers, without a trailing slash."""
        return f"http://{self.host}:{self.port}"

    def stop(self) -> None:
        """Stop serving and wait for it; open connections are cut."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(START_SECONDS)


def start_in_thread(app: FastAPI, port: int = 0, host: str = "127.0.0.1") -> RunningServer:
    """Serve on a free port (or the given one) and return when it answers; raises OSError when the port is taken."""
    listener = socket.create_server((host, port))
    server = uvicorn.Server(_quiet(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="simulator", daemon=True)
    thread.start()
    patience = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > patience:
            raise OSError("the simulator did not start")
        time.sleep(0.005)
    return RunningServer(host, listener.getsockname()[1], server, thread)


def serve_fourvenues(
    port: int, guests: int = 2000, switches: Iterable[str] = (), seed: int = 1, host: str = "127.0.0.1"
) -> None:
    """Serve a generated night of Fourvenues until interrupted.

    `switches` are `name=value`; raises SwitchError for a bad one and OSError when the port is taken.
    """
    world = fourvenues.World.generate(guests=guests, seed=seed, switches=fourvenues.Switches.parse(switches))
    told = "Fourvenues simulator: {}/integrations (any key that begins with ik_ works)"
    _serve(fourvenues.create_app(world), port, host, told)


def serve_oveit(
    port: int, guests: int = 2000, switches: Iterable[str] = (), seed: int = 1, host: str = "127.0.0.1"
) -> None:
    """Serve a generated night of Oveit until interrupted.

    `switches` are `name=value`; raises SwitchError for a bad one and OSError when the port is taken.
    """
    world = oveit.World.generate(guests=guests, seed=seed, switches=oveit.Switches.parse(switches))
    told = f"Oveit simulator: {{}}/api (e-mail {world.email}, password {world.password})"
    _serve(oveit.create_app(world), port, host, told)


def _serve(app: FastAPI, port: int, host: str, told: str) -> None:
    listener = socket.create_server((host, port))
    place = f"http://{host}:{listener.getsockname()[1]}"
    told = told.format(place)
    sys.stdout.write(f"{told}\nCodes to scan: {place}/sheet   Switches: {place}/_control/switches\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(_quiet(app)).run(sockets=[listener])


def _quiet(app: FastAPI) -> uvicorn.Config:
    # The date header is the platform's own, so that its clock can be wrong.
    return uvicorn.Config(
        app, access_log=False, log_level="error", date_header=False, server_header=False, lifespan="off"
    )
