"""Lambda's event source mappings: polls the queues of the template and calls their functions."""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from stack.aws import REGION, Aws
from stack.lambdas import FunctionFailed, Lambdas
from stack.sqs_events import event_of, failed_ids
from stack.template import Function, Source

# What ReceiveMessage gives at most.
_AT_ONCE = 10
# Batches of one queue at the same time; Lambda starts with five, too.
_BATCHES = 5

Message = dict[str, Any]


@dataclass(frozen=True)
class Drained:
    """What one drain did: messages handed over and done, handed over and failed."""

    done: int = 0
    failed: int = 0

    def __add__(self, other: "Drained") -> "Drained":
        return Drained(self.done + other.done, self.failed + other.failed)

    def __bool__(self) -> bool:
        return self.done + self.failed > 0


class Sources:
    """Every SQS event of the template. Polls by itself only after start()."""

    def __init__(self, lambdas: Lambdas, aws: Aws) -> None:
        self._lambdas = lambdas
        self._aws = aws
        self._stopping = threading.Event()
        # moto may give one message to two callers that ask at the same moment.
        self._receiving = threading.Lock()

    def drain(
        self, name: str, *, limit: int | None = None, retry: bool = True, parallel: int = 1
    ) -> Drained:
        """Hand a function what waits in its queues, until they are empty.

        limit: messages handed over at most. What fails is visible again at once, so with
        retry it is handed over until it is done or dead; without, each message is handed
        over once. Delayed messages are left alone. parallel: batches at the same time.
        Raises KeyError for a function without a queue.
        """
        function = self._lambdas.functions[name]
        if not function.sources:
            raise KeyError(f"{name} has no queue")
        total = Drained()
        for source in function.sources:
            left = None if limit is None else limit - total.done - total.failed
            drain = _Drain(self, function, source, left, retry)
            with ThreadPoolExecutor(parallel) as pool:
                for future in [pool.submit(drain.run) for _ in range(parallel)]:
                    total += future.result()
            drain.finish()
        return total

    def settle(self) -> Drained:
        """Drain every function, until a round over all of them finds nothing."""
        total = Drained()
        while True:
            reading = [each.name for each in self._lambdas.functions.values() if each.sources]
            found = sum((self.drain(name) for name in reading), Drained())
            total += found
            if not found:
                return total

    def start(self) -> None:
        for function in self._lambdas.functions.values():
            for source in function.sources:
                threading.Thread(target=self._poll, args=(function, source), daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def url(self, source: Source) -> str:
        """Address of the queue a source reads."""
        queue = self.arn(source).rpartition(":")[2]
        return str(self._aws.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"])

    def arn(self, source: Source) -> str:
        return self._aws.resolver.text(source.queue)

    def receive(self, source: Source, most: int, *, wait: int = 0) -> list[Message]:
        """Up to `most` messages, invisible to others from now on.

        wait: seconds for the first; more are then waited for as long as the source says.
        """
        found: list[Message] = []
        url, sqs = self.url(source), self._aws.client("sqs")
        deadline = time.monotonic() + (source.window if wait else 0)
        with self._receiving:
            while len(found) < most:
                answer = sqs.receive_message(
                    QueueUrl=url,
                    MaxNumberOfMessages=min(_AT_ONCE, most - len(found)),
                    WaitTimeSeconds=0 if found else wait,
                    MessageSystemAttributeNames=["All"],
                    MessageAttributeNames=["All"],
                )
                messages = answer.get("Messages", [])
                found += messages
                late = time.monotonic() >= deadline or self._stopping.wait(0.1)
                if not messages and (late or not found):
                    break
        return found

    def hand_over(self, function: Function, source: Source, batch: list[Message]) -> list[Message]:
        """Call the function with a batch and delete what it did; what it did not do."""
        ids = [message["MessageId"] for message in batch]
        try:
            answer = self._lambdas.invoke(function.name, event_of(batch, self.arn(source), REGION))
        except FunctionFailed as error:
            self._say(source, error)
            failed = set(ids)
        else:
            failed = failed_ids(answer, ids) if source.partial else set()
        url, sqs = self.url(source), self._aws.client("sqs")
        for message in batch:
            if message["MessageId"] not in failed:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [message for message in batch if message["MessageId"] in failed]

    def show_again(self, source: Source, messages: list[Message]) -> None:
        """Make messages visible now instead of after the queue's own time-out."""
        for message in messages:
            self._aws.client("sqs").change_message_visibility(
                QueueUrl=self.url(source),
                ReceiptHandle=message["ReceiptHandle"],
                VisibilityTimeout=0,
            )

    def _poll(self, function: Function, source: Source) -> None:
        batches = min(source.concurrency or _BATCHES, function.concurrency or _BATCHES)
        free = threading.Semaphore(batches)

        def serve(batch: list[Message]) -> None:
            try:
                self.hand_over(function, source, batch)
            except Exception as error:
                self._say(source, error)
            finally:
                free.release()

        while not self._stopping.is_set():
            free.acquire()
            batch: list[Message] = []
            try:
                batch = self.receive(source, source.batch, wait=1)
            except Exception as error:
                self._say(source, error)
                self._stopping.wait(1)
            if batch:
                threading.Thread(target=serve, args=(batch,), daemon=True).start()
            else:
                free.release()

    def _say(self, source: Source, error: Exception) -> None:
        # When a stack ends, what the pollers talk to may go first.
        if not self._stopping.is_set():
            print(f"queue {source.name}: {error}", file=sys.stderr, flush=True)


class _Drain:
    """One drain of one queue, by one or more threads."""

    def __init__(
        self, sources: Sources, function: Function, source: Source, limit: int | None, retry: bool
    ) -> None:
        self._sources = sources
        self._function = function
        self._source = source
        self._retry = retry
        self._left = limit
        self._put_aside: list[Message] = []
        self._lock = threading.Lock()

    def run(self) -> Drained:
        """Until the queue is empty or the limit is reached; what this thread handed over."""
        total = Drained()
        while batch := self._next():
            failed = self._sources.hand_over(self._function, self._source, batch)
            total += Drained(len(batch) - len(failed), len(failed))
            if self._retry:
                self._sources.show_again(self._source, failed)
            else:
                self._put_aside += failed
        return total

    def finish(self) -> None:
        self._sources.show_again(self._source, self._put_aside)

    def _next(self) -> list[Message]:
        with self._lock:
            most = self._source.batch if self._left is None else min(self._source.batch, self._left)
            batch = self._sources.receive(self._source, most) if most else []
            if self._left is not None:
                self._left -= len(batch)
            return batch
