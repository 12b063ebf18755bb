"""How much memory this process holds, on the host and on a GPU, before and after something."""

import sys
from pathlib import Path

from pydantic import BaseModel

from engines.cuda import CudaDevice
from puppet.errors import EngineError


class Memory(BaseModel):
    """Growth of memory, bytes; None where this system doesn't tell. It is below zero where something else was freed meanwhile."""

    resident: int | None
    device: int | None = None


class MemoryWatch:
    """Looks at the memory when it is made and tells by how much it has grown since. A context manager.

    On the host it is the resident set: pages that lie in memory, the files mapped among them. Memory that an earlier engine gave
    back and the allocator kept is used again without growth, so of several engines opened in turn the first looks the dearest.
    On a GPU it is what is no longer free there, whoever took it; the watch takes up a CUDA context beforehand, which is not counted.
    """

    def __init__(self, gpu: int | None = None) -> None:
        """`gpu`: the number of the GPU to watch as well; where CUDA doesn't answer, only the host is watched."""
        self._device = _open_device(gpu)
        self._free = self._device.memory()[0] if self._device else 0
        self._resident = resident_bytes()

    def growth(self) -> Memory:
        """What has come since the watch was made."""
        now = resident_bytes()
        resident = None if now is None or self._resident is None else now - self._resident
        return Memory(resident=resident, device=self._free - self._device.memory()[0] if self._device else None)

    def close(self) -> None:
        """Let go of the GPU; may be called twice."""
        if self._device:
            self._device.close()
        self._device = None

    def __enter__(self) -> "MemoryWatch":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def resident_bytes() -> int | None:
    """Size of this process's resident set; on macOS the largest that it had. None where the system doesn't tell."""
    try:
        if sys.platform == "linux":
            import resource  # noqa: PLC0415  absent on Windows

            return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()
        if sys.platform == "darwin":
            import resource  # noqa: PLC0415  absent on Windows

            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in bytes there
        if sys.platform == "win32":
            return _working_set()
    except OSError:
        return None
    return None


def _open_device(number: int | None) -> CudaDevice | None:
    if number is None:
        return None
    try:
        return CudaDevice(number)
    except EngineError:
        return None


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    class _Counters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS of psapi.h."""

        _fields_ = (
            ("size", wintypes.DWORD),
            ("faults", wintypes.DWORD),
            *((name, ctypes.c_size_t) for name in ("peak", "working_set", "a", "b", "c", "d", "pages", "peak_pages")),
        )

    def _working_set() -> int | None:
        counters = _Counters()
        counters.size = ctypes.sizeof(counters)
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        kernel.K32GetProcessMemoryInfo.argtypes = (wintypes.HANDLE, ctypes.POINTER(_Counters), wintypes.DWORD)
        known = kernel.K32GetProcessMemoryInfo(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.size)
        return int(counters.working_set) if known else None
