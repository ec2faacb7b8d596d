"""Starting and stopping: any number of times, from threads and event loops, several at once; nothing is left behind."""

from __future__ import annotations

import asyncio
import errno
import gc
import socket
import threading
import tomllib
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import antiphon
from antiphon import APIConnectionError, AsyncClient, Client
from antiphon.mock import serve
from antiphon.mock.server import own_document
from antiphon_codegen.problems import Refused

from .asking import document, operation, written
from .wire import Wire


def models(url: str) -> int:
    with Client(base_url=url, api_key="any", max_retries=0) as client:
        return len(client.models.list().data)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_our_own_document_is_in_the_package_that_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    source = own_document()
    project = tomllib.loads((source.parent / "pyproject.toml").read_text("utf-8"))
    [(taken, into)] = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"].items()
    assert taken == source.name

    def is_there(path: Path) -> bool:
        return True

    monkeypatch.setattr(Path, "exists", is_there)
    assert own_document() == Path(antiphon.__file__).resolve().parent.parent / into


def test_many_times() -> None:
    for _ in range(20):
        with serve() as server:
            assert models(server.url) > 0


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_nothing_is_left_behind() -> None:
    with serve() as server:  # what is loaded and kept at the first start does not count
        models(server.url)
    gc.collect()
    before = descriptors(), threading.active_count()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(5):
            with serve() as server, Wire(server.url) as idle, Wire(server.url) as half:
                half.send(b"GET /v1/models HTTP/1.1\r\n")
                idle.send(idle.request("GET", "/models"))
                assert idle.answer().status == 200
        gc.collect()
    assert (descriptors(), threading.active_count()) == before


def test_several_at_once(tmp_path: Path) -> None:
    other = written(tmp_path, document({"/models": {"get": operation({"const": {"object": "other", "data": []}})}}))
    with serve() as first, serve() as second, serve(other) as third:
        assert len({first.url, second.url, third.url}) == 3
        assert models(first.url) == models(second.url) > 0
        assert models(third.url) == 0
        assert (len(first.requests), len(third.requests)) == (1, 1)


def test_a_port_of_ones_own_which_may_be_taken() -> None:
    with serve() as server:
        port = int(server.url.split(":")[2].partition("/")[0])
        with pytest.raises(OSError, match=r".") as caught, serve(port=port):
            pass
        assert caught.value.errno == errno.EADDRINUSE
    with serve(port=port) as again:
        assert models(again.url) > 0


def test_another_address() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 here")
    with serve(host="::1") as server:
        assert server.url.startswith("http://[::1]:")
        assert models(server.url) > 0


def test_without_with() -> None:
    server = serve()
    with pytest.raises(RuntimeError, match="has not been started"):
        _ = server.url
    server.close()
    assert server.start() is server
    assert server.start() is server
    assert models(server.url) > 0
    server.close()
    server.close()
    with pytest.raises(APIConnectionError):
        models(server.url)
    server.start()
    assert models(server.url) > 0
    server.close()


def test_a_failing_block_ends_it_too() -> None:
    server = serve()

    def fail() -> None:
        with server:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with pytest.raises(APIConnectionError):
        models(server.url)


def test_from_many_threads() -> None:
    def round_trip(number: int) -> str:
        with serve() as server, Client(base_url=server.url, api_key="any") as client:
            return client.models.retrieve(str(number)).id

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(round_trip, range(16))) == [str(number) for number in range(16)]


def test_one_server_for_many_threads() -> None:
    with serve() as server, Client(base_url=server.url, api_key="any") as client, ThreadPoolExecutor(8) as pool:
        names = [str(number) for number in range(64)]
        assert [model.id for model in pool.map(client.models.retrieve, names)] == names
        assert len(server.requests) == 64


async def test_in_an_event_loop() -> None:
    async with serve() as server, AsyncClient(base_url=server.url, api_key="any") as client:
        found = await asyncio.gather(*(client.models.retrieve(str(number)) for number in range(30)))
        assert [model.id for model in found] == [str(number) for number in range(30)]


def test_in_several_event_loops_in_turn() -> None:
    async def round_trip() -> None:
        async with serve() as server, AsyncClient(base_url=server.url, api_key="any") as client:
            await client.models.list()

    for _ in range(3):
        asyncio.run(round_trip())


async def test_several_in_one_task_group() -> None:
    async def round_trip(name: str) -> str:
        async with serve() as server, AsyncClient(base_url=server.url, api_key="any") as client:
            return (await client.models.retrieve(name)).id

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(round_trip(str(number))) for number in range(5)]
    assert [task.result() for task in tasks] == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an OpenAPI document is an object"),
        ("[]", "an OpenAPI document is an object"),
        ("{}", "openapi"),
        ('{"swagger": "1.2"}', "1.2"),
        ("{", "neither JSON nor YAML"),
        ("a: [", "neither JSON nor YAML"),
        ("a: &x [*x]", "stands inside of what it names"),
    ],
)
def test_what_is_no_document(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(text)
    with pytest.raises(Refused) as caught:
        serve(path)
    assert message in caught.value.problem.message
    assert caught.value.problem.origin.line > 0


def test_a_document_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.yaml", tmp_path):
        with pytest.raises(Refused):
            serve(path)


def test_a_document_that_changed_is_read_again(tmp_path: Path) -> None:
    with serve(written(tmp_path, document({"/a": {"get": operation()}}))) as server:
        assert [each.path for each in server.service.operations] == ["/a"]
    with serve(written(tmp_path, document({"/a": {"get": operation()}, "/b": {"get": operation()}}))) as server:
        assert [each.path for each in server.service.operations] == ["/a", "/b"]


def test_a_client_that_leaves_a_stream_is_no_news(caplog: pytest.LogCaptureFixture) -> None:
    with serve() as server, Client(base_url=server.url, api_key="any") as client:
        for _ in range(3):
            stream = client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": "a b c " * 3000}], stream=True
            )
            for _chunk in stream:
                break
    assert [record.message for record in caplog.records if record.name == "asyncio"] == []
