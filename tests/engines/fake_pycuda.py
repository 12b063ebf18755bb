"""A `pycuda.driver` as of 2026.1 before the fake driver: objects that free themselves, and a stack of contexts for each thread."""

import threading
from collections.abc import Callable
from contextlib import suppress
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.engines.fake_cuda_codes import WORDS, Names, RefusedError

if TYPE_CHECKING:
    from tests.engines.fake_cuda import FakeCuda

NO_LIBRARY = "libcuda.so.1: cannot open shared object file: No such file or directory"


class NoLibrary:
    """Fails the import of `pycuda.driver` as the dynamic linker does, where there is no driver."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name == "pycuda.driver":
            raise ImportError(NO_LIBRARY)
        return None


def make_pycuda(fake: "FakeCuda") -> ModuleType:
    """Everything is an object that frees itself, in the context that was current when it was made; a no is an exception."""

    class Error(Exception):
        """What every exception of pycuda is."""

    def asked(call: str, function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
        fake.calls[call] += 1
        try:
            return function(*arguments, **keywords)
        except RefusedError as refusal:
            raise Error(f"{call} failed: {WORDS[refusal.code]}") from refusal

    def stack() -> list["Context"]:
        return fake.stacks.setdefault(threading.get_ident(), [])

    class Context:
        def __init__(self, number: int) -> None:
            self.number, self.valid = number, True

        def push(self) -> None:
            stack().append(self)
            fake.current.number = self.number

        @staticmethod
        def pop() -> None:
            if Context.get_current() is None:
                raise Error("m_stack::pop failed: invalid device context - cannot pop context from empty stack")
            stack().pop()
            fake.current.number = stack()[-1].number if stack() else None

        @staticmethod
        def get_current() -> "Context | None":
            while stack() and not stack()[-1].valid:
                stack().pop()
            return stack()[-1] if stack() else None

        def detach(self) -> None:
            if not self.valid or not stack() or stack()[-1] is not self:
                fake.misuses.append("a context was detached that was not current: pycuda leaks it")
                return
            asked("cuDevicePrimaryCtxRelease", fake.release, self.number)
            self.valid = False
            Context.get_current()

    class Owned:
        """Something freed with its last reference, if its context is current then."""

        def __init__(self, handle: int, release: Callable[[int], None]) -> None:
            self.handle, self._release, self._valid = handle, release, True
            self._context = stack()[-1] if stack() else None

        def __int__(self) -> int:
            return self.handle

        def free(self) -> None:
            if not stack() or stack()[-1] is not self._context:
                fake.misuses.append("something was freed outside its context: pycuda leaks it and warns")
            else:
                self._valid = False
                with suppress(Error):  # pycuda prints what fails in freeing, and goes on
                    asked("free", self._release, self.handle)

        def __del__(self) -> None:
            if self._valid:
                self.free()

    class Stream(Owned):
        def __init__(self, flags: int = 0) -> None:
            super().__init__(asked("cuStreamCreate", fake.create_stream), fake.destroy_stream)

        def synchronize(self) -> None:
            asked("cuStreamSynchronize", fake.synchronize, self.handle)

    class Device:
        def __init__(self, number: int) -> None:
            asked("cuDeviceGet", fake.gpu, number)
            self._number = number
            self.name = lambda: fake.gpu(number).name
            self.total_memory = lambda: fake.gpu(number).memory
            self.get_attribute = lambda name: fake.attribute(number, name)

        @staticmethod
        def count() -> int:
            return len(fake.gpus)

        def retain_primary_context(self) -> Context:
            asked("cuDevicePrimaryCtxRetain", fake.retain, self._number)
            return Context(self._number)

    class Pinned(Owned):
        """What an array of page-locked memory has for its base."""

        def __init__(self, shape: tuple[int, ...], kind: np.dtype[Any]) -> None:
            super().__init__(asked("cuMemHostAlloc", fake.pin, int(np.prod(shape, dtype=np.int64)) * kind.itemsize), fake.unpin)
            self.__array_interface__ = {"shape": shape, "typestr": kind.str, "data": (self.handle, False), "version": 3}

    def copy(target: Any, source: Any, stream: Stream, to_host: bool) -> None:
        host, device = (target, source) if to_host else (source, target)
        pair = (host.ctypes.data, int(device)) if to_host else (int(device), host.ctypes.data)
        asked("cuMemcpyAsync", fake.copy, stream.handle, *pair, host.nbytes, to_host=to_host)

    members: dict[str, object] = {
        "Error": Error,
        "Context": Context,
        "Device": Device,
        "Stream": Stream,
        "device_attribute": Names(""),
        "init": lambda flags=0: asked("cuInit", fake.begin),
        "get_version": lambda: (13, 0, 0),
        "get_driver_version": lambda: fake.version,
        "mem_get_info": lambda: asked("cuMemGetInfo", fake.memory),
        "mem_alloc": lambda size: Owned(asked("cuMemAlloc", fake.allocate, size), fake.free),
        "pagelocked_empty": lambda shape, dtype: np.asarray(Pinned(shape, np.dtype(dtype))),
        "memcpy_htod_async": lambda dest, src, stream: copy(dest, src, stream, to_host=False),
        "memcpy_dtoh_async": lambda dest, src, stream: copy(dest, src, stream, to_host=True),
    }
    driver = ModuleType("pycuda.driver")
    for name, member in members.items():
        setattr(driver, name, member)
    return driver
