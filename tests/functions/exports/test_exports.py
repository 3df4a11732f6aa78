"""Exports of the own data over HTTP: asked for, written by the schedule, downloaded, deleted."""

import hashlib
import json
from typing import Any

import httpx

from stack.stack import Stack
from tests.world.http.desk import Desk

FUNCTION = "DataExportsFunction"


def _objects(stack: Stack) -> list[str]:
    bucket = stack.aws.resolver.text({"Ref": "ExportsBucket"})
    listed = stack.aws.client("s3").list_objects_v2(Bucket=bucket)
    return [each["Key"] for each in listed.get("Contents", ())]


def _read(address: dict[str, Any]) -> Any:
    answer = httpx.get(address["url"], timeout=60)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert hashlib.sha256(answer.content).hexdigest() == address["sha256"]
    assert len(answer.content) == address["size_bytes"]
    return json.loads(answer.content)


def test_a_person_gets_all_of_it_and_nobody_else(advanced: Stack, desk: Desk) -> None:
    ada, ben = desk.stack.create_user(), desk.stack.create_user()
    for who, name in ((ada, "Ada Lovelace"), (ben, "Benjamin Other")):
        row = {"full_name": name}
        assert desk.write(who, "PATCH", f"/profiles?id=eq.{who}", row).status == 204
    assert desk.post(ada, "/data-exports", aal="aal1").code == "step_up_required"
    asked = desk.post(ada, "/data-exports")
    assert (asked.status, asked.body["state"]) == (201, "waiting")
    assert desk.post(ada, "/data-exports").code == "export_too_soon"
    path = f"/data-exports/{asked.body['export_id']}/downloads"
    assert desk.post(ada, path).code == "export_not_ready"

    done = advanced.tick(FUNCTION)
    assert (done["made"], done["failed"]) == (1, 0)
    assert desk.post(ben, path).code == "export_not_found"
    assert desk.post(ada, path, aal="aal1").code == "step_up_required"
    document = _read(desk.done(ada, path))
    assert (document["format"], document["person"]) == ("holdfast.data-export.v1", str(ada))
    told = {part["table"]: part["rows"] for part in document["parts"]}
    assert "Ada Lovelace" in [row.get("full_name") for row in told["public.profiles"]]
    assert [row["id"] for row in told["auth.users"]] == [str(ada)]
    text = json.dumps(document)
    assert "Benjamin" not in text
    assert str(ben) not in text

    # A week later it is gone, from the store as well.
    assert len(_objects(advanced)) == 1
    advanced.clock.advance(days=8)
    assert desk.post(ada, path).code == "export_over"
    assert advanced.tick(FUNCTION)["deleted"] == 1
    assert _objects(advanced) == []
    assert desk.post(ada, "/data-exports").status == 201


def test_another_document_in_its_place_is_not_handed_out(desk: Desk) -> None:
    user = desk.stack.create_user()
    asked = desk.done(user, "/data-exports")
    desk.stack.tick(FUNCTION)
    key = next(each for each in _objects(desk.stack) if asked["export_id"] in each)
    bucket = desk.stack.aws.resolver.text({"Ref": "ExportsBucket"})
    desk.stack.aws.client("s3").put_object(Bucket=bucket, Key=key, Body=b"{}")
    path = f"/data-exports/{asked['export_id']}/downloads"
    assert desk.post(user, path).code == "document_damaged"


def test_a_run_that_fails_is_done_again(advanced: Stack, desk: Desk) -> None:
    user = desk.stack.create_user()
    desk.done(user, "/data-exports")
    record = b"execute on function service.data_export_record(uuid, text, text, bigint)"
    with advanced.connect() as connection:
        connection.execute(b"revoke " + record + b" from service_role")
    try:
        assert advanced.tick(FUNCTION)["failed"] == 1
    finally:
        with advanced.connect() as connection:
            connection.execute(b"grant " + record + b" to service_role")
    assert advanced.tick(FUNCTION)["made"] == 0
    advanced.clock.advance(minutes=16)
    assert advanced.tick(FUNCTION)["made"] == 1
    (row,) = desk.read(user, "/data_exports?select=state")
    assert row == {"state": "ready"}
