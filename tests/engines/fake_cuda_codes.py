"""What the fake driver answers: the real one's codes and words; and what its GPUs and streams are."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

Work = Callable[[], object]
"""What a stream does once its turn comes."""


class Result(IntEnum):
    """The driver's codes, those that are given here."""

    CUDA_SUCCESS = 0
    CUDA_ERROR_INVALID_VALUE = 1
    CUDA_ERROR_OUT_OF_MEMORY = 2
    CUDA_ERROR_NOT_INITIALIZED = 3
    CUDA_ERROR_NO_DEVICE = 100
    CUDA_ERROR_INVALID_DEVICE = 101
    CUDA_ERROR_INVALID_CONTEXT = 201
    CUDA_ERROR_INVALID_HANDLE = 400
    CUDA_ERROR_LAUNCH_FAILED = 719
    CUDA_ERROR_SYSTEM_DRIVER_MISMATCH = 803
    CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED = 900
    CUDA_ERROR_STREAM_CAPTURE_INVALIDATED = 901
    CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD = 908


WORDS = {
    Result.CUDA_ERROR_INVALID_VALUE: "invalid argument",
    Result.CUDA_ERROR_OUT_OF_MEMORY: "out of memory",
    Result.CUDA_ERROR_NOT_INITIALIZED: "initialization error",
    Result.CUDA_ERROR_NO_DEVICE: "no CUDA-capable device is detected",
    Result.CUDA_ERROR_INVALID_DEVICE: "invalid device ordinal",
    Result.CUDA_ERROR_INVALID_CONTEXT: "invalid device context",
    Result.CUDA_ERROR_INVALID_HANDLE: "invalid resource handle",
    Result.CUDA_ERROR_LAUNCH_FAILED: "unspecified launch failure",
    Result.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH: "system has unsupported display driver / cuda driver combination",
    Result.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED: "operation not permitted when stream is capturing",
    Result.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED: "operation failed due to a previous error during capture",
    Result.CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD: "attempt to terminate a thread-local capture sequence from another thread",
}
"""What `cuGetErrorString` says of each."""


class RefusedError(Exception):
    """The driver's no; the faces turn it into a code or an exception."""

    def __init__(self, code: Result) -> None:
        super().__init__(WORDS[code])
        self.code = code


@dataclass
class FakeGpu:
    """What one GPU says of itself: memory in bytes, clocks in kHz, as the driver gives them."""

    name: str = "NVIDIA GeForce RTX 3060"
    capability: tuple[int, int] = (8, 6)
    memory: int = 12 << 30
    multiprocessors: int = 28
    clock: int = 1_777_000
    memory_clock: int = 7_501_000
    memory_bus: int = 192


@dataclass
class FakeStream:
    """Work not done yet, and what is being captured (None: nothing is)."""

    waiting: deque[Work] = field(default_factory=deque)
    captured: list[Work] | None = None
    capturer: int = 0
    spoilt: bool = False


class Names:
    """An enumeration whose members are their own names."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def __getattr__(self, name: str) -> str:
        return name.removeprefix(self._prefix)
