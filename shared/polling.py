"""Work of schedules that looks again each second for most of a minute."""

import os
import time
from collections.abc import Callable
from typing import Any

# A round takes well under a second; this leaves time to answer and to flush.
MARGIN_MS = 5_000
REST_SECONDS = 1.0
# Of the environment, in seconds; without it one look that finds nothing is the last.
VARIABLE = "HOLDFAST_LOOK_SECONDS"


def run_rounds(context: Any, look: Callable[[], bool]) -> None:
    """Call look until it finds nothing, and then again each second until HOLDFAST_LOOK_SECONDS
    are over. look: says whether there was something. Raises what look raises."""
    until = time.monotonic() + float(os.environ.get(VARIABLE, "0"))
    while int(context.get_remaining_time_in_millis()) > MARGIN_MS:
        if look():
            continue
        if time.monotonic() >= until:
            break
        time.sleep(REST_SECONDS)
