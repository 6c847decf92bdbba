"""One message to one endpoint over real sockets: what its answer means, and that nothing inside is ever connected."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from support.awkward_urls import INNER_ADDRESSES, REFUSED_AS_WRITTEN
from support.hooks import Endpoint, served
from support.log import until

from keeptrusts.schemas.outbound import PUBLIC_ONLY, rules_of
from keeptrusts.stream_processors.webhooks.sending import Sender

HERE = rules_of("127.0.0.1")


class Names(AbstractResolver):
    """Resolves every name to what it is told, each time the next."""

    def __init__(self, *answers: str) -> None:
        self._answers = answers
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        answer = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        kind = socket.AF_INET6 if ":" in answer else socket.AF_INET
        return [
            ResolveResult(hostname=host, host=one, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for one in answer.split(",")
        ]

    async def close(self) -> None:
        """Nothing to close."""


class Sockets:
    """Makes sockets, and counts them."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, address: Any) -> socket.socket:
        self.made += 1
        return socket.socket(address[0], address[1], address[2])


@pytest.mark.parametrize(
    ("status", "delivered", "error"),
    [(200, True, None), (204, True, None), (302, False, "redirect"), (307, False, "redirect"), (400, False, "refused"),
     (410, False, "refused"), (500, False, "refused")],
)  # fmt: skip
async def test_only_a_status_of_success_is_a_delivery_and_no_redirect_is_followed(
    status: int, delivered: bool, error: str | None
) -> None:
    endpoint = Endpoint(answer=lambda path: status)
    async with served(endpoint) as url:
        attempt = await Sender(HERE).post(f"{url}/a?b=%20", {"webhook-id": "msg_1"}, b"{}")
    assert (attempt.status, attempt.delivered, attempt.error) == (status, delivered, error)
    assert [(path, headers["webhook-id"], body) for path, headers, body in endpoint.got] == [("/a", "msg_1", b"{}")]


async def test_an_endpoint_that_does_not_answer_in_time_is_left() -> None:
    endpoint = Endpoint(slow=frozenset({"/a"}))
    async with served(endpoint) as url:
        attempt = await Sender(HERE, timeout_s=0.2).post(f"{url}/a", {}, b"{}")
        endpoint.free.set()
    assert (attempt.status, attempt.error) == (None, "timeout")


async def test_nobody_listening_is_a_failed_attempt() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        attempt = await Sender(HERE).post(f"http://127.0.0.1:{taken.getsockname()[1]}/", {}, b"{}")
    assert attempt.error == "connection"


async def test_no_socket_is_made_for_any_url_that_is_refused_as_written() -> None:
    sockets = Sockets()
    sender = Sender(PUBLIC_ONLY, resolver=lambda: Names("127.0.0.1"), make_socket=sockets)
    for url in REFUSED_AS_WRITTEN:
        assert (await sender.post(url, {}, b"{}")).error == "address_not_allowed", ascii(url)
    assert sockets.made == 0


async def test_no_socket_is_made_for_a_name_that_leads_inside() -> None:
    sockets = Sockets()
    for address in INNER_ADDRESSES:
        if "%" in address or not address or " " in address:
            continue
        sender = Sender(PUBLIC_ONLY, resolver=lambda address=address: Names(address), make_socket=sockets)
        attempt = await sender.post("https://hooks.example.com/", {}, b"{}")
        assert attempt.error == "address_not_allowed", address
    mixed = Sender(PUBLIC_ONLY, resolver=lambda: Names("10.0.0.1,127.0.0.1"), make_socket=sockets)
    assert (await mixed.post("https://hooks.example.com/", {}, b"{}")).error == "address_not_allowed"
    assert sockets.made == 0


async def test_a_name_that_changes_its_address_gains_nothing() -> None:
    names, addresses = Names("93.184.216.34", "127.0.0.1"), []

    def unreachable(address: Any) -> socket.socket:
        addresses.append(address[4][0])
        raise OSError("no route")

    sender = Sender(PUBLIC_ONLY, resolver=lambda: names, make_socket=unreachable)
    errors = [(await sender.post("https://hooks.example.com/", {}, b"{}")).error for _ in range(2)]
    assert errors == ["connection", "address_not_allowed"]
    assert (names.asked, addresses) == (2, ["93.184.216.34"]), "each attempt asks anew and connects to what was judged"


async def test_a_host_that_an_operator_names_may_lead_inside() -> None:
    endpoint = Endpoint()
    async with served(endpoint) as url:
        port = url.rsplit(":", 1)[1]
        sender = Sender(rules_of("hooks.example.com"), resolver=lambda: Names("127.0.0.1"))
        assert (await sender.post(f"http://hooks.example.com:{port}/a", {}, b"{}")).delivered
        other = Sender(rules_of("hooks.example.com"), resolver=lambda: Names("127.0.0.1"))
        assert (await other.post(f"https://other.example.com:{port}/a", {}, b"{}")).error == "address_not_allowed"
    assert len(endpoint.got) == 1


async def test_names_that_nobody_answers_keep_nobody_else_s_names_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, asked, real = threading.Event(), list[str](), socket.getaddrinfo

    def silent(host: str, *rest: Any) -> Any:
        if host.endswith(".example.com"):
            asked.append(host)
            answers.wait(30)
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        return real(host, *rest)

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    sender = Sender(PUBLIC_ONLY)
    sending = [asyncio.create_task(sender.post(f"https://h{number}.example.com/", {}, b"{}")) for number in range(40)]
    try:
        everybody = min(32, (os.cpu_count() or 1) + 4)
        await until(lambda: len(asked) >= everybody, what="as many names are looked up as everybody has threads")
        async with asyncio.timeout(10):
            assert await asyncio.to_thread(socket.getaddrinfo, "127.0.0.1", 80)
    finally:
        answers.set()
    assert {attempt.error for attempt in await asyncio.gather(*sending)} == {"name_not_found"}


async def test_a_name_is_resolved_as_the_system_says() -> None:
    endpoint = Endpoint()
    async with served(endpoint) as url:
        attempt = await Sender(rules_of("localhost")).post(url.replace("127.0.0.1", "localhost") + "/a", {}, b"{}")
    assert attempt.delivered
