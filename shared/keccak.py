"""Keccak-256 as Ethereum has it: the padding from before SHA-3 became a standard."""

_RATE = 136
_MASK = (1 << 64) - 1
_ROUND_CONSTANTS = (
    0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000,
    0x000000000000808B, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
    0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
)  # fmt: skip


def _rotations() -> tuple[tuple[int, int, int], ...]:
    """(from, to, by) of each lane in the steps rho and pi; lane (x, y) is at x + 5y."""
    moves = [(0, 0, 0)]
    x, y = 1, 0
    for step in range(24):
        turned = y, (2 * x + 3 * y) % 5
        moves.append((x + 5 * y, turned[0] + 5 * turned[1], (step + 1) * (step + 2) // 2 % 64))
        x, y = turned
    return tuple(moves)


_MOVES = _rotations()


def keccak_256(data: bytes) -> bytes:
    """The 32 bytes of the hash."""
    return sponge(data, 0x01)


def sponge(data: bytes, suffix: int) -> bytes:
    """32 bytes of the sponge with a capacity of 512 bits.

    suffix: the first byte of the padding, 0x01 for Keccak-256, 0x06 for SHA3-256.
    """
    padded = bytearray(data) + bytes(_RATE - len(data) % _RATE)
    padded[len(data)] ^= suffix
    padded[-1] ^= 0x80
    lanes = [0] * 25
    for start in range(0, len(padded), _RATE):
        for lane in range(_RATE // 8):
            at = start + 8 * lane
            lanes[lane] ^= int.from_bytes(padded[at : at + 8], "little")
        lanes = _permute(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def _permute(a: list[int]) -> list[int]:
    for constant in _ROUND_CONSTANTS:
        c = [a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] for x in range(5)]
        d = [c[x - 1] ^ ((c[(x + 1) % 5] << 1 | c[(x + 1) % 5] >> 63) & _MASK) for x in range(5)]
        b = [0] * 25
        for source, target, by in _MOVES:
            lane = a[source] ^ d[source % 5]
            b[target] = (lane << by | lane >> (64 - by)) & _MASK
        a = [
            b[i] ^ (~b[i - i % 5 + (i + 1) % 5] & b[i - i % 5 + (i + 2) % 5]) & _MASK
            for i in range(25)
        ]
        a[0] ^= constant
    return a
