"""A session's tensors at addresses that never change: on the host, or on the card with a page-locked twin on the host."""

from typing import Any

import numpy as np

from engines.engine import Tensor, TensorSpec
from engines.providers.execution_providers import Card


class HostTensor:
    """One input or output in ordinary memory, which the runtime reads and writes as it is; `value` is ONNX Runtime's handle."""

    def __init__(self, package: Any, spec: TensorSpec) -> None:
        self._array = np.zeros(spec.shape, spec.dtype)
        self.value = package.OrtValue.ortvalue_from_numpy(self._array)

    def write(self, value: Tensor) -> None:
        """Copy a tensor in."""
        self._array[...] = value

    def read(self) -> Tensor:
        """A copy of the tensor, the caller's own."""
        return self._array.copy()


class DeviceTensor:
    """One input or output in a card's memory, zeros at first; `value` is ONNX Runtime's handle.

    Copies are done when a call returns. Where ONNX Runtime lends page-locked memory (newer versions, to plugin providers), they go
    through it and are left to the card; else the driver copies from ordinary memory, in pieces.
    """

    def __init__(self, package: Any, spec: TensorSpec, card: Card, memory: str) -> None:
        """`memory` is ONNX Runtime's name for the kind of device. Raises its errors when the card has no room."""
        zeros = np.zeros(spec.shape, spec.dtype)
        self.value = self._on_card(package, zeros, card, memory)
        self._twin, self._array = self._page_locked(package, zeros, card)
        self.write(zeros)

    def write(self, value: Tensor) -> None:
        """Copy a tensor to the card."""
        if self._twin is None:
            self.value.update_inplace(np.ascontiguousarray(value))
        else:
            self._array[...] = value
            self.value.update_inplace(self._twin)

    def read(self) -> Tensor:
        """A copy of the tensor from the card, the caller's own."""
        if self._twin is None:
            copied: Tensor = self.value.numpy()
            return copied
        self._twin.update_inplace(self.value)
        return self._array.copy()

    @staticmethod
    def _on_card(package: Any, zeros: Tensor, card: Card, memory: str) -> Any:
        try:
            info = card.handle.memory_info(package.OrtDeviceMemoryType.DEFAULT)
            return package.OrtValue.ortvalue_from_shape_and_type(zeros.shape, zeros.dtype.type, memory_info=info)
        except (AttributeError, TypeError):  # no handle, or a version whose values can't be made by it
            return package.OrtValue.ortvalue_from_numpy(zeros, memory, card.number)

    def _page_locked(self, package: Any, zeros: Tensor, card: Card) -> tuple[Any, Tensor]:
        """A value in page-locked memory and the array that shares it; None and an array of no use where there is none, proven by a copy."""
        try:
            info = card.handle.memory_info(package.OrtDeviceMemoryType.HOST_ACCESSIBLE)
            twin = package.OrtValue.ortvalue_from_shape_and_type(zeros.shape, zeros.dtype.type, memory_info=info)
            array = twin.numpy()
            array[...] = 1
            self.value.update_inplace(twin)
            array[...] = 0
            twin.update_inplace(self.value)
            works = np.all(array == 1) and np.all(twin.numpy() == 1)
        except Exception:  # whatever a version lacks, and its errors have no base: the tensor does without its twin
            return None, zeros
        return (twin, array) if works else (None, zeros)
