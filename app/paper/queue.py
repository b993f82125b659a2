"""One printer on a thread of its own, so that printing never holds up the door."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future

import structlog

from app.paper.words import outcome
from app.ports.paper import Document, Fault, Printed, Printer, PrinterError

log = structlog.get_logger()

PATIENCE_S = 2.8
"""How long somebody at the door waits for a word of the printer; with what is around it, 3 s."""
MOST_WAITING = 8
"""More documents than so many are not waited for: nobody stands there any more."""

_Job = tuple[Document, "Future[Fault | None]"]


class PrintQueue:
    """Prints one document after the other. Thread-safe.

    A document that was not begun when its asker's patience ended is never printed: the asker was told so, and asks
    again. One that was begun may still come out: the asker is told to look.
    """

    def __init__(self, printer: Printer, *, patience: float = PATIENCE_S) -> None:
        self._printer = printer
        self._patience = patience
        self._jobs: queue.Queue[_Job | None] = queue.Queue(MOST_WAITING)
        self._ill: Fault | None = None
        self._closing = False
        threading.Thread(target=self._run, name="printer", daemon=True).start()

    def print(self, document: Document) -> Printed:
        """Print it, or say why not, within `patience` seconds. Never raises."""
        return outcome(self._result(document), document.language)

    def close(self) -> None:
        """Take nothing more; what is being printed comes out. Does not wait: a printer without paper never ends."""
        self._closing = True
        try:
            self._jobs.put_nowait(None)
        except queue.Full:
            return  # the thread sees `_closing` before its next document

    def _result(self, document: Document) -> Fault | None:
        job: Future[Fault | None] = Future()
        try:
            if self._closing:
                return Fault.BUSY
            self._jobs.put_nowait((document, job))
            return job.result(self._patience)
        except queue.Full:
            return Fault.BUSY
        except TimeoutError:
            if job.cancel():
                return Fault.BUSY
            return job.result() if job.done() else Fault.SLOW

    def _run(self) -> None:
        self._printer.prepare()
        while (job := self._jobs.get()) is not None and not self._closing:
            document, future = job
            if future.set_running_or_notify_cancel():
                why = self._print(document)
                self._tell(why)
                future.set_result(why)
        self._closing = True

    def _print(self, document: Document) -> Fault | None:
        try:
            self._printer.print(document)
        except PrinterError as error:
            return error.fault
        except Exception:
            log.exception("printer.broken")
            return Fault.UNUSABLE
        return None

    def _tell(self, why: Fault | None) -> None:
        """A change is logged once, and nothing of what was to be printed."""
        if why is not self._ill:
            self._ill = why
            if why is None:
                log.info("printer.well")
            else:
                log.warning("printer.ill", why=why)
