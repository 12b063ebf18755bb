"""Microphones: which there are, and what one hears.

The one file that knows miniaudio, which reaches PulseAudio, PipeWire and ALSA, Core Audio or WASAPI through the system's own libraries.
FFmpeg's devices are no choice: the builds that PyAV carries find neither ALSA's configuration nor its plug-ins.
"""

import ctypes
import sys
from collections import Counter, deque
from collections.abc import Generator
from time import perf_counter
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from puppet.errors import OutputError
from puppet.media.live_sound import RATE, Heard

DEFAULT = "default"
"""Source of whatever microphone the system uses."""

BACKENDS = {"linux": ("PULSEAUDIO", "ALSA"), "darwin": ("COREAUDIO",), "win32": ("WASAPI",)}
"""miniaudio's names for what is tried on each `sys.platform`, in order."""

ALSA = "libasound.so.2"
"""ALSA's library, by the name under which miniaudio loads it."""

DEAF = "Discard all samples (playback) or generate zero samples (capture)"
"""What ALSA calls its device without hardware, which it lists although it hears nothing."""

PIECE = 0.02
"""How much is heard at a time, s."""

KEPT = 1500
"""Pieces that are kept until somebody asks for them, half a minute's worth; then the oldest are lost."""

ALLOW = {
    "darwin": "Allow it in System Settings, Privacy & Security, Microphone, or choose another.",
    "win32": "Allow desktop apps in Settings, Privacy & security, Microphone, or choose another.",
}


class MicrophoneInfo(NamedTuple):
    """A microphone. source: what `settings.recording.microphone` takes; name: for a person."""

    source: str
    name: str


def list_microphones() -> list[MicrophoneInfo]:
    """Every device that gives sound, after the system's own choice; what only plays back a loudspeaker comes last. Opens none."""
    names = [name for name, _ in _devices(_library())]
    if not names:
        return []
    names.sort(key=lambda name: name.startswith("Monitor of "))
    return [MicrophoneInfo(DEFAULT, "The system's microphone"), *(MicrophoneInfo(name, name) for name in names)]


class Microphone:
    """Hears from the moment it is made until it is closed.

    miniaudio calls `_listen` on a thread of its own, which is no Python thread, for a moment fifty times a second; all else belongs
    to one thread. `close` ends that thread before it returns.
    """

    def __init__(self, source: str) -> None:
        """source: of `list_microphones`. Raises `OutputError`."""
        self.source = source
        self._heard: deque[Heard] = deque(maxlen=KEPT)
        self._latest = perf_counter()
        library = _library()
        identity = None if source == DEFAULT else _identity(library, source)
        ears = self._listen()
        next(ears)
        self._device: Any = None
        try:
            self._device = library.CaptureDevice(
                library.SampleFormat.SIGNED16, 1, RATE, round(PIECE * 1000), identity, backends=_backends(library), app_name="Puppet"
            )
            self._device.start(ears)
        except library.MiniaudioError as error:
            self.close()
            words = "The system's microphone" if source == DEFAULT else f"The microphone {source}"
            hint = ALLOW.get(sys.platform, "Close other programs that use it, or choose another.")
            raise OutputError(f"{words} can't be opened: {error.args[0]}.", hint) from error

    def hear(self) -> list[Heard]:
        """What was heard since it was last asked."""
        return [self._heard.popleft() for _ in range(len(self._heard))]

    @property
    def silent_for(self) -> float:
        """How long nothing has come, not even silence, s: after a second or so it must have been unplugged."""
        return perf_counter() - self._latest

    def close(self) -> None:
        """Hear no more; may be called twice."""
        device, self._device = self._device, None
        if device is not None:
            device.close()

    def _listen(self) -> Generator[None, bytes, None]:
        while True:
            data = yield
            self._latest = perf_counter()
            self._heard.append(Heard(self._latest, np.frombuffer(data, np.int16)))


def _library() -> ModuleType:
    """miniaudio, loaded only where sound is wanted. Raises `OutputError`."""
    try:
        import miniaudio  # noqa: PLC0415
    except ImportError as error:
        raise OutputError(f"Microphones need miniaudio, which can't be loaded: {error}.", "pip install miniaudio") from error
    if sys.platform == "linux":
        _quieten_alsa()
    module: ModuleType = miniaudio
    return module


def _quieten_alsa() -> None:
    """Keep ALSA from writing to the terminal whatever it doesn't find; miniaudio hears of it by what the calls give back.

    What is called instead takes no arguments, does nothing, and needs no Python: threads of ALSA's own may call it at any time.
    """
    try:
        library = ctypes.CDLL(ALSA)
        library.snd_lib_error_set_handler(ctypes.CDLL(None).getpid)
    except (OSError, AttributeError):  # without ALSA nobody writes
        return


def _backends(library: ModuleType) -> list[Any]:
    return [getattr(library.Backend, name) for name in BACKENDS.get(sys.platform, ())]


def _devices(library: ModuleType) -> list[tuple[str, Any]]:
    """Each device under a name that no other has, and what miniaudio knows it by; none where there is no sound system."""
    try:
        found = library.Devices(_backends(library)).get_captures()
    except library.MiniaudioError:
        return []
    seen: Counter[str] = Counter()
    named = []
    for device in found:
        name = str(device["name"])
        if name == DEAF:
            continue
        seen[name] += 1
        named.append((name if seen[name] == 1 else f"{name} ({seen[name]})", device["id"]))
    return named


def _identity(library: ModuleType, source: str) -> Any:
    """What miniaudio knows a device by. Raises `OutputError` when there is none of this name."""
    devices = dict(_devices(library))
    if source not in devices:
        there = "; ".join(devices) or "none is there"
        raise OutputError(f"There is no microphone {source}.", f"Plug it in, or choose one of these: {there}.")
    return devices[source]
