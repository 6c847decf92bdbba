"""Questions and answers between a gateway's parent process and one worker, both ways, over a pair of sockets.

The pair has no name in the file system, so there is nothing to clean up and nobody else can connect; and when one
side's process ends, however it does, the other side sees the end of the channel at once.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import orjson

logger = logging.getLogger(__name__)

_LENGTH_BYTES: Final = 4
_MOST_BYTES: Final = 64 * 1024 * 1024
_MOST_AT_ONCE: Final = 64

Answering = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""Answers a question by its name and its values. What it raises reaches the asker as a ChannelError."""


class ChannelError(OSError):
    """The other side is gone, does not answer in time, or says that it failed."""


class Channel:
    """One end. ``run`` must go on beside whoever asks."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answering: Answering) -> None:
        self._reader = reader
        self._writer = writer
        self._answering = answering
        self._asked: dict[int, asyncio.Future[Mapping[str, Any]]] = {}
        self._answers: set[asyncio.Task[None]] = set()
        self._next = 0
        self.ended = asyncio.Event()

    async def ask(self, question: str, *, timeout_s: float, **values: object) -> Mapping[str, Any]:
        """Ask the other side and wait for its answer. Raises ChannelError."""
        if self.ended.is_set():
            raise ChannelError("the other process is gone")
        self._next += 1
        number = self._next
        answer: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            self._send({"ask": question, "number": number, "values": values})
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError as error:
            raise ChannelError(f"no answer to {question} within {timeout_s:g} s") from error
        finally:
            del self._asked[number]

    async def run(self) -> None:
        """Take in questions and answers until the other side is gone."""
        try:
            while True:
                head = await self._reader.readexactly(_LENGTH_BYTES)
                length = int.from_bytes(head)
                if length > _MOST_BYTES:
                    raise ChannelError(f"a message of {length} bytes is above the limit of {_MOST_BYTES}")
                self._take(orjson.loads(await self._reader.readexactly(length)))
        except (asyncio.IncompleteReadError, ConnectionError):
            return  # the end of the other process is how every channel ends
        finally:
            self.close()

    def close(self) -> None:
        """Close this end; whoever waits for an answer gets a ChannelError."""
        self.ended.set()
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(ChannelError("the other process is gone"))
        for task in self._answers:
            task.cancel()
        self._writer.close()

    def _take(self, message: Mapping[str, Any]) -> None:
        number = message["number"]
        if "ask" not in message:
            waiting = self._asked.get(number)
            if waiting is None or waiting.done():
                return  # asked too long ago
            if "error" in message:
                waiting.set_exception(ChannelError(message["error"]))
            else:
                waiting.set_result(message["answer"])
            return
        if len(self._answers) >= _MOST_AT_ONCE:
            self._send({"number": number, "error": "too many questions at once"})
            return
        task = asyncio.create_task(self._answer(number, message["ask"], message["values"]))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answer(self, number: int, question: str, values: Mapping[str, Any]) -> None:
        try:
            said = {"number": number, "answer": await self._answering(question, values)}
        except Exception as error:  # noqa: BLE001 - whatever fails is the answer, and the asker's to report
            logger.warning("%s failed: %s", question, type(error).__name__)
            said = {"number": number, "error": f"{question} failed: {error or type(error).__name__}"[:2_000]}
        self._send(said)

    def _send(self, message: Mapping[str, object]) -> None:
        data = orjson.dumps(message)
        self._writer.write(len(data).to_bytes(_LENGTH_BYTES) + data)


async def open_channel(end: socket.socket, answering: Answering) -> Channel:
    """Make a channel of one end of a pair of stream sockets, which belongs to it from now on."""
    reader, writer = await asyncio.open_connection(sock=end)
    return Channel(reader, writer, answering)


def pair() -> tuple[socket.socket, socket.socket]:
    """Give two connected sockets, one for each process."""
    return socket.socketpair()
