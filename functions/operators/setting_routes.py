"""HTTP command of operators: change a limit, a fee or a threshold."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict, Field

from shared.api import Db, Routes
from shared.body import Body
from shared.caller import Caller
from shared.commands import OperatorReason, command, operator, operator_answers
from shared.idempotency import IdempotencyKey

_Column = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,62}$")]
_Value = Annotated[str, Field(min_length=1, max_length=100)]
# A key that is no name of a column is refused; pydantic does not tell the document.
_NOTHING_ELSE: dict[str, Any] = {"json_schema_extra": {"additionalProperties": False}}


class ChangeSetting(Body):
    """setting: name of the table, as in settings. row: the row, by its key columns. values: what
    each column is set to from now on, as text; null: no limit."""

    setting: _Column
    row: Annotated[dict[_Column, _Value], Field(min_length=1, max_length=4, **_NOTHING_ELSE)]
    values: Annotated[
        dict[_Column, _Value | None], Field(min_length=1, max_length=20, **_NOTHING_ELSE)
    ]
    reason: OperatorReason


class SettingChanged(BaseModel):
    """setting: name of the table. row: its key columns. before, after: what was changed of it."""

    model_config = ConfigDict(extra="forbid")
    setting: str
    row: dict[str, str]
    before: dict[str, str | None]
    after: dict[str, str | None]


routes = Routes()


@routes.post("/settings", responses=operator_answers(SettingChanged, "The setting as it is now."))
def change(body: ChangeSetting, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """An operator changes a row of a setting; a second one confirms it where money is at stake
    (aal2)."""
    fields = body.model_dump(mode="json")
    return command(db, caller, key, "setting_change", fields, needs=operator)
