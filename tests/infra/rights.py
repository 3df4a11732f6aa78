"""What the roles of the template may do."""

from collections.abc import Mapping
from typing import Any

from stack.template import resources


def statements(document: Mapping[str, Any], role: str) -> list[dict[str, Any]]:
    """Every statement of a role: in its own policies and in those attached to it."""
    attached = resources(document, "AWS::IAM::RolePolicy").values()
    policies = [
        *resources(document, "AWS::IAM::Role")[role]["Policies"],
        *(each for each in attached if each["RoleName"] == {"Ref": role}),
    ]
    return [
        {**each, "Action": _list(each["Action"]), "Resource": _list(each["Resource"])}
        for policy in policies
        for each in policy["PolicyDocument"]["Statement"]
    ]


def allowed(document: Mapping[str, Any], role: str, action: str) -> list[Any]:
    """On what a role may do something."""
    return [
        resource
        for each in statements(document, role)
        if action in each["Action"]
        for resource in each["Resource"]
    ]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
