"""The hook that Auth asks at every password, and the way to the first row, among many attempts of
before."""

from psycopg import ClientCursor

from bench import server, world
from bench.first_read import first_reads
from bench.load import SCRIPTS, Load
from bench.measures import Measure
from bench.progress import log
from bench.scale import Scale
from stack.cluster import SUPERUSER

ANYBODY, GUESSED = "any account", "one that is guessed all day"
_CLIENTS = 4


def attempts_and_reads(scale: Scale) -> tuple[dict[str, Measure], dict[str, Measure]]:
    """Passwords of many accounts at once, and those of the one that a tenth of all attempts is at;
    then people who sign in and read.

    On a stack of its own: nothing else is done among so many attempts. Raises LoadFailed.
    """
    with server.stack(scale) as stack:
        world.prepare(stack.cluster, scale.people)
        log(f"adding {scale.attempts:,} attempts to sign in")
        with stack.connect(SUPERUSER) as connection:
            connection.execute("set session_replication_role = replica")
            script = (SCRIPTS / "attempts.sql").read_bytes()
            values = {"attempts": scale.attempts, "people": scale.people}
            ClientCursor(connection).execute(script, values)
        world.analyse(stack.cluster)
        people = {"people": scale.people}
        loads = {
            ANYBODY: Load(SCRIPTS / "attempt.sql", _CLIENTS, scale.seconds, variables=people),
            # One after the other: those of one account wait for each other.
            GUESSED: Load(SCRIPTS / "guessed.sql", 1, scale.seconds),
        }
        log("passwords")
        measured = {name: server.measure(stack.cluster, load) for name, load in loads.items()}
        log("sign-in to first read")
        return measured, first_reads(stack, scale.readers)
