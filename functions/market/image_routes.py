"""HTTP commands about pictures of listings: announce and upload, hand in.

A function of its own, because the client of object storage is heavy.
"""

from typing import Annotated, Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict, Field

from shared import object_storage as storage
from shared.api import Db, Routes, lambda_handler, make_app
from shared.body import Body
from shared.caller import Caller, CallerToken
from shared.db import Database
from shared.errors import Conflict, Invalid
from shared.idempotency import Command, CommandKey, answer
from shared.identifier import Id
from shared.responses import answers
from shared.settings import bucket

from .picture import MOST_PIXELS, MOST_PIXELS_A_SIDE, look

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Picture(Body):
    """sha256: of the exact bytes. party_id: whose listing it is for, by default the caller's."""

    sha256: Sha256
    party_id: Id | None = None


class AnnouncePicture(Picture):
    media_type: Annotated[str, Field(min_length=1, max_length=100)]
    size_bytes: Annotated[int, Field(ge=1, le=20_971_520)]


class PictureKept(BaseModel):
    """sha256 is what a listing names. key: where everybody reads it, in the public bucket, once it
    is handed in."""

    model_config = ConfigDict(extra="forbid")
    party_id: UUID
    sha256: str
    media_type: str
    size_bytes: int
    key: str


class PictureOpened(PictureKept):
    """url: send the bytes with method and exactly these headers within expires_in seconds.

    The store answers 412 when it has the picture already. What is not handed in within a week is
    forgotten.
    """

    method: str
    url: str
    expires_in: int
    headers: dict[str, str]


routes = Routes()


@routes.post("/image-uploads", responses=answers(PictureOpened, "Where to upload it.", status=201))
def announce(body: AnnouncePicture, caller: Caller, key: Command, db: Db) -> Response[Any]:
    """A seller announces a picture and gets an address to upload exactly these bytes to. Until it
    is handed in it may be announced anew, as another type or size: the last word counts."""
    actor, party = _who(db, caller, key, body)
    if "answer" in actor:
        opened = actor["answer"]
    else:
        fields = {"media_type": body.media_type, "size_bytes": body.size_bytes}
        opened = _command(db, key, "image_announce", actor, party, body, **fields)
    address = storage.address_to_upload(_uploaded(opened))
    return answer({**opened, "key": _shown(opened).key, **address}, 201)


@routes.post("/images", responses=answers(PictureKept, "It may be listed now.", status=201))
def hand_in(body: Picture, caller: Caller, key: Command, db: Db) -> Response[Any]:
    """A picture was uploaded: from now on its seller may list it."""
    actor, party = _who(db, caller, key, body)
    if "answer" in actor:
        kept = actor["answer"]
    else:
        asked = {"party_id": party, "sha256": body.sha256}
        told = db.rpc("announced_image", asked, token=caller.token, repeatable=True)
        file = _uploaded(told)
        if not storage.is_stored(file):
            raise Conflict(
                "file_not_stored",
                "The file has not been uploaded as announced.",
                "Announce it at image-uploads and PUT it to the address in the answer.",
            )
        storage.store(_shown(told), _picture(file))
        seen = {name: told[name] for name in ("media_type", "size_bytes")}
        kept = _command(db, key, "image_hand_in", actor, party, body, **seen)
    return answer({**kept, "key": _shown(kept).key}, 201)


def _picture(file: storage.File) -> bytes:
    """The bytes, looked at. Raises Invalid not_a_picture, picture_too_large."""
    content = storage.read(file)
    seen = look(content)
    if seen is None or seen.media_type != file.media_type:
        raise Invalid(
            "not_a_picture",
            "The bytes are no picture of the type that was announced.",
            "Save it as JPEG, PNG or WebP and announce it as what it is.",
        )
    if not seen.fits:
        raise Invalid(
            "picture_too_large",
            f"A picture has at most {MOST_PIXELS_A_SIDE} pixels a side and {MOST_PIXELS} in all.",
            "Make it smaller and announce it anew.",
        )
    return content


def _who(
    db: Database, caller: CallerToken, key: CommandKey, body: Picture
) -> tuple[dict[str, Any], str]:
    """Who asks, as the database says, and for which party."""
    asked = {"idempotency_key": key.key, "request_hash": key.request_hash}
    actor: dict[str, Any] = db.rpc("whoami", asked, token=caller.token, repeatable=True)
    return actor, str(body.party_id or actor.get("id"))


def _command(
    db: Database,
    key: CommandKey,
    name: str,
    actor: dict[str, Any],
    party: str,
    body: Picture,
    **fields: Any,
) -> dict[str, Any]:
    command = {
        **fields,
        "sha256": body.sha256,
        "party_id": party,
        "actor_id": actor["id"],
        "aal": actor["aal"],
        "idempotency_key": key.key,
        "request_hash": key.request_hash,
    }
    done: dict[str, Any] = db.service_rpc(name, {"command": command}, repeatable=True)
    return done


def _uploaded(told: dict[str, Any]) -> storage.File:
    """Where it is sent to, and read by nobody: a place for each party and type, so that neither
    another's announcement of the same bytes nor a wrong one of its own shuts a party out."""
    return _file(f"uploads/{told['party_id']}/{told['sha256']}/{told['media_type']}", told)


def _shown(told: dict[str, Any]) -> storage.File:
    """Where everybody reads it."""
    return _file(f"images/{told['party_id']}/{told['sha256']}", told)


def _file(key: str, told: dict[str, Any]) -> storage.File:
    said = (told[name] for name in ("sha256", "media_type", "size_bytes"))
    return storage.File(bucket("HOLDFAST_IMAGES_BUCKET"), key, *said)


app = make_app(routes)
handler = lambda_handler(app)
