"""What only sync clients meet: many threads, the garbage collector in the middle of things."""

from __future__ import annotations

import gc
import socket
import threading
from typing import Any, Final

import pytest

from antiphon.runtime import APIConnectionError, ClientClosedError
from antiphon.runtime.transports._sync.pool import ConnectionPool
from antiphon.runtime.transports.pools import Pools

from ._sync.sdk import Client
from .colours import pooled, reached, together
from .transports.servers import STREAM, Peer, RawServer, answer, chunk, serve_ok

EVENT: Final = chunk(b'data: {"id": "1"}\n\n')
DONE: Final = chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"


def client_of(server: RawServer, **arguments: Any) -> Client:
    given: dict[str, Any] = {"api_key": "k", "base_url": server.url("/v1"), "max_retries": 0, **arguments}
    return Client(**given)


def pool_of(client: Client) -> ConnectionPool:
    transport: Any = client._transport  # pyright: ignore[reportPrivateUsage]  what is open is the point
    pools: Pools = transport.pools
    pool = pools.current()
    assert pool is not None
    return pool


def answers(peer: Peer) -> None:
    while asked := peer.request():
        if b"/events" in asked:
            peer.send(STREAM + EVENT + EVENT + DONE)
        elif b"/things/bad" in asked:
            peer.send(answer(b"{}", status="500 Oops"))
        else:
            peer.send(answer(b'{"role": "user", "content": "%s"}' % asked.split(b" ")[1].rpartition(b"/")[2]))


def test_thirty_two_threads_on_four_connections() -> None:
    with RawServer(answers) as server, client_of(server, http_client=pooled(4)) as client:

        def work(number: int) -> list[str]:
            seen: list[str] = []
            for turn in range(5):
                seen.append(str(client.things.retrieve(f"{number}-{turn}").content))
                seen += [item.id for item in client.things.events()]
                next(client.things.events())  # dropped in the middle
                with pytest.raises(Exception, match="500"):
                    client.things.retrieve("bad")
            return seen

        outcomes = together([lambda number=number: work(number) for number in range(32)])
        expected = [[part for turn in range(5) for part in (f"{number}-{turn}", "1", "1")] for number in range(32)]
        assert outcomes == expected
        assert pool_of(client).busy_connections == 0
        assert pool_of(client).open_connections <= 4


def test_a_first_call_in_many_threads_at_once() -> None:
    for _ in range(5):
        with RawServer(answers) as server:
            client = client_of(server)
            start = threading.Barrier(16)

            def work(client: Client = client, start: threading.Barrier = start) -> list[str]:
                start.wait(20)
                return [item.id for item in client.things.events()]

            assert together([work] * 16) == [["1", "1"]] * 16
            client.close()


def test_a_call_that_is_blocked_when_the_client_is_closed() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.server.reached.release()
        peer.until_closed()

    with RawServer(script) as server:
        client = client_of(server, max_retries=2)
        outcomes: list[BaseException] = []

        def work() -> None:
            try:
                client.things.create()
            except Exception as error:
                outcomes.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        assert reached(server.reached)
        client.close()
        thread.join(20)
        assert not thread.is_alive()
        assert isinstance(outcomes[0], (APIConnectionError, ClientClosedError))
        assert reached(server.given_up)


def test_the_garbage_collector_may_come_at_any_moment() -> None:
    """A stream in a cycle is closed by the collector, wherever the thread is then: inside the pool, too."""
    threshold = gc.get_threshold()
    with RawServer(answers) as server, client_of(server, http_client=pooled(100)) as client:
        gc.set_threshold(1, 1, 1)
        try:
            for _ in range(30):
                stream: Any = client.things.events()
                next(stream)
                stream.myself = stream
                del stream
                client.things.retrieve("x")
        finally:
            gc.set_threshold(*threshold)
        gc.collect()
        assert pool_of(client).busy_connections == 0


def test_more_connections_than_select_knows_numbers() -> None:
    """Descriptors above 1023 are nothing special."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 1200:
        pytest.skip("too few descriptors are allowed here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1200), hard))
    taken: list[socket.socket] = []
    try:
        while not taken or taken[-1].fileno() < 1030:
            taken.append(socket.socket())
        with RawServer(answers) as server, client_of(server) as client:
            for _ in range(2):
                assert [item.id for item in client.things.events()] == ["1", "1"]
            assert server.connections == 1
    finally:
        for each in taken:
            each.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_idle_connections_do_not_stay_for_ever() -> None:
    with RawServer(serve_ok) as server, client_of(server, http_client=pooled(10)) as client:
        start = threading.Barrier(5)

        def work() -> None:
            start.wait(20)
            with client.things.with_streaming_response.create() as response:
                start.wait(20)  # all of them are open at the same time
                response.read()

        together([work] * 5)
        pool = pool_of(client)
        assert pool.open_connections == 5
        pool._keepalive = -1.0  # pyright: ignore[reportPrivateUsage]  as if much time had passed
        client.things.create()
        assert pool.open_connections == 0


def test_closing_a_client_leaves_no_socket_to_streams_that_nobody_reads() -> None:
    """One in a reference cycle would be found by the collector only, and its socket complain."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STREAM + EVENT)
        peer.until_closed()

    with RawServer(script) as server:
        client = client_of(server)
        stream: Any = client.things.events()
        next(stream)
        sock = stream._opened.reply.connection.stream.socket
        assert sock.fileno() >= 0
        client.close()
        assert sock.fileno() == -1
        with pytest.raises(APIConnectionError):
            next(stream)
        assert reached(server.given_up)
