"""Computers played for the doctor: what each would answer, from the probes up."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from engines.cuda import Gpu
from engines.engine import Device, Engine, EngineOptions
from engines.nvidia.graphics_cards import Card
from puppet.cameras.camera_list import CameraInfo, CameraMode
from puppet.errors import CameraError, EngineError
from ui.doctor.conclusions import conclude
from ui.doctor.engines import look_at_engines
from ui.doctor.graphics import look_at_graphics
from ui.doctor.listening import look_at_keys
from ui.doctor.models import look_at_models
from ui.doctor.report import (
    Automatic,
    Belongings,
    Engines,
    Extra,
    Finding,
    Graphics,
    Installation,
    Keys,
    Place,
    Report,
    Sound,
    System,
    Video,
    VirtualFact,
)
from ui.doctor.video import look_at_video

RTX_3060 = Gpu(0, "NVIDIA GeForce RTX 3060", (8, 6), 12 * 2**30, 28, 1.78e9, 7.5e9, 192)
H100 = Gpu(0, "NVIDIA H100 80GB HBM3", (9, 0), 80 * 2**30, 132, 1.98e9, 2.6e9, 5120)
CARD = Card("an NVIDIA card (device 2504)", "0000:01:00.0", "nouveau")
WEBCAM = CameraInfo(
    "0", "Integrated Webcam", "usb-1, Integrated Webcam, 0", (CameraMode(1280, 720, 30, "MJPG"), CameraMode(640, 480, 30, "YUYV"))
)
PUPPET_CAMERA = VirtualFact(name="Puppet (/dev/video10)", description="exclusive_caps, takes pictures")


class Runtime:
    """A runtime with these devices, or with the reason why it has none."""

    def __init__(self, name: str, version: str, *devices: Device, error: Exception | None = None) -> None:
        self.name, self._version, self._devices, self._error = name, version, devices, error

    def version(self) -> str:
        return self._version

    def devices(self) -> tuple[Device, ...]:
        if self._error:
            raise self._error
        return self._devices

    def open(self, graph: Path, options: EngineOptions) -> Engine:
        raise EngineError("The doctor opens nothing.")


OPENVINO = Runtime("openvino", "2026.4.1", Device("CPU", "AMD Ryzen 7 5800X", "f32"))
ONNXRUNTIME = Runtime("onnxruntime", "1.32.0", Device("CPU", "any processor", "f32"))


def refuse(error: Exception) -> Callable[[], Any]:
    """A probe that fails."""

    def probe() -> Any:
        raise error

    return probe


def installation(**lacks: list[str]) -> Installation:
    """A checkout in which an extra lacks what is named for it: `rtx=["cuda-python"]`."""
    extras = [Extra(name=name, lacks=lacks.get(name, [])) for name in ("rtx", "tensorrt", "keys")]
    return Installation(
        version="0.1.0", source="checkout in ~/puppet", extras=extras, install="pip install -e '.[NAME]'", restore="pip install -e ."
    )


def graphics(*gpus: Gpu, cards: Sequence[Card] = (), error: EngineError | None = None, release: str = "") -> Graphics:
    """NVIDIA cards and GPUs, and why the latter don't answer."""
    answer: Callable[[], Sequence[Gpu]] = refuse(error) if error else lambda: gpus
    found = look_at_graphics(
        platform="win32", cards=lambda: cards, binding=lambda: "cuda-python 13.4.4", cuda_version=lambda: "13.0", gpus=answer
    )
    return found.model_copy(update={"driver": release})


def engines(*runtimes: Runtime, chosen: str = "openvino CPU in f32", **automatic: Any) -> Engines:
    """Runtimes, and what was chosen of them."""
    named = {runtime.name: runtime for runtime in (OPENVINO, ONNXRUNTIME, *runtimes)}
    return look_at_engines(runtimes=named, choose=lambda *_: Automatic(chosen=chosen, **automatic), entries=list)


def video(
    *cameras: CameraInfo, virtual: Sequence[VirtualFact] = (PUPPET_CAMERA,), refused: CameraError | None = None, **more: Any
) -> Video:
    """Cameras and virtual cameras."""
    return look_at_video(
        cameras=lambda: cameras,
        virtual=lambda: virtual,
        refused=lambda _: refused,
        package=lambda: "0.15.0",
        **{"platform": "win32", **more},
    )


def machine(**parts: Any) -> Report:
    """A laptop on which all is well but what is said of it, with the conclusions drawn."""
    system = System(
        name="Ubuntu 24.04 LTS",
        kernel="6.8.0",
        desktop="GNOME, Wayland",
        window="6.11.3",
        processor="AMD Ryzen 7 5800X",
        cores="8 cores, 16 threads",
        memory=32 * 2**30,
        places=[Place(use="cache, engines", folder="~/.cache/puppet", free=100 * 2**30, writable=True)],
    )
    whole: dict[str, Any] = {
        "puppet": installation(),
        "system": system,
        "graphics": graphics(error=EngineError("There is no NVIDIA driver here, and no NVIDIA card was found.")),
        "engines": engines(),
        "models": look_at_models(),
        "video": video(WEBCAM),
        "sound": Sound(microphones=["Built-in Audio"]),
        "keys": look_at_keys(platform="linux", environment={"XDG_SESSION_TYPE": "wayland"}, portal=lambda: 1),
        "belongings": Belongings(settings="~/.config/puppet/settings.toml", bundled=10),
    }
    return conclude(Report(**{**whole, **parts}))


def said(findings: Sequence[Finding]) -> str:
    """Findings as one text."""
    return "\n".join(f"{finding.says} -> {finding.fix}" for finding in findings)


def nobody_listens() -> Keys:
    """Global keys that the settings want and nobody hears."""
    return Keys(listener="nobody", wanted=True, trouble="Global keys need pynput, which is not installed.")
