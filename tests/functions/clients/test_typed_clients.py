"""The typed clients, packed as they are published, each through a whole trade, and through a
contract with a dispute."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import httpx
import pytest

from stack.paths import ROOT
from stack.people import AGNES, ANTON, ARTHUR, OLGA
from tests.world.http.desk import Desk
from tests.world.http.market import CURRENCY

CLIENTS = ROOT / "clients"
SCRIPTS = Path(__file__).parent
TYPESCRIPT = CLIENTS / "ts"


def run(*words: str | Path, cwd: Path, **variables: str) -> str:
    """What a program prints. Fails with what it complains of."""
    ran = subprocess.run(
        words, cwd=cwd, env=os.environ | variables, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def typescript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has installed the packed client."""
    project = tmp_path_factory.mktemp("page")
    source = project / "source"
    shutil.copytree(TYPESCRIPT, source, ignore=shutil.ignore_patterns("node_modules", "dist"))
    (source / "node_modules").symlink_to(TYPESCRIPT / "node_modules")
    run("npm", "run", "build", cwd=source)
    packed = run("npm", "pack", "--silent", "--pack-destination", project, cwd=source).strip()
    modules = project / "node_modules"
    (modules / "@holdfast").mkdir(parents=True)
    shutil.unpack_archive(project / packed, project, filter="data")
    (project / "package").rename(modules / "@holdfast" / "client")
    for each in (TYPESCRIPT / "node_modules").iterdir():
        (modules / each.name).symlink_to(each)
    shutil.copy(TYPESCRIPT / "tsconfig.json", project)
    (project / "package.json").write_text('{"type": "module"}')
    (project / "src").mkdir()
    return project


def compiled(project: Path, script: str) -> Path:
    """A script of the tests, with its types checked."""
    shutil.copy(SCRIPTS / "typescript" / script, project / "src")
    run("node", project / "node_modules/typescript/bin/tsc", cwd=project)
    return project / "dist" / script.replace(".ts", ".js")


@pytest.fixture
def people(desk: Desk) -> dict[str, str]:
    """Variables of two who trade: the maker has crypto and can be paid."""
    maker, taker = desk.stack.create_user(), desk.stack.create_user()
    desk.deposit(maker)
    desk.let_be_paid(maker)
    return {
        "URL": desk.stack.url, "KEY": desk.stack.api_keys.publishable, "MAKER_ID": str(maker),
        "MAKER": desk.stack.token(maker, aal="aal2"), "TAKER": desk.stack.token(taker, aal="aal2"),
    }  # fmt: skip


@pytest.fixture
def signatories(desk: Desk) -> dict[str, str]:
    """Variables of a buyer who owns 1,000 USDC, a seller, and whoever may be given the dispute."""
    seller, buyer = desk.stack.create_user(), desk.stack.create_user()
    money = {"party_id": str(buyer), "currency": CURRENCY, "amount": "1000"}
    desk.done(OLGA.id, "/deposits", money | {"reference": str(buyer)})
    arbiters = {
        str(each.id): desk.stack.token(each.id, aal="aal2") for each in (ARTHUR, AGNES, ANTON)
    }
    return {
        "URL": desk.stack.url, "KEY": desk.stack.api_keys.publishable, "SELLER_ID": str(seller),
        "SELLER": desk.stack.token(seller, aal="aal2"), "API_URL": desk.stack.url,
        "BUYER": desk.stack.token(buyer, aal="aal2"), "ARBITERS": json.dumps(arbiters),
    }  # fmt: skip


CONTRACT = {
    "price": "300",
    "released": "released",
    "payee": "95",
    "reason": "not_as_described",
    "status": "completed",
    # 95 of the first; of the second 120 less 5 percent.
    "available": "209",
}


class _Flaky(BaseHTTPRequestHandler):
    """Passes each command on, and loses every first answer of a key on its way back."""

    target = ""
    keys: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        sent = {name: self.headers[name] for name in ("authorization", "idempotency-key")}
        sent["content-type"] = "application/json"
        answer = httpx.post(self.target + self.path, content=body, headers=sent, timeout=60)
        self.keys.append(sent["idempotency-key"])
        if self.keys.count(sent["idempotency-key"]) == 1:
            return self._answer(503, b"{}", {})
        self._answer(answer.status_code, answer.content, answer.headers)

    def _answer(self, status: int, body: bytes, headers: Any) -> None:
        self.send_response(status)
        self.send_header("content-type", headers.get("content-type", "application/json"))
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def lossy(desk: Desk) -> Iterator[str]:
    """Address of the API over a line that loses answers."""
    handler = type("Handler", (_Flaky,), {"target": desk.stack.url, "keys": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


EXPECTED = {
    "amount": "0.5",
    "same": True,
    "state": "released",
    "held": "released",
    "available": "0.0995",
}


def check(said: dict[str, Any]) -> None:
    refused = said.pop("refused")
    assert refused["id"]
    assert (refused["status"], refused["code"]) == (403, "not_your_move")
    assert said.pop("columns") > 20
    assert said == EXPECTED


def test_a_trade_in_typescript_over_a_line_that_loses_answers(
    typescript: Path, people: dict[str, str], lossy: str
) -> None:
    script = compiled(typescript, "trade.ts")

    check(json.loads(run("node", script, cwd=typescript, API_URL=lossy, **people)))


def test_a_contract_and_its_dispute_in_typescript(
    typescript: Path, signatories: dict[str, str]
) -> None:
    script = compiled(typescript, "contract.ts")

    assert json.loads(run("node", script, cwd=typescript, **signatories)) == CONTRACT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel holds."""
    folder = tmp_path_factory.mktemp("bot")
    source = folder / "source"
    shutil.copytree(CLIENTS / "python", source)
    run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
        "--wheel-dir", folder, source, cwd=folder,
    )  # fmt: skip
    (packed,) = folder.glob("*.whl")
    shutil.unpack_archive(packed, folder / "installed", "zip")
    return folder / "installed"


def test_a_trade_in_python_over_a_line_that_loses_answers(
    wheel: Path, people: dict[str, str], lossy: str
) -> None:
    script = SCRIPTS / "python" / "trade.py"
    said = json.loads(
        run(sys.executable, script, cwd=wheel, PYTHONPATH=str(wheel), API_URL=lossy, **people)
    )

    assert said.pop("unknown") == "42703"
    check(said)


def test_a_contract_and_its_dispute_in_python(wheel: Path, signatories: dict[str, str]) -> None:
    script = SCRIPTS / "python" / "contract.py"
    said = run(sys.executable, script, cwd=wheel, PYTHONPATH=str(wheel), **signatories)

    assert json.loads(said) == CONTRACT


class _Counting(BaseHTTPRequestHandler):
    """Passes everything on; says that tokens last as long as it is told, and counts them."""

    target = ""
    lasts = 0
    tokens: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        sent = {n: v for n, v in self.headers.items() if n.lower() not in ("host", "connection")}
        answer = httpx.post(self.target + self.path, content=body, headers=sent, timeout=60)
        told = answer.json()
        if "access_token" in told:
            self.tokens.append(told["access_token"])
            told["expires_in"] = self.lasts
        content = json.dumps(told).encode()
        self.send_response(answer.status_code)
        self.send_header("content-type", answer.headers["content-type"])
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None: ...


def exchanges(desk: Desk, lasts: int, program: Callable[..., str]) -> int:
    """How many tokens a program asks for that reads twice and commands once."""
    owner = desk.stack.create_user()
    desk.deposit(owner)
    key = desk.done(owner, "/api-keys", {"name": "Bot", "scopes": ["wallets:read"]})
    tokens: list[str] = []
    facts = {"target": desk.stack.url, "lasts": lasts, "tokens": tokens}
    handler = type("Handler", (_Counting,), facts)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        said = program(
            URL=desk.stack.url, API_URL=f"http://127.0.0.1:{server.server_address[1]}",
            KEY=desk.stack.api_keys.publishable, API_KEY=key["api_key"],
        )  # fmt: skip
        server.shutdown()
    (balance,) = desk.read(owner, "/wallet_balances")
    assert json.loads(said) == {
        "read": [balance["available"]] * 2, "refused": "order_not_found",
        "unknown": "api_key_refused",
    }  # fmt: skip
    return len(tokens)


# A token is replaced a minute before its end.
@pytest.mark.parametrize(("lasts", "tokens"), [(300, 1), (60, 3)])
def test_a_program_in_python_exchanges_its_key(
    desk: Desk, wheel: Path, lasts: int, tokens: int
) -> None:
    script = SCRIPTS / "python" / "key.py"
    program = partial(run, sys.executable, script, cwd=wheel, PYTHONPATH=str(wheel))
    assert exchanges(desk, lasts, program) == tokens


# Two that ask at the same time get one.
@pytest.mark.parametrize(("lasts", "tokens"), [(300, 1), (60, 2)])
def test_a_program_in_typescript_exchanges_its_key(
    desk: Desk, typescript: Path, lasts: int, tokens: int
) -> None:
    program = partial(run, "node", compiled(typescript, "key.ts"), cwd=typescript)
    assert exchanges(desk, lasts, program) == tokens
