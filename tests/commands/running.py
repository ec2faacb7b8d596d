"""Commands as they are typed: inside this process, in a process of their own, at a terminal."""

from __future__ import annotations

import codecs
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager

from click.testing import CliRunner, Result

from antiphon.cli import main
from antiphon.mock import MockServer, Scripted

__all__ = ["COMMAND", "Terminal", "at_terminal", "enqueued", "interrupted", "plain", "ran", "typed"]

COMMAND = [sys.executable, "-W", "error", "-c", "from antiphon.cli import main; main()"]
BOUND = 20.0


def typed(*arguments: str, piped: str | bytes | None = None) -> Result:
    """What comes of a command; whatever goes wrong is told in the last line, and nothing is a traceback."""
    done = CliRunner().invoke(main, list(arguments), input=piped)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    assert "Traceback" not in done.output
    if done.exit_code == 1:
        assert re.match(r"Error: .+", done.stderr.splitlines()[-1])
    return done


def ran(*arguments: str, piped: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """The same in a process of its own."""
    given = {"stdin": subprocess.DEVNULL} if piped is None else {"input": piped}
    return subprocess.run([*COMMAND, *arguments], capture_output=True, timeout=BOUND, check=False, **given)  # pyright: ignore[reportArgumentType, reportCallIssue, reportUnknownVariableType]


def enqueued(server: MockServer, steps: Iterable[Scripted]) -> None:
    for step in steps:
        server.enqueue(step.status, step.body, headers=dict(step.headers))


def interrupted(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    """What a process says until Ctrl-C has ended it; pressed again after a while, for the reason that `until` names."""
    end = time.monotonic() + BOUND
    while True:
        process.send_signal(signal.SIGINT)
        try:
            return process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            assert time.monotonic() < end


class Terminal:
    """The other end of a terminal: a person."""

    def __init__(self, process: subprocess.Popen[bytes], ends: int) -> None:
        self._process = process
        self._ends = ends
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a character may come in two pieces
        self.text = ""
        """What was shown and not yet looked at."""

    def write(self, text: str) -> None:
        """Type."""
        self.send(text.encode())

    def send(self, keys: bytes) -> None:
        """Type what need be no text."""
        os.write(self._ends, keys)

    def until(self, text: str, *, pressing: str = "") -> str:
        """What is shown, up to a text; a key is pressed, and again after a while when nothing came of it.

        For a signal between the last look for signals and a wait does not end that wait.
        """
        end = time.monotonic() + BOUND
        while text not in self.text:
            assert time.monotonic() < end, self.text
            if pressing:
                self.write(pressing)
                while text not in self.text and self._read(3):
                    pass
            elif not self._read():
                raise AssertionError(f"it ended with {self.text!r}")
        found, _, self.text = self.text.partition(text)
        return found + text

    def ended(self, *, pressing: str = "") -> tuple[int, str]:
        """How it ends, and what was shown until then; a key is pressed until it does.

        For a signal between the last look for signals and the wait for a key is seen only after the next key.
        """
        end = time.monotonic() + BOUND
        while self._process.poll() is None:
            assert time.monotonic() < end, self.text
            if pressing:
                self.write(pressing)
            while self._read(0.5 if pressing else 0.05):
                pass
        while self._read(0.0):
            pass
        return self._process.wait(), self.text

    def _read(self, seconds: float = BOUND) -> bool:
        if not select.select([self._ends], [], [], seconds)[0]:
            return False
        try:
            piece = os.read(self._ends, 4096)
        except OSError:  # Linux says so when the other end is closed
            return False
        self.text = (self.text + self._decoder.decode(piece)).replace("\r\n", "\n")
        return bool(piece)


_AT_TERMINAL = """\
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # where Ctrl-C comes from, and where keys are typed in
from antiphon.cli import main
main()
"""


@contextmanager
def at_terminal(*arguments: str, term: str = "dumb", encoding: str = "utf-8") -> Generator[Terminal]:
    """A command at a terminal."""
    ours, its = os.openpty()
    command = [sys.executable, "-W", "error", "-c", _AT_TERMINAL, *arguments]
    environment = {**os.environ, "TERM": term, "PYTHONIOENCODING": encoding, "COLUMNS": "80", "LINES": "24"}
    with subprocess.Popen(
        command, stdin=its, stdout=its, stderr=its, env=environment, start_new_session=True
    ) as process:
        os.close(its)
        try:
            yield Terminal(process, ours)
        finally:
            process.kill()
            os.close(ours)


def plain(text: str) -> str:
    """What is seen of a text on a terminal."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
