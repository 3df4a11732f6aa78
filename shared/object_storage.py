"""Object storage: addresses for uploads and downloads, and which objects exist. Every object is
known by its sha256 before it is stored, and is written once. The client of AWS is heavy: only
functions that need it import this."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import IO, Any
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import Unavailable
from shared.telemetry import logger

UPLOAD_SECONDS = 300
DOWNLOAD_SECONDS = 60


@dataclass(frozen=True, slots=True)
class File:
    """A file where it lies or will lie. sha256 in hex, size in bytes."""

    bucket: str
    key: str
    sha256: str
    media_type: str
    size_bytes: int

    @property
    def checksum(self) -> str:
        """The sha256 as object storage writes it."""
        return base64.b64encode(bytes.fromhex(self.sha256)).decode()


def address_to_upload(file: File) -> dict[str, Any]:
    """Where and how to PUT exactly these bytes, for a short time: method, url, headers, seconds.

    Object storage refuses other bytes, another size or type, and a second writing (412).
    """
    signed = {
        "ContentType": file.media_type,
        "ContentLength": file.size_bytes,
        "ChecksumAlgorithm": "SHA256",
        "ChecksumSHA256": file.checksum,
        "IfNoneMatch": "*",
    }
    return {
        "method": "PUT",
        "url": _sign("put_object", file, signed, UPLOAD_SECONDS),
        "headers": {
            "Content-Type": file.media_type,
            "Content-Length": str(file.size_bytes),
            "x-amz-sdk-checksum-algorithm": "SHA256",
            "x-amz-checksum-sha256": file.checksum,
            "If-None-Match": "*",
        },
        "expires_in": UPLOAD_SECONDS,
    }


def address_to_download(file: File, name: str) -> dict[str, Any]:
    """Where to GET the bytes, for a short time; browsers save them, never show them."""
    signed = {
        "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "ResponseContentType": file.media_type,
    }
    url = _sign("get_object", file, signed, DOWNLOAD_SECONDS)
    return {"method": "GET", "url": url, "expires_in": DOWNLOAD_SECONDS}


def store(file: File, content: bytes | IO[bytes]) -> None:
    """Put these bytes there, if nothing is there yet. Raises Unavailable."""
    _ask(
        "put_object",
        file,
        ("412", "PreconditionFailed"),
        Body=content,
        ContentType=file.media_type,
        # Object lock asks for the algorithm, too.
        ChecksumAlgorithm="SHA256",
        ChecksumSHA256=file.checksum,
        IfNoneMatch="*",
    )


def delete(file: File) -> None:
    """Take a file away, for good where the bucket keeps no versions; one that is gone is fine.
    Raises Unavailable."""
    _ask("delete_object", file, ())


def read(file: File) -> bytes:
    """The bytes of a file that is stored. Raises Unavailable."""
    found = _ask("get_object", file, ())
    content: bytes = found["Body"].read(file.size_bytes + 1)
    return content


def is_stored(file: File) -> bool:
    """Whether object storage has these very bytes. Raises Unavailable."""
    found = _ask("head_object", file, ("404", "NoSuchKey"), ChecksumMode="ENABLED")
    return found is not None and (
        found["ContentLength"],
        found["ContentType"],
        found.get("ChecksumSHA256"),
    ) == (
        file.size_bytes,
        file.media_type,
        file.checksum,
    )


def _ask(method: str, file: File, expected: tuple[str, ...], **params: Any) -> Any:
    """The answer; None for an error that was expected."""
    try:
        return getattr(_client(), method)(Bucket=file.bucket, Key=file.key, **params)
    except ClientError as error:
        if error.response["Error"]["Code"] in expected:
            return None
        logger.error("object storage refused", error=str(error))
        raise _unreachable() from None
    except BotoCoreError as error:
        logger.error("object storage unreachable", error=type(error).__name__)
        raise _unreachable() from None


def _unreachable() -> Unavailable:
    return Unavailable(
        "storage_unavailable",
        "The store of files cannot be reached at the moment.",
        "Ask again with the same Idempotency-Key: nothing is done twice.",
    )


def _sign(method: str, file: File, params: Mapping[str, Any], seconds: int) -> str:
    named = {"Bucket": file.bucket, "Key": file.key, **params}
    return str(_client().generate_presigned_url(method, Params=named, ExpiresIn=seconds))


@cache
def _client() -> Any:
    config = Config(
        signature_version="s3v4",
        connect_timeout=2,
        read_timeout=5,
        retries={"total_max_attempts": 2},
    )
    return boto3.client("s3", config=config)
