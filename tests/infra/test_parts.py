"""The template in parts: each small enough, given what it asks for, and read as one document."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stack.paths import ROOT
from stack.template import TEMPLATE, functions, load, parts, read, resources
from tests.infra.docs import PAGES

STACKS = sorted((ROOT / "stacks").glob("*.yaml"))
PARTS = parts()
# CloudFormation takes 500 of a stack; a part that nears that is divided while it still can be.
MOST, MOST_OF_ROOT = 350, 60

# As CloudFormation would: loops, then the short forms of SAM. Run by the Python that has SAM.
EXPAND = """
import json, sys
from samcli.lib.cfn_language_extensions.sam_integration import expand_language_extensions
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

class NoManagedPolicies:
    def load(self):
        return {}

def count(path):
    text = open(path).read()
    document = expand_language_extensions(yaml_parse(text), {}, enabled=True).expanded_template
    for parameter in document["Parameters"].values():
        parameter.setdefault("Default", "x")
    for name, resource in document["Resources"].items():
        for place in {"CodeUri", "ContentUri", "Location"} & resource["Properties"].keys():
            resource["Properties"][place] = "s3://bucket/key"
        if resource["Type"] == "AWS::Serverless::Application":
            resource["Properties"]["Location"] = "https://bucket/key"
    document.get("Globals", {}).get("Function", {})["CodeUri"] = "s3://bucket/key"
    return len(transform(document, {}, NoManagedPolicies())["Resources"])

print(json.dumps([count(path) for path in sys.argv[1:]]))
"""


def _expanded(*files: Path) -> list[int]:
    """How many resources CloudFormation would make of each file."""
    ran = subprocess.run(
        [ROOT / ".venv-sam/bin/python", "-c", EXPAND, *files],
        env={"AWS_DEFAULT_REGION": "eu-central-1", "SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    counts: list[int] = json.loads(ran.stdout)
    return counts


def _named(value: Any) -> Iterator[str]:
    """Everything that a value refers to."""
    if isinstance(value, dict):
        for form, argument in value.items():
            if form in ("Ref", "Condition") and isinstance(argument, str):
                yield argument
            elif form == "Fn::GetAtt":
                yield argument[0]
            elif form == "Fn::Sub":
                yield from re.findall(r"\$\{([\w:]+)", str(argument))
            yield from _named(argument)
    elif isinstance(value, list):
        for each in value:
            yield from _named(each)


def test_no_stack_is_too_large() -> None:
    root, *counts = _expanded(TEMPLATE, *STACKS)

    assert root < MOST_OF_ROOT
    assert {
        file.name: count for file, count in zip(STACKS, counts, strict=True) if count > MOST
    } == {}
    # The document that the tests read holds the same, before SAM writes out its short forms.
    document = load()
    events = [
        each
        for function in resources(document, "AWS::Serverless::Function").values()
        for each in (*function.get("Events", ()), *({"EventInvokeConfig"} & function.keys()))
    ]
    assert root + sum(counts) == len(document["Resources"]) + len(events)


def test_every_part_is_deployed() -> None:
    children = resources(read(TEMPLATE), "AWS::Serverless::Application").values()

    assert sorted(TEMPLATE.parent / each["Location"] for each in children) == STACKS
    deployed = [name for part, _ in PARTS.values() for name in functions(part)]
    assert sorted(deployed) == sorted(functions(load()))


@pytest.mark.parametrize("name", PARTS)
def test_the_root_gives_a_part_what_it_asks_for(name: str) -> None:
    part, given = PARTS[name]

    assert given.keys() == part["Parameters"].keys()
    used = set(_named([part["Resources"], part.get("Globals"), part.get("Conditions")]))
    assert part["Parameters"].keys() <= used
    root = read(TEMPLATE)
    known = root["Parameters"].keys() | root["Resources"].keys() | {"AWS::StackName"}
    assert set(_named(given)) <= known
    # Only the root says what a value is by default.
    assert not [each for each in part["Parameters"].values() if "Default" in each]


def test_every_parameter_of_the_root_is_used() -> None:
    root = read(TEMPLATE)

    assert root["Parameters"].keys() <= set(_named([root["Resources"], root["Conditions"]]))


def test_what_operators_need_is_told_by_the_root() -> None:
    told = read(TEMPLATE)["Outputs"]
    for output in told.values():
        value = output["Value"]
        if "Fn::GetAtt" in value:
            part, attribute = value["Fn::GetAtt"]
            assert attribute.removeprefix("Outputs.") in PARTS[part][0]["Outputs"]
    passed = {
        each["Value"]["Fn::GetAtt"][1] for each in told.values() if "Fn::GetAtt" in each["Value"]
    }
    inner = {f"Outputs.{name}" for part, _ in PARTS.values() for name in part.get("Outputs", {})}

    assert passed == inner
    # Secrets are made empty: somebody has to find and fill them.
    assert told.keys() >= resources(load(), "AWS::SecretsManager::Secret").keys()
    printed = {
        name
        for page in PAGES
        for name in re.findall(r"--(?:secret|key)-id <(?:output )?(\w+)>", page.read_text())
    }
    assert {"ServiceKeySecret", "EvmKeyArn"} <= printed <= told.keys()


LOOP = re.compile(
    r"^  (Fn::ForEach::\w+):\n    - Name\n    - \[.*\]\n((?:    .*\n)+)", re.MULTILINE
)


def test_a_loop_of_one_name_says_the_same_in_every_part() -> None:
    found: dict[str, set[str]] = {}
    for file in STACKS:
        for name, body in LOOP.findall(file.read_text()):
            found.setdefault(name, set()).add(body)

    assert found.keys() >= {"Fn::ForEach::Functions", "Fn::ForEach::HttpFunctions"}
    assert {name for name, bodies in found.items() if len(bodies) > 1} == set()


ROOT_TEMPLATE = """
Parameters: {Stage: {Type: String, Default: dev}}
Resources:
  Jobs: {Type: AWS::SQS::Queue}
  Part:
    Type: AWS::Serverless::Application
    Properties:
      Location: inner/part.yaml
      Parameters: {Place: !Ref Stage, JobsArn: !GetAtt Jobs.Arn, Colour: red}
"""
PART = """
Parameters: {Place: {Type: String}, JobsArn: {Type: String}, Colour: {Type: String}}
Globals: {Function: {CodeUri: ../code}}
Resources:
  Fn::ForEach::Functions:
    - Name
    - [Read, Write]
    - ${Name}Function:
        Type: AWS::Serverless::Function
        Properties:
          Handler: !Sub "${Name}.handler"
          Environment:
            Variables:
              PLACE: !Ref Place
              QUEUE: !Ref JobsArn
              PATH: !Sub "${Place}/${Name}/${Colour}"
              LOGS: {Fn::GetAtt: [!Sub "${Name}Logs", Arn]}
      Fn::ForEach::Kinds:
        - Kind
        - [Logs, Alarm]
        - ${Name}${Kind}:
            Type: !Sub "Kind::${Kind}"
            Properties: {Of: {Ref: !Sub "${Name}Function"}}
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A root with one part."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner/part.yaml").write_text(PART)
    (tmp_path / "template.yaml").write_text(ROOT_TEMPLATE)
    return tmp_path / "template.yaml"


def test_root_and_parts_are_one_document(written: Path) -> None:
    document = load(written)

    made = {"ReadFunction", "ReadLogs", "ReadAlarm", "WriteFunction", "WriteLogs", "WriteAlarm"}
    assert document["Resources"].keys() == {"Jobs", "Part"} | made
    assert document["Resources"]["WriteAlarm"] == {
        "Type": "Kind::Alarm",
        "Properties": {"Of": {"Ref": "WriteFunction"}},
    }
    function = functions(document)["WriteFunction"]
    assert function.handler == "Write.handler"
    assert function.code == written.parent / "code"
    place = {"Place": {"Ref": "Stage"}, "Colour": "red"}
    assert function.environment == {
        "PLACE": {"Ref": "Stage"},
        "QUEUE": {"Fn::GetAtt": ["Jobs", "Arn"]},
        "PATH": {"Fn::Sub": ["${Place}/Write/${Colour}", place]},
        "LOGS": {"Fn::GetAtt": ["WriteLogs", "Arn"]},
    }


@pytest.mark.parametrize("name", ["Jobs", "ReadLogs"])
def test_one_name_for_two_things_is_refused(written: Path, name: str) -> None:
    """In two files, or in a loop and beside it."""
    part = written.parent / "inner/part.yaml"
    part.write_text(PART + f"  {name}: {{Type: AWS::SQS::Queue}}\n")

    with pytest.raises(ValueError, match=f"named twice: {name}"):
        load(written)


def test_parts_that_differ_about_all_functions_are_refused(written: Path) -> None:
    written.write_text(ROOT_TEMPLATE + "Globals: {Function: {CodeUri: code, Timeout: 3}}\n")

    with pytest.raises(ValueError, match="different things about all functions"):
        load(written)
