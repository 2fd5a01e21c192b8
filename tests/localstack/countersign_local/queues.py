"""Event sources on SQS as AWS runs them: long polls, and several batches at the same time."""

import logging
import threading

from localstack.runtime import hooks

LONG_POLL_SECONDS = 5
BATCHES_AT_ONCE = 5

LOG = logging.getLogger(__name__)


@hooks.on_infra_start()
def poll_queues_well() -> None:
    """Changes LocalStack's poller: without a batching window it polls short and pauses up to 10 s
    on an empty queue, and it hands over one batch at a time, which would hide every race.
    """
    from localstack.services.lambda_.event_source_mapping import esm_worker_factory
    from localstack.services.lambda_.event_source_mapping.pollers import sqs_poller

    class Poller(sqs_poller.SqsPoller):
        """One per mapping; its thread receives, others hand over."""

        def __init__(self, *args, **kwargs) -> None:
            super().__init__(*args, **kwargs)
            self.maximum_batching_window = self.maximum_batching_window or LONG_POLL_SECONDS
            self._free = threading.Semaphore(BATCHES_AT_ONCE)

        def poll_events(self) -> None:
            """Receives when a batch can be handed over at once, so that none ages while it waits."""
            self._free.acquire()
            self._free.release()
            try:
                super().poll_events()
            except sqs_poller.EmptyPollResultsException:
                """The long poll was the pause."""

        def handle_messages(self, messages: list[dict]) -> None:
            """Hands a batch over; a FIFO queue's in order."""
            if self.is_fifo_queue:
                super().handle_messages(messages)
                return
            self._free.acquire()
            threading.Thread(target=self._hand_over, args=(messages,), daemon=True).start()

        def _hand_over(self, messages: list[dict]) -> None:
            try:
                super().handle_messages(messages)
            except Exception as error:
                LOG.warning("A batch goes back to %s: %s", self.source_arn, error)
            finally:
                self._free.release()

    esm_worker_factory.SqsPoller = Poller
