"""A hundred thousand random commands, each compared with the model."""

import multiprocessing
import traceback
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from random import Random

from stack.processes import exit_on_sigterm
from tests.model.act import step
from tests.model.episode import Episode
from tests.model.model_db import model_database
from tests.model.tally import Tally
from tests.model.timers import drain
from tests.soak.progress import Progress

STEPS = 400
# Episodes that follow each other on the same rows before the database is emptied.
CHAIN = 8


@dataclass(frozen=True)
class Report:
    """What one process did since its last report; difference: what it saw last, if anything."""

    tally: Tally
    difference: str = ""


def _work(seeds: range, reports: "Queue[Report]", enough: Event) -> None:
    exit_on_sigterm()
    with model_database() as database:
        before = None
        for number, seed in enumerate(seeds):
            if enough.is_set():
                return
            if number % CHAIN == 0:
                database.clear()
                before = None
            episode = Episode(database, Random(seed), before)
            try:
                for _ in range(STEPS):
                    step(episode)
                drain(episode)
                episode.check_books()
            except Exception:
                reports.put(Report(episode.tally, f"seed {seed}: {traceback.format_exc()}"))
                return
            before = episode.world
            reports.put(Report(episode.tally))


def run(commands: int, processes: int, seed: int) -> tuple[Tally, list[str]]:
    """Run until so many commands were given; the tally and the differences."""
    context = multiprocessing.get_context("spawn")
    reports: Queue[Report] = context.Queue()
    enough, share = context.Event(), 10**6
    workers = [
        context.Process(
            target=_work, args=(range(seed + n * share, seed + (n + 1) * share), reports, enough)
        )
        for n in range(processes)
    ]
    for worker in workers:
        worker.start()
    total, differences, progress = Tally(), list[str](), Progress("model", commands, "commands")
    try:
        while total.commands < commands and len(differences) < processes:
            report = reports.get(timeout=300)
            total.add(report.tally)
            if report.difference:
                differences.append(report.difference)
            progress.show(total.commands, f"{len(differences)} differences")
    finally:
        enough.set()
        for worker in workers:
            worker.join(60)
            worker.terminate()
        progress.end()
    return total, differences
