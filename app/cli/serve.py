"""`doorcheck serve`."""

from __future__ import annotations

from typing import Annotated

import structlog
import typer

from app.cli.common import a_hub, must_have_accounts, out, settings_or_stop, start_logs
from app.cli.serving import must_not_mix, run_hub
from app.web.live import Live

log = structlog.get_logger()


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 for phones on the venue's network.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
) -> None:
    """Migrate, open the events of the settings, poll, drain and serve: the hub.

    Example: [bold]doorcheck serve --host 0.0.0.0 --port 8000[/bold]
    """
    settings = settings_or_stop()
    start_logs(settings)
    if settings.poll_seconds < 60:
        log.warning(
            "poll.often", seconds=settings.poll_seconds, words="the platform asks for at most one poll a minute"
        )
    must_not_mix(settings)
    live = Live()
    with a_hub(settings, hub=True, notices=live) as hub:
        must_have_accounts(hub)
        if not any(record.revoked_at is None for record in hub.store.views.stations()):
            out.print('No station yet. `doorcheck station add "Gate 1"` prints a token for one.', markup=False)
        out.print(
            f"Scanner page: http://{'localhost' if host in {'127.0.0.1', '0.0.0.0'} else host}:{port}/", markup=False
        )
        run_hub(hub, live, host, port)
