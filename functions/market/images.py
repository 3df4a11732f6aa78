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
from shared.documented import answers
from shared.errors import Conflict, Invalid
from shared.idempotency import Command, CommandKey, answer
from shared.identifier import Id
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
    """sha256 is what a listing names. key: where everybody reads it, in the public bucket."""

    model_config = ConfigDict(extra="forbid")
    party_id: UUID
    sha256: str
    media_type: str
    size_bytes: int
    key: str


class PictureOpened(PictureKept):
    """url: send the bytes with method and exactly these headers within expires_in seconds.

    The store answers 412 when it has the picture already.
    """

    method: str
    url: str
    expires_in: int
    headers: dict[str, str]


routes = Routes()


@routes.post("/image-uploads", responses=answers(PictureOpened, "Where to upload it.", status=201))
def announce(body: AnnouncePicture, caller: Caller, key: Command, db: Db) -> Response[Any]:
    """A seller announces a picture and gets an address to upload exactly these bytes to."""
    actor, party = _who(db, caller, key, body)
    if "answer" in actor:
        opened = actor["answer"]
    else:
        fields = {"media_type": body.media_type, "size_bytes": body.size_bytes}
        opened = _command(db, key, "image_announce", actor, party, body, **fields)
    file = _file(opened)
    return answer({**opened, "key": file.key, **storage.address_to_upload(file)}, 201)


@routes.post("/images", responses=answers(PictureKept, "It may be listed now.", status=201))
def hand_in(body: Picture, caller: Caller, key: Command, db: Db) -> Response[Any]:
    """A picture was uploaded: from now on its seller may list it."""
    actor, party = _who(db, caller, key, body)
    if "answer" in actor:
        kept = actor["answer"]
    else:
        asked = {"party_id": party, "sha256": body.sha256}
        file = _file(db.rpc("announced_image", asked, token=caller.token, repeatable=True))
        if not storage.is_stored(file):
            raise Conflict(
                "file_not_stored",
                "The file has not been uploaded as announced.",
                "Announce it at image-uploads and PUT it to the address in the answer.",
            )
        _check(file)
        kept = _command(db, key, "image_hand_in", actor, party, body)
    return answer({**kept, "key": _file(kept).key}, 201)


def _check(file: storage.File) -> None:
    """Look at the bytes. Raises Invalid not_a_picture, picture_too_large."""
    seen = look(storage.read(file))
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


def _file(told: dict[str, Any]) -> storage.File:
    # Of a party: what another announced of the same bytes shuts nobody out.
    key = f"images/{told['party_id']}/{told['sha256']}"
    said = (told[name] for name in ("sha256", "media_type", "size_bytes"))
    return storage.File(bucket("HOLDFAST_IMAGES_BUCKET"), key, *said)


app = make_app(routes)
handler = lambda_handler(app)
