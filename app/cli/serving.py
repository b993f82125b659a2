"""Running a wired hub behind uvicorn until somebody stops it."""

from __future__ import annotations

import gc
import http.client
import signal
import socket
import sys
from http import HTTPStatus
from types import FrameType

import structlog
import uvicorn

from app.bootstrap import Hub, make_web
from app.cli import notifying
from app.cli.common import Trouble, page_folder
from app.settings import Settings
from app.web.live import Live
from scanner.hub_decoder import HubDecoder
from scanner.kiosk.wiring import Kiosk

log = structlog.get_logger()

SWITCH_INTERVAL_S = 0.001
"""How long a thread may keep the interpreter while another wants it: a commit must not wait behind the web."""

ANSWER_S = 5.0
EVERYWHERE = frozenset({"0.0.0.0", "::"})


def must_not_mix(settings: Settings) -> None:
    """Stop before a venue's guests and a demo's get into one database."""
    if settings.mixes_demo_and_real():
        raise Trouble(f"{settings.data_dir} holds a demo: remove it, or set DOORCHECK_DATA_DIR")


class HubServer(uvicorn.Server):
    """Lets go of the pages that listen as soon as somebody stops it: uvicorn would wait for them. Tells systemd."""

    def __init__(self, config: uvicorn.Config, live: Live, kiosk: Kiosk | None) -> None:
        super().__init__(config)
        self._live = live
        self._kiosk = kiosk

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        notifying.ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        notifying.stopping()
        self._live.close()
        if self._kiosk is not None:
            self._kiosk.leave()
        super().handle_exit(sig, frame)


def run_hub(hub: Hub, live: Live, host: str, port: int, kiosk: Kiosk | None = None) -> None:
    """Serve until SIGINT or SIGTERM. The hub's jobs start before the first request and end after the last."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = make_web(hub, live, HubDecoder(), page_folder(), kiosk)
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=3, timeout_keep_alive=75,
    )  # fmt: skip
    server = HubServer(config, live, kiosk)
    try:
        listening = config.bind_socket()
    except SystemExit:
        raise Trouble(f"port {port} is taken: choose another with --port") from None
    signal.signal(signal.SIGTERM, _end_in_order)
    gc.freeze()
    hub.jobs.start()
    if kiosk is not None:
        kiosk.start()
    log.info("hub.started", host=host, port=port)
    with notifying.watchdog(lambda: _answers(host, port) and (kiosk is None or kiosk.alive())):
        server.run(sockets=[listening])
    log.info("hub.stopped")


def _end_in_order(_number: int, _frame: FrameType | None) -> None:
    """uvicorn raises the signal once more when it has stopped: what is still to be closed must not die of it."""
    log.info("hub.ending")


def _answers(host: str, port: int) -> bool:
    """Does the hub still answer requests? Asked from outside of its event loop."""
    line = http.client.HTTPConnection("localhost" if host in EVERYWHERE else host, port, timeout=ANSWER_S)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
