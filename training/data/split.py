"""Which split an identity belongs to: the same one on every machine, whatever else is in the data."""

from hashlib import blake2s

VAL_SHARE = 0.1
"""Share of the identities that are kept for validation unless another is asked for."""


def split_of(identity: str, val_share: float = VAL_SHARE) -> str:
    """`train` or `val`, by a hash of the identity."""
    place = int.from_bytes(blake2s(identity.encode(), digest_size=8).digest()) / 2**64
    return "val" if place < val_share else "train"
