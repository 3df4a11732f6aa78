"""The code of our contracts, compiled once for each state of their source."""

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from stack.paths import NODE_MODULES, ROOT, STATE, MissingPart
from stack.prepared import file_lock

SOURCE = Path(__file__).with_name("Tokens.sol")


class CompilationFailed(RuntimeError):
    """solc refused the source, in its own words."""


def compiled(source: Path = SOURCE) -> dict[str, str]:
    """What a node keeps of each contract (0x…), by name. Raises CompilationFailed, MissingPart."""
    digest = hashlib.sha256(source.read_bytes() + (ROOT / "package-lock.json").read_bytes())
    kept = STATE / "contracts" / f"{digest.hexdigest()[:20]}.json"
    with file_lock(kept.with_name("lock")):
        if not kept.exists():
            code = json.dumps(_compile(source))
            with tempfile.NamedTemporaryFile("w", dir=kept.parent, delete=False) as building:
                building.write(code)
            Path(building.name).rename(kept)
    found: dict[str, str] = json.loads(kept.read_text())
    return found


def _compile(source: Path) -> dict[str, str]:
    compiler = NODE_MODULES / "solc" / "solc.js"
    node = shutil.which("node")
    if not (node and compiler.exists()):
        raise MissingPart("No Solidity compiler: install Node and run `npm ci`.")
    asked = {
        "language": "Solidity",
        "sources": {source.name: {"content": source.read_text()}},
        "settings": {
            "optimizer": {"enabled": True},
            "outputSelection": {"*": {"*": ["evm.deployedBytecode.object"]}},
        },
    }
    done = subprocess.run(
        [node, compiler, "--standard-json", "--base-path", ROOT, "--include-path", NODE_MODULES],
        input=json.dumps(asked), capture_output=True, text=True, check=False,
    )  # fmt: skip
    # The program says what it takes from where before it answers.
    start = done.stdout.find('{"')
    if done.returncode or start < 0:
        raise CompilationFailed(done.stderr or done.stdout)
    answer = json.loads(done.stdout[start:])
    errors = [each for each in answer.get("errors", ()) if each["severity"] == "error"]
    if errors:
        raise CompilationFailed("\n".join(each["formattedMessage"] for each in errors))
    return {
        name: "0x" + contract["evm"]["deployedBytecode"]["object"]
        for name, contract in answer["contracts"][source.name].items()
    }
