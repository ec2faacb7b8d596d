"""Commands in processes of their own: streams, signals, pipes, terminals, what is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from antiphon.mock import MockServer

from ..llm.local import said
from ..llm.scripts import streamed
from ..runtime.transports.servers import BOUND, STREAM, Peer, RawServer, chunk
from .running import COMMAND, Terminal, at_terminal, enqueued, interrupted, plain, ran

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and terminals are other ones there")


class Slow(RawServer):
    """Says a piece, then another one for each time that it is let to; at the end it says so."""

    def __init__(self, *pieces: str) -> None:
        self.let = threading.Semaphore(0)
        self._pieces = pieces
        super().__init__(self._talk)

    def _talk(self, peer: Peer) -> None:
        while peer.request():
            peer.send(STREAM)
            for number, piece in enumerate(self._pieces):
                if number and not self.let.acquire(timeout=BOUND):
                    return
                try:
                    peer.send(chunk(f"data: {json.dumps(said(piece))}\n\n".encode()))
                except OSError:
                    self.given_up.release()
                    return
                self.reached.release()
            if self.let.acquire(timeout=BOUND):
                peer.send(chunk(b"data: [DONE]\n\n") + chunk(b""))


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Generator[Slow]:
    with Slow("One ", "two ", "three") as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url("/v1"))
        monkeypatch.setenv("OPENAI_API_KEY", "any")
        yield server
        for _ in range(9):
            server.let.release()


@contextmanager
def running(*arguments: str) -> Generator[subprocess.Popen[bytes]]:
    command = [*COMMAND, *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, bufsize=0) as process:
        try:
            yield process
        finally:
            process.kill()


def read(process: subprocess.Popen[bytes], size: int) -> bytes:
    assert process.stdout is not None
    found = b""
    while len(found) < size:
        piece = process.stdout.read(size - len(found))
        assert piece, found
        found += piece
    return found


def test_pieces_are_shown_as_they_arrive(slow: Slow) -> None:
    with running("chat", "x", "-m", "gpt-4o") as process:
        assert read(process, 4) == b"One "  # while the server waits to be let
        slow.let.release()
        assert read(process, 4) == b"two "
        slow.let.release()
        slow.let.release()
        out, err = process.communicate(timeout=BOUND)
    assert (process.returncode, out, err) == (0, b"three\n", b"")


@pytest.mark.parametrize("tool", [[], ["-t", "os:getcwd"]])
def test_interrupted_while_the_model_answers(slow: Slow, tool: list[str]) -> None:
    with running("chat", "x", "-m", "gpt-4o", *tool) as process:
        read(process, 4)
        out, err = interrupted(process)
    assert (process.returncode, out, err) == (130, b"\n", b"")


def test_interrupted_while_nothing_has_come_yet() -> None:
    with RawServer(lambda peer: (peer.request(), peer.server.reached.release(), peer.until_closed())) as server:
        with running("chat", "x", "-m", "vllm/m", "--base-url", server.url("/v1")) as process:
            assert server.reached.acquire(timeout=BOUND)
            out, err = interrupted(process)
        assert (process.returncode, out, err) == (130, b"", b"")
        assert server.given_up.acquire(timeout=BOUND)


def test_a_reader_that_has_had_enough(slow: Slow) -> None:
    with running("chat", "x", "-m", "gpt-4o") as process:
        read(process, 4)
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        slow.let.release()
        assert process.wait(BOUND) != 0
        assert process.stderr.read() == b""


def test_characters_that_cannot_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = ran("chat", "--mock", piped="Grüße".encode())
    assert (done.returncode, done.stdout, done.stderr) == (0, b"You said: Gr??e\n", b"")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(closed: str) -> None:
    for arguments in (
        ["chat", "--mock", "Hello"],
        ["chat", "--mock", "--json", "Hello"],
        ["keys", "set", "openai"],
        ["models", "-q", "nano"],
    ):
        command = ["sh", "-c", f'"$@" {closed}', "sh", *COMMAND, *arguments]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=BOUND, check=False)
        assert b"Traceback" not in done.stderr
        assert b"AttributeError" not in done.stderr
        if arguments[0] == "chat":
            assert done.returncode == 0
        if arguments[-2:] == ["--mock", "Hello"] and ">" not in closed:
            assert done.stdout == b"You said: Hello\n"


@pytest.mark.skipif(os.name != "posix", reason="arguments are texts elsewhere")
def test_what_is_typed_is_text() -> None:
    for arguments, what in (([b"\xff"], b"the prompt"), ([b"-s", b"\xff", b"x"], b"what stands after --system")):
        done = subprocess.run(
            [*COMMAND, "chat", "--mock", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=BOUND,
            check=False,
        )
        assert (done.returncode, done.stderr) == (1, b"Error: " + what + b" is no text in UTF-8\n")


@pytest.mark.skipif(os.name != "posix", reason="arguments are texts elsewhere")
def test_texts_where_the_system_knows_ascii_only() -> None:
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [*COMMAND, "chat", "--mock", "--json", "Gr\u00fc\u00dfe"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=BOUND,
        check=False,
        env=environment,
    )
    assert done.returncode == 0
    assert b"You said: Gr??e" in done.stdout


def test_nothing_is_piped_in() -> None:
    done = ran("chat", "--mock", "Hello")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"You said: Hello\n", b"")
    assert ran("chat", "--mock").returncode == 2


# --- what is loaded, and what is missing ---


def test_help_loads_no_more_than_it_needs() -> None:
    program = (
        "import sys, antiphon.cli\n"
        "try: antiphon.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in sys.modules if name.split('.')[0] in"
        " ('pydantic', 'httpx', 'anyio', 'rich', 'yaml') or name.startswith(('antiphon.llm', 'antiphon.commands'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=BOUND, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def without(module: str, *arguments: str) -> list[str]:
    program = f"import sys; sys.modules[{module!r}] = None; from antiphon.cli import main; main({list(arguments)!r})"
    return [sys.executable, "-c", program]


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [([], "cli"), (["--help"], "cli"), (["keys", "mock"], "cli"), (["mock"], "mock"), (["generate", "a"], "generate")],
)
def test_without_click(arguments: list[str], extra: str) -> None:
    command = [*without("click"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=BOUND, check=False)
    assert done.returncode == 1
    assert done.stderr == f"the antiphon command needs click: pip install 'antiphon[{extra}]'\n"


def test_without_the_mock_server() -> None:
    done = subprocess.run(
        without("uvicorn", "chat", "--mock", "x"), capture_output=True, text=True, timeout=BOUND, check=False
    )
    assert done.returncode == 1
    assert "antiphon[mock]" in done.stderr
    assert "Traceback" not in done.stderr


# --- at a terminal ---


def talking(terminal: Terminal, text: str) -> str:
    """What comes of a line that is typed in."""
    terminal.write(f"{text}\n")
    return plain(terminal.until("\n> ")).removeprefix(f"{text}\n")


def test_talking() -> None:
    with at_terminal("chat", "--mock", "-m", "openai/some", "-s", "Be brief") as terminal:
        assert "openai/some; /help says what else there is\n" in plain(terminal.until("> "))
        assert talking(terminal, "Hello") == "You said: Hello\n> "
        assert "/new    begin again" in talking(terminal, "/help")
        assert "/what is no command" in talking(terminal, "/what")
        assert talking(terminal, "") == "> "
        terminal.write('"""one\n')
        terminal.until("… ")
        terminal.write('two"""\n')
        assert "You said: one\ntwo\n> " in plain(terminal.until("\ntwo\n> "))
        talking(terminal, "/new")
        terminal.write("\x04")
        code, shown = terminal.ended()
    assert (code, shown.strip("\n")) == (0, "")


def test_leaving() -> None:
    for text in ("exit", "/exit", "quit"):
        with at_terminal("chat", "-m", "openai/m") as terminal:
            terminal.until("> ")
            terminal.write(f"{text}\n")
            assert terminal.ended()[0] == 0
    with at_terminal("chat", "-m", "openai/m") as terminal:
        terminal.until("> ")
        code, shown = terminal.ended(pressing="\x03")
    assert code == 130
    assert "Traceback" not in shown
    assert "Aborted" not in shown


def test_interrupting_an_answer_and_going_on(slow: Slow) -> None:
    with at_terminal("chat", "-m", "gpt-4o") as terminal:
        terminal.until("> ")
        terminal.write("First\n")
        terminal.until("One ")
        assert "interrupted" in terminal.until("\n> ", pressing="\x03")
        for _ in range(9):  # also for the connection that was given up
            slow.let.release()
        terminal.write("Second\n")
        terminal.until("One two three\n> ")
        terminal.write("\x04")
        assert terminal.ended()[0] == 0
    messages = json.loads(slow.requests[-1].partition(b"\r\n\r\n")[2])["messages"]
    assert messages == [{"role": "user", "content": "Second"}]


def test_an_error_does_not_end_the_talk() -> None:
    with at_terminal("chat", "-m", "groq/m") as terminal:
        terminal.until("> ")
        assert "Error: GROQ_API_KEY environment variable not set" in talking(terminal, "Hello")
        terminal.write("\x04")
        assert terminal.ended()[0] == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8:surrogateescape"])
def test_what_is_typed_in_is_text(encoding: str) -> None:
    with at_terminal("chat", "--mock", encoding=encoding) as terminal:
        terminal.until("> ")
        terminal.send(b"a\xffb\n")
        assert "Error: what was typed in is no text in UTF-8" in plain(terminal.until("\n> "))
        assert talking(terminal, "Hello") == "You said: Hello\n> "
        terminal.write("\x04")
        assert terminal.ended()[0] == 0


def test_what_a_model_says_does_nothing_to_the_terminal(server: MockServer) -> None:
    for term in ("dumb", "xterm"):
        with at_terminal("chat", "-m", "gpt-4o", "a\x1b]0;title\x07b\x9b31mc", term=term) as terminal:
            code, shown = terminal.ended()
        assert code == 0
        assert "\x1b]0" not in shown
        assert "\x07" not in shown
        assert "\x9b" not in shown
        assert "You said: a\ufffd]0;title\ufffdb\ufffd31mc" in plain(shown)


@pytest.mark.parametrize("term", ["dumb", "xterm"])
def test_thoughts_at_a_terminal(server: MockServer, term: str) -> None:
    deltas = [{"reasoning_content": piece} for piece in ("hm,\nwell, ", "what", "")]
    script = [streamed(*deltas, {"content": "Yes"}, {"reasoning_content": "so"}, {"content": " and no"})] * 2
    enqueued(server, script)
    with at_terminal("chat", "-m", "gpt-4o", "x", term=term) as terminal:
        code, shown = terminal.ended()
    assert code == 0
    for line in ("hm,", "well, what", "so"):
        assert f"\x1b[2m{line}\x1b[0m\n" in shown
    assert plain(shown).index("well, what\n") < plain(shown).index("Yes\n")
    with at_terminal("chat", "-m", "gpt-4o", "x", "-R", term=term) as terminal:
        assert "well" not in terminal.ended()[1]


def test_markdown_at_a_terminal(server: MockServer) -> None:
    text = "# Head\n\nsome **bold** text\n\n- one\n- two"
    with at_terminal("chat", "-m", "gpt-4o", text, term="xterm") as terminal:
        code, shown = terminal.ended()
    assert code == 0
    assert "\x1b[1mbold\x1b[0m" in shown
    assert "**" not in shown.rpartition("You said")[2]
    assert shown.endswith("two\n")
    for arguments, term in ((["--plain"], "xterm"), ([], "dumb")):
        with at_terminal("chat", "-m", "gpt-4o", text, *arguments, term=term) as terminal:
            assert terminal.ended()[1] == f"You said: {text}\n"
