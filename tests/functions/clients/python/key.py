"""A program with an API key: it reads twice and commands once."""

import json
import os
from uuid import uuid4

from holdfast import Holdfast, Problem
from holdfast.database import WalletBalances

env = os.environ
with Holdfast(env["URL"], env["API_URL"], env["KEY"], api_key=env["API_KEY"]) as program:
    read = [str(row.available) for _ in range(2) for row in program.rows(WalletBalances)]
    try:
        program.commands.order_pause(uuid4())
    except Problem as problem:
        refused = problem.code

with Holdfast(env["URL"], env["API_URL"], env["KEY"], api_key="hf_live_nothing") as stranger:
    try:
        stranger.rows(WalletBalances)
    except Problem as problem:
        unknown = problem.code

print(json.dumps({"read": read, "refused": refused, "unknown": unknown}))
