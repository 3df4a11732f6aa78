"""What a recovery code looks like, and what is kept of it."""

import math
import secrets

from functions.accounts.recovery_rules import ALPHABET, code_hash, make_codes


def test_ten_different_codes_of_at_least_112_bits() -> None:
    codes = make_codes(secrets.choice)
    assert len(set(codes)) == 10
    for code in codes:
        letters = code.replace("-", "")
        assert len(letters) * math.log2(len(ALPHABET)) >= 112
        assert set(letters) <= set(ALPHABET)
        assert [len(group) for group in code.split("-")] == [5] * 5


def test_however_it_is_typed_it_is_the_same_code() -> None:
    code = "0123A-1ABCD-EFGHJ-KMNPQ-RSTVW"
    hashed = code_hash(code)
    for typed in (code.lower(), code.replace("-", " "), code.replace("-", ""), "o" + code[1:]):
        assert code_hash(typed) == hashed
    assert code_hash(code.replace("1", "i").replace("I", "l")) == hashed
    assert code_hash(code.replace("W", "X")) != hashed
    assert len(hashed) == 64
