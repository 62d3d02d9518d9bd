"""The file broker: what was put in is taken out once, whoever else puts and takes at that moment."""

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Connection, Exchange, Queue
from kombu.simple import SimpleQueue

from evaltrack import fsbroker

PRODUCERS, CONSUMERS, EACH = 3, 3, 100
# A message that takes a moment to write is the one that another process may see half written.
LONG = "x" * 50_000


def open_broker(folder: Path) -> Connection:
    return Connection(fsbroker.URL, transport_options=fsbroker.options(folder) | {"polling_interval": 0.01})


def put(folder: Path, producer: int) -> None:
    with open_broker(folder) as link, link.SimpleQueue("jobs") as queue:
        for number in range(EACH):
            queue.put([f"{producer}/{number}", LONG])


def take(folder: Path, seconds: float, taken: "multiprocessing.Queue[str]") -> None:
    last = time.monotonic() + seconds
    with open_broker(folder) as link, link.SimpleQueue("jobs") as queue:
        while time.monotonic() < last:
            try:
                message = queue.get(timeout=0.2)
            except SimpleQueue.Empty:
                continue
            message.ack()
            taken.put(message.payload[0])


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[SimpleQueue]:
    with open_broker(tmp_path) as link, link.SimpleQueue("jobs") as opened:
        yield opened


def files_of(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "queue").iterdir())


def test_messages_come_in_the_order_they_were_put(queue: SimpleQueue) -> None:
    for word in ("first", "second", "third"):
        queue.put(word)
    assert [queue.get().payload for _ in range(3)] == ["first", "second", "third"]


def test_an_empty_queue_says_so(queue: SimpleQueue) -> None:
    with pytest.raises(SimpleQueue.Empty):
        queue.get(timeout=0.05)


def test_a_message_that_was_taken_leaves_no_file(queue: SimpleQueue, tmp_path: Path) -> None:
    queue.put("once")
    queue.get().ack()
    assert files_of(tmp_path) == []


def test_a_message_given_back_is_taken_again(queue: SimpleQueue) -> None:
    queue.put("again")
    queue.get().requeue()
    assert queue.get().payload == "again"


def test_a_half_written_message_is_not_read_and_is_swept(queue: SimpleQueue, tmp_path: Path) -> None:
    queue.put("whole")
    (tmp_path / "queue" / ".1_2.jobs.msg.part").write_text('{"bo')
    assert queue.get().payload == "whole"
    with pytest.raises(SimpleQueue.Empty):
        queue.get(timeout=0.05)
    fsbroker.sweep(tmp_path)
    assert files_of(tmp_path) == []


def test_a_sweep_keeps_what_waits(queue: SimpleQueue, tmp_path: Path) -> None:
    queue.put("waits")
    fsbroker.sweep(tmp_path)
    assert queue.get().payload == "waits"


def test_one_queue_does_not_take_the_message_of_another(queue: SimpleQueue) -> None:
    with queue.channel.connection.client.SimpleQueue("other.jobs") as other:
        other.put("for the other")
        with pytest.raises(SimpleQueue.Empty):
            queue.get(timeout=0.05)
        assert other.get().payload == "for the other"


def test_many_at_once_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    start = multiprocessing.get_context("spawn")
    results = start.Queue()
    fsbroker.options(tmp_path)
    consumers = [start.Process(target=take, args=(tmp_path, 30, results)) for _ in range(CONSUMERS)]
    producers = [start.Process(target=put, args=(tmp_path, number)) for number in range(PRODUCERS)]
    for process in (*consumers, *producers):
        process.start()
    sent = {f"{producer}/{number}" for producer in range(PRODUCERS) for number in range(EACH)}
    taken: Counter[str] = Counter(results.get(timeout=20) for _ in sent)
    for process in producers:
        process.join()
    for process in consumers:
        process.terminate()
        process.join()
    assert set(taken) == sent
    assert set(taken.values()) == {1}
    assert results.empty()
    assert not [name for name in files_of(tmp_path) if not name.startswith(".")]


def test_bindings_made_at_once_are_all_kept(tmp_path: Path) -> None:
    start = multiprocessing.get_context("spawn")
    processes = [start.Process(target=bind, args=(tmp_path, number)) for number in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    with open_broker(tmp_path) as link:
        table = link.default_channel.get_table("all")
    assert sorted(row.queue for row in table) == [f"queue{number}" for number in range(4)]


def bind(folder: Path, number: int) -> None:
    with open_broker(folder) as link:
        Queue(f"queue{number}", Exchange("all", type="fanout"), channel=link.default_channel).declare()
