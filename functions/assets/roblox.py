"""Roblox's public API: groups, games, items and users."""

from collections.abc import Callable, Mapping
from contextlib import closing
from decimal import Decimal
from typing import Any

from shared.http_client import Client, SourceFailed

Told = dict[str, Any]
Origin = Callable[[str], str]
"""Scheme and host of a part of the API: groups, users, games or economy."""

_LARGEST = 2**53


def fetch(origin: Origin, kind: str, asset_id: str) -> Told | None:
    """The asset now, as a flat object: ids are text, counts whole numbers. None: no such asset.

    Raises SourceFailed when Roblox does not answer, or with what cannot be.
    """
    return _READERS[kind](origin, asset_id)


def _group(origin: Origin, asset_id: str) -> Told | None:
    told = _ask(origin("groups"), f"/v1/groups/{asset_id}", {})
    if told is None:
        return None
    owner = told.get("owner")
    return {
        "id": _same(told, "id", asset_id),
        "name": _text(told, "name"),
        "description": _text(told, "description"),
        "owner_type": None if owner is None else "User",
        "owner_id": None if owner is None else _id(_object(owner), "userId"),
        "owner_name": None if owner is None else _text(_object(owner), "username"),
        "members": _whole(told, "memberCount"),
        "public_entry": _flag(told, "publicEntryAllowed"),
        "locked": _flag(told, "isLocked"),
        "verified": _flag(told, "hasVerifiedBadge"),
    }


def _user(origin: Origin, asset_id: str) -> Told | None:
    told = _ask(origin("users"), f"/v1/users/{asset_id}", {})
    if told is None:
        return None
    return {
        "id": _same(told, "id", asset_id),
        "name": _text(told, "name"),
        "display_name": _text(told, "displayName"),
        "description": _text(told, "description"),
        "banned": _flag(told, "isBanned"),
        "verified": _flag(told, "hasVerifiedBadge"),
        "created": _text(told, "created"),
    }


def _game(origin: Origin, asset_id: str) -> Told | None:
    told = _ask(origin("games"), "/v1/games", {"universeIds": asset_id})
    games = None if told is None else told.get("data")
    if told is not None and not isinstance(games, list):
        raise SourceFailed("the answer has no data")
    if not games:
        return None
    game = _object(games[0])
    return {
        "id": _same(game, "id", asset_id),
        "name": _text(game, "name"),
        "description": _text(game, "description"),
        **_creator(_object(game.get("creator")), "type", "id", "name"),
        "place_id": _id(game, "rootPlaceId"),
        "visits": _whole(game, "visits"),
        "favorites": _whole(game, "favoritedCount"),
        "max_players": _whole(game, "maxPlayers"),
        "created": _text(game, "created"),
        "updated": _text(game, "updated"),
    }


def _item(origin: Origin, asset_id: str) -> Told | None:
    told = _ask(origin("economy"), f"/v2/assets/{asset_id}/details", {})
    if told is None:
        return None
    return {
        "id": _same(told, "AssetId", asset_id),
        "name": _text(told, "Name"),
        "description": _text(told, "Description"),
        **_creator(_object(told.get("Creator")), "CreatorType", "CreatorTargetId", "Name"),
        "price_robux": _whole(told, "PriceInRobux"),
        "sales": _whole(told, "Sales"),
        "for_sale": _flag(told, "IsForSale"),
        "limited": _flag(told, "IsLimited"),
        "limited_unique": _flag(told, "IsLimitedUnique"),
        "created": _text(told, "Created"),
        "updated": _text(told, "Updated"),
    }


_READERS: dict[str, Callable[[Origin, str], Told | None]] = {
    "group": _group,
    "game": _game,
    "item": _item,
    "user": _user,
}


def _ask(origin: str, path: str, query: Mapping[str, str]) -> Mapping[str, Any] | None:
    with closing(Client(origin)) as client:
        # Some parts of the API say 400 of an id that they do not know.
        told = client.get(path, query, {"accept": "application/json"}, missing=(400, 404))
    return None if told is None else _object(told)


def _creator(told: Mapping[str, Any], kind: str, identifier: str, name: str) -> Told:
    return {
        "owner_type": _text(told, kind),
        "owner_id": _id(told, identifier),
        "owner_name": _text(told, name),
    }


def _object(told: Any) -> Mapping[str, Any]:
    if not isinstance(told, dict):
        raise SourceFailed("what should be an object is none")
    return told


def _text(told: Mapping[str, Any], name: str) -> str | None:
    value = told.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > 10_000 or "\0" in value:
        raise SourceFailed(f"{name} is no text")
    # Half a surrogate pair is not kept by the database.
    return value.encode("utf-8", "replace").decode()


def _whole(told: Mapping[str, Any], name: str) -> int | None:
    value = told.get(name)
    if value is None:
        return None
    if not isinstance(value, Decimal) or not 0 <= value < _LARGEST or value != int(value):
        raise SourceFailed(f"{name} is no whole number")
    return int(value)


def _id(told: Mapping[str, Any], name: str) -> str:
    value = _whole(told, name)
    if value is None:
        raise SourceFailed(f"{name} is missing")
    return str(value)


def _same(told: Mapping[str, Any], name: str, wanted: str) -> str:
    value = _id(told, name)
    if value != wanted:
        raise SourceFailed("the answer is about something else")
    return value


def _flag(told: Mapping[str, Any], name: str) -> bool | None:
    value = told.get(name)
    if value is not None and not isinstance(value, bool):
        raise SourceFailed(f"{name} is neither true nor false")
    return value
