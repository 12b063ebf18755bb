"""The model card of networks: what their configuration says of them, beside what only the caller knows."""

from typing import Any

from puppet.contract import ModelCard
from training.configuration import Configuration


def card_of(configuration: Configuration, name: str, **stated: Any) -> ModelCard:
    """A card for networks of this configuration; `stated` are the card's other fields (licence, steps, ...)."""
    return ModelCard(
        name=name,
        family=configuration.family,
        side=configuration.side,
        keypoint_count=configuration.keypoint_count,
        align_corners=configuration.align_corners,
        lids=configuration.lids,
        lips=list(configuration.lips),
        **{"licence": "", **stated},
    )
