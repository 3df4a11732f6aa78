"""Stack: everything Holdfast runs on, started together and gone together."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import TupleRow

from stack import clock_door, front_page, template, tokens
from stack.api_keys import ApiKeys
from stack.aws import Aws
from stack.clock import Clock
from stack.cluster import Cluster
from stack.cors import Cors
from stack.gateway import AUTH_PREFIX, REST_PREFIX, Gateway
from stack.http_events import Answer, Request
from stack.keys import Keys
from stack.lambdas import Lambdas
from stack.mailbox import HOOK_SECRET, Mailbox
from stack.paths import SUPABASE
from stack.people import KNOWN, UNLIMITED, UNTOLD
from stack.postgrest import PostgREST
from stack.prepared import copy_prepared
from stack.processes import PortTaken, port_is_free
from stack.rundirs import run_directory
from stack.schedules import Schedules
from stack.shared import clone
from stack.sources import Drained, Sources
from stack.stand_ins.google import Google
from stack.stand_ins.sms import SmsProvider
from stack.stand_ins.telegram import Telegram

if TYPE_CHECKING:
    from stack.stand_ins.auth.stand_in import Auth

# Nothing answers here: a function that was given no stand-in fails at once, offline too.
NOWHERE = "http://127.0.0.1:9"


T = TypeVar("T")


@dataclass(frozen=True)
class Options:
    """How a stack is started.

    port: of the one address, 0 lets the system choose. durable: commit settings of
    production. shared: the database is one of several in a running cluster, quicker made than
    a cluster of its own, and cannot be crashed. clock: `stack.clock` may be moved.
    schedules: they fire, and queues are read, by themselves. reload: functions are read again
    after a change. pool: connections of PostgREST. variables: of every function's environment,
    over what the template says.
    """

    source: Path = SUPABASE
    template: Path = template.TEMPLATE
    port: int = 0
    durable: bool = False
    shared: bool = False
    clock: bool = True
    schedules: bool = False
    reload: bool = False
    pool: int = 16
    variables: Mapping[str, str] = field(default_factory=dict)


class Stack:
    """A running stack. Make one with Stack.start()."""

    def __init__(self, folder: Path, cluster: Cluster, keys: Keys, options: Options) -> None:
        document = template.load(options.template)
        self.cluster = cluster
        self.keys = keys
        self.anon_key = tokens.role_key(keys.secret, "anon")
        self.service_key = tokens.role_key(keys.secret, "service_role")
        self.api_keys = ApiKeys.of(keys.secret, self.anon_key, self.service_key)
        self.clock = Clock(cluster)
        self._variables = dict(options.variables)
        self._outside = contextlib.ExitStack()
        self._stand_ins: dict[object, Any] = {}
        self._mailbox: Mailbox | None = None
        if not options.schedules:
            # A tick of a test is over when nothing waits any more.
            self._variables.setdefault("HOLDFAST_POLL_SECONDS", "0")
        self.postgrest = PostgREST(cluster, keys, folder / "postgrest.log", pool=options.pool)
        self.aws = Aws(self.service_key, document, TokenKeySecret=keys.jwk)
        self.lambdas = Lambdas(
            template.functions(document),
            self.aws,
            self._function_variables,
            folder / "functions.log",
            reload=options.reload,
        )
        self.schedules = Schedules(self.lambdas)
        self.sources = Sources(self.lambdas, self.aws)
        self.gateway = Gateway(
            self.lambdas,
            lambda: self.postgrest.port,
            lambda request: self.auth.answer(request),
            cors=Cors.of(document),
            api_keys=self.api_keys,
            port=options.port,
            pages=self._page,
        )
        self._config = options.source / "config.toml"
        self._auth: Auth | None = None
        self._making_auth = threading.Lock()
        self.postgrest.public_url = self.rest_url

    @classmethod
    @contextlib.contextmanager
    def start(cls, **chosen: Any) -> Iterator["Stack"]:
        """Start a fresh stack and stop it, data and all, at the end of the block.

        Takes the fields of Options. Raises PortTaken, MigrationFailed, PolicyFailed,
        SeedFailed, ClusterFailed, PostgrestFailed.
        """
        options = Options(**chosen)
        if options.port and not port_is_free(options.port):
            raise PortTaken(options.port)
        with run_directory(on_disk=options.durable) as folder:
            if options.shared:
                cluster: Cluster = clone()
            else:
                copy_prepared(folder / "data", options.source)
                cluster = Cluster(folder / "data", durable=options.durable)
            with cls.on(cluster, folder, Keys.make(), options) as stack:
                yield stack

    @classmethod
    @contextlib.contextmanager
    def on(cls, cluster: Cluster, folder: Path, keys: Keys, options: Options) -> Iterator["Stack"]:
        """Start a stack on a prepared data directory and stop it at the end of the block."""
        with contextlib.ExitStack() as running:
            stack = cls(folder, cluster, keys, options)
            running.enter_context(stack._outside)
            running.callback(stack.gateway.stop)
            running.callback(cluster.stop)
            running.callback(stack.postgrest.stop)
            running.callback(stack.aws.stop)
            running.callback(stack.lambdas.stop)
            running.callback(stack.schedules.stop)
            running.callback(stack.sources.stop)
            cluster.start()
            if options.clock:
                stack.clock.install()
            stack.postgrest.start()
            stack.gateway.start()
            if options.schedules:
                stack.schedules.start(stack.clock.ahead())
                stack.sources.start()
            yield stack

    def _function_variables(self) -> dict[str, str]:
        return {
            "HOLDFAST_POSTGREST_URL": self.postgrest.url,
            "HOLDFAST_ANON_KEY": self.anon_key,
            "HOLDFAST_WEBHOOKS_LOCAL": "1",
            "HOLDFAST_COINGECKO_URL": NOWHERE,
            "HOLDFAST_SCREENING_URL": NOWHERE,
            "HOLDFAST_COINBASE_URL": NOWHERE,
            "HOLDFAST_ECB_URL": NOWHERE,
            "HOLDFAST_SMS_URL": NOWHERE,
            "HOLDFAST_API_URL": self.url,
            "HOLDFAST_SITE_URL": self.url,
            "HOLDFAST_AUTH_URL": f"{self.url}/auth/v1",
            "HOLDFAST_PAGES_URL": self.url,
            **self._variables,
        }

    def stand_in(self, kind: Callable[[], contextlib.AbstractContextManager[T]]) -> T:
        """What this stack meets outside, such as a chain: one of a kind, until the stack stops."""
        if kind not in self._stand_ins:
            self._stand_ins[kind] = self._outside.enter_context(kind())
        found: T = self._stand_ins[kind]
        return found

    def mailbox(self) -> Mailbox:
        """What is sent from now on, by e-mail and by SMS, of Auth as well: readable at /mailbox,
        too."""
        if self._mailbox is None:
            sms = self.stand_in(SmsProvider)
            self._mailbox = Mailbox(self.aws, sms)
            self._mailbox.open()
            self.configure(**sms.variables())
            self.auth.send_through(f"{self.url}/auth-hooks", HOOK_SECRET)
        return self._mailbox

    def vouchers(self) -> tuple[Google, Telegram]:
        """Google and Telegram, by whom people sign in from now on, at Auth and on the pages."""
        google, telegram = self.stand_in(Google), self.stand_in(Telegram)
        self.auth.trust(google, telegram)
        self.configure(HOLDFAST_SIGN_IN_PROVIDERS=" ".join(self.auth.settings.providers))
        return google, telegram

    def advance(self, by: timedelta) -> None:
        """Move the clock on while schedules run: what fell due meanwhile fires."""
        self.clock.advance(seconds=by.total_seconds())
        self.schedules.move(by)

    def _page(self, request: Request) -> Answer | None:
        """Of the stack itself: nothing of this is deployed."""
        if request.path == front_page.PATH and request.method == "GET":
            return front_page.answer(self.clock)
        if request.path == clock_door.PATH and self.clock.is_movable():
            return clock_door.answer(self, request)
        return self._mailbox.answer(request) if self._mailbox else None

    def configure(self, **variables: str) -> None:
        """Change the environment of every function; later invocations see it."""
        self._variables |= variables
        self.lambdas.retire()

    @property
    def url(self) -> str:
        """The one address."""
        return self.gateway.url

    @property
    def rest_url(self) -> str:
        """PostgREST as clients reach it."""
        return self.url + REST_PREFIX

    @property
    def auth(self) -> "Auth":
        """Supabase Auth, as far as it is imitated; made when somebody first asks."""
        with self._making_auth:
            if self._auth is None:
                from stack.stand_ins.auth.stand_in import Auth

                self._auth = Auth(self.cluster, self.keys, self._config, self.url, AUTH_PREFIX)
            return self._auth

    @property
    def db_url(self) -> str:
        """Connection string of the owner role `postgres`."""
        return self.cluster.url("postgres")

    @property
    def admin_url(self) -> str:
        """Connection string of the superuser."""
        return self.cluster.admin_url

    def token(self, user_id: UUID | str, **options: Any) -> str:
        """A signed-in person's token; see tokens.user_token for the options."""
        return tokens.user_token(self.keys.secret, user_id, **options)

    def connect(self, role: str = "postgres") -> psycopg.Connection[TupleRow]:
        """A psycopg connection as a login role, in autocommit."""
        return self.cluster.connect(role)

    def create_user(self, email: str | None = None, *, limited: bool = False) -> UUID:
        """A new person of a proved address, whom no limit holds up; limited: as a sign-up."""
        user_id = uuid4()
        with self.connect() as connection:
            connection.execute(
                "insert into auth.users (id, aud, role, email, email_confirmed_at)"
                " values (%s, 'authenticated', 'authenticated', %s, now())",
                [user_id, email or f"{user_id}@example.com"],
            )
            if not limited:
                connection.execute(UNLIMITED, [user_id])
                connection.execute(UNTOLD, [user_id])
                connection.execute(KNOWN, [user_id])
        return user_id

    def invoke(self, name: str, event: Any) -> Any:
        """Run a function with an event of its own; see Lambdas.invoke."""
        return self.lambdas.invoke(name, event)

    def tick(self, name: str) -> Any:
        """Fire the schedule of a function now; see Schedules.tick."""
        return self.schedules.tick(name)

    def drain(self, name: str, **how: Any) -> Drained:
        """Hand a function what waits in its queue, until it is empty; see Sources.drain."""
        return self.sources.drain(name, **how)

    def settle(self) -> Drained:
        """Drain every queue that a function reads; see Sources.settle."""
        return self.sources.settle()
