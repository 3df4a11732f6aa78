"""Roblox's public API in a stand-in: groups, users, games and items that change hands.

It answers as groups, users, games and economy.roblox.com do, all at one address.
"""

import json
from typing import Any

from stack.stand_ins.behaviour import drop, hang, huge, redirect, status, too_many
from stack.stand_ins.loopback import Behaviour, Loopback, Received, Wire

_CREATED = "2019-05-01T10:00:00.000Z"


class Roblox(Loopback):
    """Serves inside its block. Everything known was made by a method here."""

    def __init__(self) -> None:
        super().__init__()
        self._users: dict[int, dict[str, Any]] = {}
        self._groups: dict[int, dict[str, Any]] = {}
        self._games: dict[int, dict[str, Any]] = {}
        self._items: dict[int, dict[str, Any]] = {}
        self._fault: Behaviour | None = None

    def variables(self) -> dict[str, str]:
        """The environment of functions that ask here."""
        parts = ("GROUPS", "USERS", "GAMES", "ECONOMY")
        return {f"HOLDFAST_ROBLOX_{part}_URL": self.url for part in parts}

    def user(self, identifier: int, name: str) -> None:
        self._users[identifier] = {
            "description": "", "created": _CREATED, "isBanned": False,
            "externalAppDisplayName": None, "hasVerifiedBadge": False, "id": identifier,
            "name": name, "displayName": name.capitalize(),
        }  # fmt: skip

    def group(self, identifier: int, owner: int | None, members: int = 10_000) -> None:
        """A group of a known user, or of nobody."""
        self._groups[identifier] = {
            "id": identifier, "name": f"Group {identifier}", "description": "Since 2019",
            "owner": owner, "shout": None, "memberCount": members, "isBuildersClubOnly": False,
            "publicEntryAllowed": True, "isLocked": False, "hasVerifiedBadge": False,
        }  # fmt: skip

    def game(self, identifier: int, owner: int, visits: int = 1_000_000) -> None:
        """An experience of a known user, by its universe."""
        self._games[identifier] = {
            "id": identifier, "rootPlaceId": identifier + 1, "name": f"Game {identifier}",
            "description": "An obby", "creator": owner, "price": None, "playing": 12,
            "visits": visits, "maxPlayers": 30, "created": _CREATED, "updated": _CREATED,
            "favoritedCount": 77,
        }  # fmt: skip

    def item(self, identifier: int, creator: int) -> None:
        self._items[identifier] = {
            "TargetId": identifier, "AssetId": identifier, "Name": f"Hat {identifier}",
            "Description": "Red", "Creator": creator, "PriceInRobux": 250, "Sales": 12,
            "IsForSale": True, "IsLimited": True, "IsLimitedUnique": False,
            "Created": _CREATED, "Updated": _CREATED,
        }  # fmt: skip

    def hand_over(self, group: int, owner: int | None) -> None:
        """The group has another owner now."""
        self._groups[group]["owner"] = owner

    def say(self, group: int, **fields: Any) -> None:
        """Tell something else of a group, whether it makes sense or not."""
        self._groups[group] |= fields

    def behave(self) -> None:
        self._fault = None

    def fail(self) -> None:
        self._fault = status(500)

    def limit(self) -> None:
        self._fault = too_many(body=b'{"errors":[{"code":0,"message":"TooManyRequests"}]}')

    def hang(self) -> None:
        self._fault = hang()

    def drop_out(self) -> None:
        self._fault = drop()

    def talk_nonsense(self) -> None:
        self._fault = status(200, b"<html>Roblox is down for maintenance</html>")

    def flood(self) -> None:
        self._fault = huge(4_000_000)

    def send_elsewhere(self) -> None:
        """Redirect to an address of the asker's own network."""
        self._fault = redirect()

    def answer(self, wire: Wire, request: Received) -> None:
        if self._fault:
            self._fault(wire, request)
            return
        code, told = self._tell(request)
        wire.reply(code, json.dumps(told).encode(), {"content-type": "application/json"})

    def _tell(self, request: Received) -> tuple[int, Any]:
        match request.path.strip("/").split("/"):
            case ["v1", "groups", text] if group := self._groups.get(int(text)):
                return 200, group | {"owner": self._owner(group["owner"])}
            case ["v1", "groups", _]:
                return 400, _error(1, "Group is invalid or does not exist.")
            case ["v1", "users", text] if user := self._users.get(int(text)):
                return 200, user
            case ["v1", "users", _]:
                return 404, _error(3, "The user id is invalid.")
            case ["v1", "games"]:
                game = self._games.get(int(request.query["universeIds"]))
                return 200, {"data": [game | {"creator": self._creator(game)}] if game else []}
            case ["v2", "assets", text, "details"] if item := self._items.get(int(text)):
                user = self._users[item["Creator"]]
                creator = {
                    "Id": user["id"], "Name": user["name"], "CreatorType": "User",
                    "CreatorTargetId": user["id"],
                }  # fmt: skip
                return 200, item | {"Creator": creator}
            case ["v2", "assets", _, "details"]:
                return 400, _error(20, "Invalid assetId")
        return 404, _error(0, "NotFound")

    def _owner(self, owner: Any) -> Any:
        if not isinstance(owner, int):
            return owner
        user = self._users[owner]
        return {
            "buildersClubMembershipType": "None", "hasVerifiedBadge": False, "userId": owner,
            "username": user["name"], "displayName": user["displayName"],
        }  # fmt: skip

    def _creator(self, game: dict[str, Any]) -> dict[str, Any]:
        user = self._users[game["creator"]]
        return {
            "id": user["id"], "name": user["name"], "type": "User", "isRNVAccount": False,
            "hasVerifiedBadge": False,
        }  # fmt: skip


def _error(code: int, message: str) -> dict[str, Any]:
    return {
        "errors": [{"code": code, "message": message, "userFacingMessage": "Something went wrong"}]
    }
