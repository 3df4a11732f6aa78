"""Work of schedules that polls each second for most of a minute."""

import os
import time
from collections.abc import Callable
from typing import Any

# A round takes well under a second; this leaves time to answer and to flush.
MARGIN_MS = 5_000
REST_SECONDS = 1.0
# Of the environment, in seconds; without it one poll that finds nothing is the last.
VARIABLE = "HOLDFAST_POLL_SECONDS"


def poll_until_idle(context: Any, poll: Callable[[], bool]) -> None:
    """Poll until nothing is found, and then again each second until HOLDFAST_POLL_SECONDS
    are over. poll: says whether there was something. Raises what it raises."""
    until = time.monotonic() + float(os.environ.get(VARIABLE, "0"))
    while int(context.get_remaining_time_in_millis()) > MARGIN_MS:
        if poll():
            continue
        if time.monotonic() >= until:
            break
        time.sleep(REST_SECONDS)
