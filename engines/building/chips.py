"""NVIDIA's chips by the names that compilers use: `sm_86` is compute capability 8.6, and which of them a TensorRT can serve."""

import re
from collections.abc import Sequence

from puppet.errors import EngineError

RTX_CHIPS = ("sm_75", "sm_80", "sm_86", "sm_89", "sm_120", "sm_121")
"""What TensorRT-RTX 1.7 builds for; an older one knows fewer, and says so itself. Chips of data centres (sm_90, sm_100) are left out."""

OLDEST = (7, 5)
"""The first compute capability that TensorRT 10 and later take: Turing, the RTX 20 series and the GTX 16 series."""


def capability_of(chip: str) -> tuple[int, int]:
    """The compute capability of a chip's name: (8, 6) of `sm_86`. Raises `EngineError` for what is no such name."""
    found = re.fullmatch(r"sm_(\d+)(\d)", chip)
    if not found:
        raise EngineError(f"{chip} is no name of a chip.", f"Name chips as NVIDIA's compilers do: {', '.join(RTX_CHIPS)}.")
    return int(found[1]), int(found[2])


def read_chips(words: str) -> tuple[str, ...]:
    """The chips of a list such as `sm_86,sm_120`, each once, in its order. Raises `EngineError` for what is no chip, or an empty list."""
    chips = tuple(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))
    for chip in chips:
        capability_of(chip)
    if not chips:
        raise EngineError("No chip is named.", f"Name some: {','.join(RTX_CHIPS)}")
    return chips


def why_unsupported(title: str, chip: str, supported: Sequence[str]) -> EngineError | None:
    """Why a TensorRT called `title` can't serve a chip, and what can; None where it can.

    `supported` names the chips it builds for; empty is every chip from `OLDEST` on, as classic TensorRT. Raises `EngineError` for
    what is no chip.
    """
    capability = capability_of(chip)
    if capability >= OLDEST and (not supported or chip in supported):
        return None
    known = ", ".join(supported) or f"sm_{OLDEST[0]}{OLDEST[1]} and later"
    sentence = f"{title} can't build for {chip}, only for {known}."
    if capability < OLDEST:
        return EngineError(sentence, "A card as old as that runs with ONNX Runtime: pip install onnxruntime-gpu, or on the CPU.")
    return EngineError(sentence, "Use classic TensorRT, which can: pip install -e '.[tensorrt]'")
