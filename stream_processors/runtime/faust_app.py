"""A Faust app that shares out partitions and leaves the reading of records to the partitions' runners.

An event's way through Faust's conductor, stream and acknowledgements costs about 100 us, more than folding it, and its
consumer fetches for all partitions at once with a wait of 1.5 s, so that a busy partition beside quiet ones comes in
pieces. A runner needs neither: it knows from its own entries where it goes on. So Faust's consumer takes part in the
group, and hands nothing on.
"""

from __future__ import annotations

from typing import Any, Final

import faust
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport

FETCH_BYTES: Final = 1024
"""What Faust's consumer reads ahead once a partition, and never uses; the broker always gives one record at least."""
NEVER_POLLS_S: Final = 10 * 365 * 24 * 3600.0
"""How long Faust's consumer may read nothing before it leaves its group: it never reads, and must never leave for that.
By default it would after 1,000 seconds, and not join again."""
_LOOK_S: Final = 1.0


class _ConsumerThread(AIOKafkaConsumerThread):
    def verify_event_path(self, now: float, tp: Any) -> None:
        """Do not warn about a stream that stands still: nothing comes through streams here."""


class _Consumer(Consumer):
    def _new_consumer_thread(self) -> _ConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def _drain_messages(self, fetcher: Any) -> None:
        while not (self.should_stop or fetcher.should_stop):
            await fetcher.sleep(_LOOK_S)


class _Transport(Transport):
    Consumer = _Consumer


class MembershipApp(faust.App):
    """A Faust app whose agents subscribe it to their topics and get no records."""

    def _new_transport(self) -> Any:
        return _Transport(self.conf.broker_consumer, self)
