"""Idempotency keys: kept for a day, the first answer replayed, other parameters refused."""

from dataclasses import dataclass

from stack.stand_ins.stripe.errors import ApiError
from stack.stand_ins.stripe.form import Params
from stack.stand_ins.stripe.world import World

KEPT_SECONDS = 24 * 3600
_MAX = 255


@dataclass
class Kept:
    """A key with the call it was first used for. answer: None while that is being done."""

    path: str
    params: Params
    at: int
    request_id: str
    answer: tuple[int, bytes] | None = None


class Keys:
    def __init__(self, world: World) -> None:
        self.world = world
        self._kept: dict[str, Kept] = {}

    def take(self, key: str, path: str, params: Params, request_id: str) -> Kept:
        """Reserve a key, or find the answer it has. Raises ApiError 400 and 409."""
        with self.world.lock:
            if len(key) > _MAX:
                raise _refused(400, f"Idempotency keys have at most {_MAX} characters.")
            kept = self._kept.get(key)
            if kept is None or self.world.now() - kept.at >= KEPT_SECONDS:
                kept = self._kept[key] = Kept(path, params, self.world.now(), request_id)
            elif kept.path != path or kept.params != params:
                raise _refused(
                    400,
                    "Keys for idempotent requests can only be used with the same parameters "
                    f"they were first used with. Try using a key other than '{key}' if you "
                    "meant to execute a different request.",
                )
            elif kept.answer is None:
                raise _refused(
                    409,
                    "There is currently another in-progress request using this Idempotent Key "
                    f"(that probably means you submitted twice): {key}",
                    code="idempotency_key_in_use",
                )
            return kept

    def finish(self, key: str, kept: Kept, answer: tuple[int, bytes] | None) -> None:
        """Keep the answer under its key; None forgets the key."""
        with self.world.lock:
            if answer is None:
                self._kept.pop(key, None)
            kept.answer = answer


def _refused(status: int, message: str, **fields: str) -> ApiError:
    return ApiError(status, message, kind="idempotency_error", kept=False, **fields)
