"""Why CUDA can't be had or refused something, in words for a person, with what to do about it."""

import os

from engines.engine import ShortageError
from engines.nvidia.graphics_cards import card_words, driver_hint, find_cards
from puppet.errors import EngineError

FIRST_DRIVERS = {12: "525", 13: "580"}
"""NVIDIA's first driver for each CUDA version (its compatibility guide). A driver serves its own CUDA version and those before."""

_NO_GPU = "no CUDA-capable device is detected"
_NO_ROOM = "out of memory"
_HINTS = {
    _NO_ROOM: "Close other programs that use the GPU, or choose another device: puppet-engine list",
    "system has unsupported display driver / cuda driver combination": "The driver was updated meanwhile: restart the computer.",
    "unknown error": "Restart the computer. On Linux after sleep this helps too: sudo modprobe -r nvidia_uvm && sudo modprobe nvidia_uvm",
}
"""What to do about an error, by the driver's own words for it (cuGetErrorString)."""


class RefusedError(EngineError):
    """The driver's no to one call, in the driver's own words."""

    def __init__(self, call: str, words: str) -> None:
        hint = _HINTS.get(words, "Start Puppet again. If it happens again, restart the computer or update the driver: puppet-doctor")
        super().__init__(f"NVIDIA's driver refused {call}: {words}.", hint)
        self.no_gpu = words == _NO_GPU


class NoRoomError(RefusedError, ShortageError):
    """The driver's no for want of memory."""


def refused(call: str, words: str) -> RefusedError:
    """The driver's no to a call."""
    return (NoRoomError if words == _NO_ROOM else RefusedError)(call, words)


def no_binding() -> EngineError:
    """Nothing is installed by which the driver could be reached."""
    missing = "NVIDIA's driver can't be reached: neither cuda-python (12.8 or later) nor pycuda is installed."
    return EngineError(missing, "Install what is missing: pip install -e '.[rtx]'")


def no_driver() -> EngineError:
    """The driver's library is not here."""
    cards = find_cards()
    if cards:
        return EngineError(f"NVIDIA's driver is not installed, or out of reach, for {card_words(cards)}.", driver_hint(cards))
    return EngineError("There is no NVIDIA driver here, and no NVIDIA card was found.", driver_hint(cards))


def old_driver(version: str, binding: str, cuda: int) -> EngineError:
    """The driver serves CUDA `version` only ("" when it can't even say that), and `binding` is made for CUDA `cuda`."""
    cards, first = find_cards(), FIRST_DRIVERS.get(cuda, "the newest")
    whose = f"The driver of {card_words(cards)}" if cards else "NVIDIA's driver"
    serves = f"serves CUDA {version}" if version else "lacks calls that are needed"
    sentence = f"{whose} is too old: it {serves}, and {binding} needs CUDA {cuda}.0, that is driver {first} or later."
    if cuda > 12 and version.startswith("12."):
        return EngineError(sentence, "Update it, or install what is made for CUDA 12: pip install 'cuda-python<13' tensorrt-rtx-cu12")
    return EngineError(sentence, f"Update it. {driver_hint(cards, first)}" if cards else "Update it.")


def no_gpu() -> EngineError:
    """The driver runs, and shows no GPU."""
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is not None:
        said = f"is set to {chosen}" if chosen.strip() else "is set, but empty"
        return EngineError(
            f"CUDA sees no GPU: CUDA_VISIBLE_DEVICES {said}.", "Unset it, or name a GPU that there is: CUDA_VISIBLE_DEVICES=0"
        )
    cards = card_words(find_cards())
    found = f", though there is {cards}" if cards else ""
    return EngineError(
        f"NVIDIA's driver runs, but finds no GPU that CUDA can use{found}.",
        "Check that the card is seated and powered; a container is handed it with: docker run --gpus all",
    )
