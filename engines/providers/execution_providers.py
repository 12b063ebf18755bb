"""ONNX Runtime's execution providers: what each wants, which cards it sees, what it leaves to the processor, and why one won't start.

ONNX Runtime leaves out a provider that can't load its libraries and says so in its log alone; the processor computes instead.
What is asked for must therefore be proven afterwards, and what was said meanwhile is the reason to be told.
"""

import ctypes
import importlib
import importlib.util
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from engines.providers.overhearing import overhearing
from puppet.errors import EngineError
from puppet.folders import cache_folder

PLUGIN = "onnxruntime_ep_nv_tensorrt_rtx"
"""Module of the plugin provider, from the packages onnxruntime-ep-nv-tensorrt-rtx-cu12 and -cu13."""

DRIVER = "Install or update the NVIDIA driver: packages made for CUDA 13 need 580 or later. puppet-doctor tells which there is."
DRIVER_LIBRARIES = ("libcuda.so.1", "nvcuda.dll")
NO_OPTIONS: Mapping[str, str] = MappingProxyType({})


class ExecutionProvider(NamedTuple):
    """One provider.

    device: its name for `--device`; name: what ONNX Runtime calls it; memory: the kind of device its tensors can lie on, "" where
    they stay on the host; precisions: what it is asked to compute in, the first for `auto`; options: its own, always the same;
    captures: whether it can record a run as a CUDA graph; cure: what to install for it.
    """

    device: str
    name: str
    memory: str
    precisions: tuple[str, ...]
    cure: str
    captures: bool = False
    options: Mapping[str, str] = NO_OPTIONS


CPU = ExecutionProvider("CPU", "CPUExecutionProvider", "", ("f32",), "Install it: pip install onnxruntime")
TENSORRT_RTX = ExecutionProvider(
    "TensorRT-RTX",
    "NvTensorRTRTXExecutionProvider",
    "cuda",
    ("f16", "f32"),
    "It needs an RTX card (sm_86, sm_89, sm_120 or later): pip install onnxruntime-ep-nv-tensorrt-rtx-cu13",
    captures=True,
)
CUDA = ExecutionProvider(
    "CUDA",
    "CUDAExecutionProvider",
    "cuda",
    ("f16", "f32"),
    "For NVIDIA: pip uninstall onnxruntime, then pip install 'onnxruntime-gpu[cuda,cudnn]'. The two packages overwrite each other.",
    captures=True,
    options={"cudnn_conv_algo_search": "EXHAUSTIVE"},  # shapes never change, so the search is paid once, in the first run
)
CORE_ML = ExecutionProvider(
    "CoreML",
    "CoreMLExecutionProvider",
    "",
    ("f32", "f16"),
    "It comes with onnxruntime on macOS.",
    options={"ModelFormat": "MLProgram", "MLComputeUnits": "ALL", "RequireStaticInputShapes": "1"},
)
DIRECT_ML = ExecutionProvider(
    "DirectML",
    "DmlExecutionProvider",
    "dml",
    ("f32", "f16"),
    "On Windows: pip uninstall onnxruntime, then pip install onnxruntime-directml. The two packages overwrite each other.",
)
PROVIDERS = (CPU, TENSORRT_RTX, CUDA, CORE_ML, DIRECT_ML)


class Card(NamedTuple):
    """Something a provider runs on: its own number for it, its name, and ONNX Runtime's handle; "" and None where it tells none."""

    number: int
    name: str
    handle: Any


class Placement(NamedTuple):
    """How many nodes a provider took, and the operations of those it left to the processor; `told` False where nothing says so."""

    told: bool
    taken: int
    left: Counter[str]

    def __str__(self) -> str:
        if not self.left:
            return ""
        names = ", ".join(f"{kind} {count}" for kind, count in self.left.most_common(4))
        return f"{self.left.total()} of {self.taken + self.left.total()} nodes on the processor ({names})"


def find_provider(device: str) -> tuple[ExecutionProvider | None, int]:
    """The provider that a `--device` names, in any case, and which of its cards: `CUDA` is the first, `CUDA:1` the second."""
    base, _, place = device.casefold().partition(":")
    found = [provider for provider in PROVIDERS if provider.device.casefold() == base]
    return (found[0], int(place or 0)) if found and (not place or place.isdecimal()) else (None, 0)


def find_cards(package: Any, provider: ExecutionProvider) -> tuple[Card, ...]:
    """What the provider could run on here, cards of their own before a processor's graphics; nothing where it is not present."""
    told = [each for each in getattr(package, "get_ep_devices", tuple)() if provider.memory and each.ep_name == provider.name]
    cards = [Card(_number(each, place), _name(each), each) for place, each in enumerate(told) if each.device.type.name == "GPU"]
    if cards:
        return tuple(sorted(cards, key=lambda card: card.handle.device.metadata.get("Discrete") == "0"))
    plugin = provider is CUDA and "cuda-plugin-ep=" in package.get_build_info()  # as a plugin it tells each card, or there is none
    return () if plugin or provider.name not in package.get_available_providers() else (Card(0, "", None),)


def provider_options(provider: ExecutionProvider, card: Card, precision: str, capture: bool) -> dict[str, str]:
    """The provider's options for one session, as ONNX Runtime documents them."""
    options = dict(provider.options)
    if provider.memory and card.handle is None:  # a handle brings its own number
        options["device_id"] = str(card.number)
    if provider.captures:
        options["enable_cuda_graph"] = "1" if capture else "0"
    if provider is CUDA:
        options["use_tf32"] = "1" if precision == "tf32" else "0"
    if provider is TENSORRT_RTX:
        kernels = str(cache_folder() / "onnxruntime")
        if kernels.isascii() or sys.platform != "win32":  # there the plugin reads UTF-8 in the system's own code page
            options["nv_runtime_cache_path"] = kernels
    return options


def load_libraries(package: Any, provider: ExecutionProvider) -> list[str]:
    """Load what a provider needs from Python packages beside ONNX Runtime's own; returns what was said, nothing where all is well."""
    if provider is CUDA:
        return _load_cuda(package)
    return _load_plugin(package) if provider is TENSORRT_RTX else []


def _load_cuda(package: Any) -> list[str]:
    """Load CUDA and cuDNN, which ONNX Runtime doesn't find for itself where pip put them."""
    with overhearing(package) as said:
        if CUDA.name in package.get_available_providers() and hasattr(package, "preload_dlls"):
            try:
                package.preload_dlls()
            except Exception as error:  # what libraries raise as they are loaded has no base
                said.append(str(error))
    return said


def _load_plugin(package: Any) -> list[str]:
    """Register the TensorRT-RTX provider where its package is installed; nothing is said where it is absent."""
    if importlib.util.find_spec(PLUGIN) is None:
        return []
    with overhearing(package, PLUGIN) as said:
        try:
            plugin = importlib.import_module(PLUGIN)
            package.register_execution_provider_library(TENSORRT_RTX.name, plugin.get_library_path())
        except Exception as error:  # ONNX Runtime's own errors have no base, and an import may fail in many ways
            if "already" not in str(error):
                said.append(str(error))
    return said


def placement(session: Any, provider: ExecutionProvider) -> Placement:
    """Where the nodes of an open session went; newer versions know, where the session was told to record it."""
    ask = getattr(session, "get_provider_graph_assignment_info", None)
    if ask is None:
        return Placement(False, 0, Counter())
    taken, left = 0, Counter[str]()
    for part in ask():
        kinds = [node.op_type for node in part.get_nodes()]
        if part.ep_name == provider.name:
            taken += len(kinds)
        else:
            left.update(kinds)
    return Placement(True, taken, left)


def missing_libraries(said: str) -> tuple[str, ...]:
    """The libraries that could not be found, by what loaders and ONNX Runtime say on Linux and Windows, the driver's first."""
    linux = re.findall(r"([\w.+-]+\.so[\w.]*): cannot open shared object", said)
    windows = re.findall(r'depends on "([^"]+)" which is missing|Failed to load ([\w-]+\.dll):|Could not find module \'([^\']+)\'', said)
    found = dict.fromkeys([*linux, *(name for names in windows for name in names if name)])
    return tuple(sorted(found, key=lambda name: name.lower() not in DRIVER_LIBRARIES))


def refusal(provider: ExecutionProvider, said: Sequence[str]) -> EngineError:
    """What a person is told when a provider would not start, with the libraries that are missing and what to install."""
    text = "\n".join(said)
    lines = [line.strip(" .") for line in text.splitlines() if line.strip(" .*")]
    missing = missing_libraries(text) or (_missing_cudnn() if provider is CUDA and not lines else ())
    if missing and missing[0].lower() in DRIVER_LIBRARIES:
        return EngineError(f"ONNX Runtime's {provider.device} finds no NVIDIA driver: {missing[0]} is missing.", DRIVER)
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        return EngineError(f"ONNX Runtime can't start {provider.device}: {', '.join(missing)} {verb} missing.", provider.cure)
    if "driver version is insufficient" in text:
        return EngineError(f"ONNX Runtime can't start {provider.device}: the NVIDIA driver is too old for it.", DRIVER)
    if lines:
        return EngineError(f"ONNX Runtime can't start {provider.device}: {lines[0]}.", provider.cure)
    hint = DRIVER if provider.captures else "Update the driver of the graphics card."
    return EngineError(f"ONNX Runtime's {provider.device} finds no card here that it can use.", hint)


def _missing_cudnn() -> tuple[str, ...]:
    """cuDNN's library where it can't be loaded: ONNX Runtime says nothing of it, as a graph without convolutions needs none."""
    name = "cudnn64_9.dll" if sys.platform == "win32" else "libcudnn.so.9"
    try:
        ctypes.CDLL(name)
    except OSError:
        return (name,)
    return ()


def _number(handle: Any, place: int) -> int:
    """The provider's own number of a card: CUDA says it, Windows gives DirectML's adapters theirs, else they are counted."""
    told = handle.ep_metadata.get("cuda_device_id") or handle.device.metadata.get("DxgiAdapterNumber", "")
    return int(told) if told.isdecimal() else place


def _name(handle: Any) -> str:
    """`NVIDIA GeForce RTX 3060, sm_86` as far as it is told, else the maker."""
    facts = {**handle.device.metadata, **handle.ep_metadata}
    name = facts.get("cuda_device_name") or facts.get("Description") or f"{handle.device.vendor or handle.ep_vendor} card"
    capability = facts.get("cuda_compute_capability", "").replace(".", "")
    return f"{name}, sm_{capability}" if capability else name
