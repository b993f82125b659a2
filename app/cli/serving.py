"""Running a wired hub behind uvicorn until somebody stops it."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from types import FrameType

import structlog
import uvicorn

import scanner
from app.bootstrap import Hub, make_web
from app.cli.common import Trouble
from app.web.live import Live
from scanner.hub_decoder import HubDecoder

log = structlog.get_logger()

SWITCH_INTERVAL_S = 0.001
"""How long a thread may keep the interpreter while another wants it: a commit must not wait behind the web."""


def page_folder() -> Path:
    return Path(scanner.__file__).parent / "page"


class HubServer(uvicorn.Server):
    """Lets go of the pages that listen for notices as soon as somebody stops it: uvicorn would wait for them."""

    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._live.close()
        super().handle_exit(sig, frame)


def run_hub(hub: Hub, live: Live, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM. The hub's jobs start before the first request and end after the last."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = make_web(hub, live, HubDecoder(), page_folder())
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=3, timeout_keep_alive=75,
    )  # fmt: skip
    server = HubServer(config, live)
    try:
        socket = config.bind_socket()
    except SystemExit:
        raise Trouble(f"port {port} is taken: choose another with --port") from None
    gc.freeze()
    hub.jobs.start()
    log.info("hub.started", host=host, port=port)
    server.run(sockets=[socket])
    log.info("hub.stopped")
