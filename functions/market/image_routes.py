"""HTTP commands about pictures of listings: announce and upload, submit.

A function of its own, because the client of object storage is heavy.
"""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict, Field

from shared import object_storage as storage
from shared.api import Db, Routes, lambda_handler, make_app
from shared.body import Body
from shared.caller import Caller
from shared.commands import command
from shared.errors import Conflict, Invalid
from shared.idempotency import IdempotencyKey
from shared.identifier import Id
from shared.responses import answers
from shared.settings import bucket

from .picture import MOST_PIXELS, MOST_PIXELS_A_SIDE, identify

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
    is submitted."""

    model_config = ConfigDict(extra="forbid")
    party_id: UUID
    sha256: str
    media_type: str
    size_bytes: int
    key: str


class PictureOpened(PictureKept):
    """url: send the bytes with method and exactly these headers within expires_in seconds.

    The store answers 412 when it has the picture already. What is not submitted within a week is
    forgotten.
    """

    method: str
    url: str
    expires_in: int
    headers: dict[str, str]


routes = Routes()


@routes.post("/image-uploads", responses=answers(PictureOpened, "Where to upload it.", status=201))
def announce(body: AnnouncePicture, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """A seller announces a picture and gets an address to upload exactly these bytes to. Until it
    is submitted it may be announced anew, as another type or size: the last word counts."""

    def fields(actor: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "party_id": _party(body, actor),
            "sha256": body.sha256,
            "media_type": body.media_type,
            "size_bytes": body.size_bytes,
        }

    def shown(opened: dict[str, Any]) -> Mapping[str, Any]:
        return {**_with_key(opened), **storage.address_to_upload(_uploaded(opened))}

    return command(db, caller, key, "image_announce", fields, shown=shown, status=201)


@routes.post("/images", responses=answers(PictureKept, "It may be listed now.", status=201))
def hand_in(body: Picture, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """A seller submits an uploaded picture; from then on a listing may show it."""

    def fields(actor: Mapping[str, Any]) -> Mapping[str, Any]:
        asked = {"party_id": _party(body, actor), "sha256": body.sha256}
        told = db.rpc("announced_image", asked, token=caller.token, repeatable=True)
        file = _uploaded(told)
        if not storage.is_stored(file):
            raise Conflict(
                "file_not_stored",
                "The file has not been uploaded as announced.",
                "Announce it at image-uploads and PUT it to the address in the answer.",
            )
        storage.store(_shown(told), _picture(file))
        return {**asked, "media_type": told["media_type"], "size_bytes": told["size_bytes"]}

    return command(db, caller, key, "image_hand_in", fields, shown=_with_key, status=201)


def _picture(file: storage.File) -> bytes:
    """The bytes, checked. Raises Invalid not_a_picture, picture_too_large."""
    content = storage.read(file)
    seen = identify(content)
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


def _party(body: Picture, actor: Mapping[str, Any]) -> str:
    """Whose listing it is for."""
    return str(body.party_id or actor["id"])


def _with_key(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "key": _shown(told).key}


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
