"""The lookup table of the mh scheduler (net/netfilter/ipvs/ip_vs_mh.c; Eisenbud et al., Maglev, NSDI 2016)."""

from __future__ import annotations

import math

from lvsc.walk.ipvs import Dest, Service
from lvsc.words import Address

SIZE = 4093
_SHIFT_BITS = 6
_OFFSETS, _SKIPS = 2654435761, 2654446892
_MASK = (1 << 64) - 1


def fold(address: Address) -> int:
    """An address as 32 bits."""
    number = int(address)
    if address.version == 4:
        return number
    return (number >> 96) ^ (number >> 64 & 0xFFFFFFFF) ^ (number >> 32 & 0xFFFFFFFF) ^ (number & 0xFFFFFFFF)


def place(number: int) -> int:
    """The place of a client in the table."""
    return _hash(number & 0xFFFFFFFF, _OFFSETS) % SIZE


def table(service: Service) -> list[Dest]:
    """The real server of every place; made once a service."""
    if not service.maglev:
        service.maglev = _fill(service)
    return service.maglev


def _fill(service: Service) -> list[Dest]:
    weights = [dest.weight for dest in service.dests if dest.weight > 0]
    if not weights:
        return []
    divisor = math.gcd(*weights)
    shift = max(0, (max(weights) // divisor).bit_length() - _SHIFT_BITS)
    found: list[Dest | None] = [None] * SIZE
    places = [_start(dest)[0] for dest in service.dests]
    skips = [_start(dest)[1] for dest in service.dests]
    filled = 0
    while True:
        for index, dest in enumerate(service.dests):
            for _ in range(_turns(dest.weight, divisor, shift)):
                while found[places[index]] is not None:
                    places[index] = (places[index] + skips[index]) % SIZE
                found[places[index]] = dest
                filled += 1
                if filled == SIZE:
                    return [each for each in found if each is not None]


def _turns(weight: int, divisor: int, shift: int) -> int:
    return ((weight // divisor) >> shift) or int(weight != 0)


def _start(dest: Dest) -> tuple[int, int]:
    number = (fold(dest.entry.address) + dest.entry.port) & 0xFFFFFFFF
    return _hash(number, _OFFSETS) % SIZE, _hash(number, _SKIPS) % (SIZE - 1) + 1


def _hash(number: int, key: int) -> int:
    """lib/siphash.c: hsiphash() of four bytes on a 64-bit machine, which is SipHash-1-3."""
    v = [0x736F6D6570736575 ^ key, 0x646F72616E646F6D ^ key, 0x6C7967656E657261 ^ key, 0x7465646279746573 ^ key]
    block = 4 << 56 | number
    v[3] ^= block
    _round(v)
    v[0] ^= block
    v[2] ^= 0xFF
    for _ in range(3):
        _round(v)
    return (v[0] ^ v[1] ^ v[2] ^ v[3]) & 0xFFFFFFFF


def _round(v: list[int]) -> None:
    """include/linux/siphash.h: SIPHASH_PERMUTATION."""
    v[0] = v[0] + v[1] & _MASK
    v[1] = _left(v[1], 13) ^ v[0]
    v[0] = _left(v[0], 32)
    v[2] = v[2] + v[3] & _MASK
    v[3] = _left(v[3], 16) ^ v[2]
    v[0] = v[0] + v[3] & _MASK
    v[3] = _left(v[3], 21) ^ v[0]
    v[2] = v[2] + v[1] & _MASK
    v[1] = _left(v[1], 17) ^ v[2]
    v[2] = _left(v[2], 32)


def _left(number: int, bits: int) -> int:
    return (number << bits | number >> (64 - bits)) & _MASK
