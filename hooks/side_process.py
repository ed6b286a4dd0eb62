"""A function that runs beside this process, in a copy of it: both cores work, and what was read need not be read again."""

from __future__ import annotations

import logging
import multiprocessing
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any


def can_fork() -> bool:
    """Whether the system can copy a process; on a Mac it can, and libraries for numbers do not survive it."""
    return "fork" in multiprocessing.get_all_start_methods() and sys.platform != "darwin"


class SideProcess:
    """Runs a function beside this process, which ends it where it ends itself.

    Warnings and errors that it logs below `logger` are logged here once it is waited for, so that lines do not mix and whoever
    counts warnings counts them.
    """

    def __init__(self, function: Callable[[], None], logger: str) -> None:
        context: Any = multiprocessing.get_context("fork")
        self._answer, answer = context.Pipe(duplex=False)
        self._process = context.Process(target=_run, args=(function, logger, answer), daemon=True)
        self._process.start()
        answer.close()

    def wait(self) -> None:
        """Wait until the function is done. Raises what it raised."""
        try:
            records, error = self._answer.recv()
        except EOFError:
            self._process.join()
            raise ChildProcessError(
                f"a process that built a part of the site ended with {self._process.exitcode}"
            ) from None
        self._process.join()
        for record in records:
            logging.getLogger(record.name).handle(record)
        if error is not None:
            raise error

    def stop(self) -> None:
        """End the process, done or not."""
        self._process.terminate()
        self._process.join()


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        record.msg, record.args, record.exc_info = record.getMessage(), (), None
        self.records.append(record)


def _run(function: Callable[[], None], logger: str, answer: Connection) -> None:
    collector = _Collector()
    logging.getLogger(logger).handlers = [collector]
    error: BaseException | None = None
    try:
        function()
    except BaseException as raised:
        raised.add_note(traceback.format_exc())
        error = raised
    answer.send((collector.records, error))
