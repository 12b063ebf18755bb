"""What a person can set: default, range, label and unit are declared here once, for the file, options, validation and panels.

A field's title is its label, its description says what it does, and its metadata may hold a unit. `live_settings` validates;
`puppet/settings_file.py` keeps them on disk.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from puppet.assets import EMBEDDED_MODEL
from puppet.errors import SettingsError

STRICT = ConfigDict(extra="forbid", frozen=True)

Emphasis = Literal["whole", "head", "face"]
Fit = Literal["whole", "fill", "blur"]
WhenLost = Literal["hold", "idle", "card"]
Shows = Literal["face", "picture", "everyone"]
Background = Literal["picture", "green"]
Theme = Literal["system", "light", "dark"]


def unit(name: str) -> dict[str, Any]:
    """Field metadata that names a setting's unit; `unit_of` reads it."""
    return {"unit": name}


def unit_of(model: type[BaseModel], field: str) -> str:
    """The unit of a setting, empty when it has none."""
    extra = model.model_fields[field].json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


class MotionSettings(BaseModel):
    """How the driver's motion becomes the portrait's."""

    model_config = STRICT

    relative: bool = Field(
        default=True, title="Relative motion", description="carry over the change since the neutral pose, not the pose itself"
    )
    adapt_scale: bool = Field(default=True, title="Adapt scale", description="scale the movement to the size of the portrait's face")
    emphasis: Emphasis = Field(
        default="whole", title="Emphasis", description="whole: all motion; head: the head alone; face: the expression alone"
    )
    strength: float = Field(default=1.0, ge=0, le=2, title="Strength", description="how much of the motion is carried over, 1 as it is")
    smoothing: bool = Field(default=True, title="Smoothing", description="calm the trembling of a still face (One-Euro filter)")
    min_cutoff: float = Field(
        default=2.0, ge=0.05, le=30, title="Calm", description="cut-off frequency at rest: lower is calmer", json_schema_extra=unit("Hz")
    )
    beta: float = Field(
        default=60.0, ge=0, le=500, title="Quickness", description="how much the cut-off rises with speed: higher lags less"
    )
    guard: bool = Field(default=True, title="Distortion guard", description="ease the motion back where it leaves what the model can draw")


class CameraSettings(BaseModel):
    """Where the driver comes from."""

    model_config = STRICT

    source: str = Field(default="", title="Camera", description="number, device, video file or URL; the first camera when left out")
    width: int = Field(default=640, ge=64, le=7680, title="Width", description="width asked of the camera", json_schema_extra=unit("px"))
    height: int = Field(default=480, ge=64, le=4320, title="Height", description="height asked of the camera", json_schema_extra=unit("px"))
    rate: float = Field(
        default=30.0, ge=1, le=240, title="Rate", description="rate asked of the camera", json_schema_extra=unit("frames per second")
    )
    mirror: bool = Field(default=True, title="Mirror", description="flip the driver left to right, as a mirror does")
    people: int = Field(default=1, ge=1, le=2, title="People", description="how many drive: two people each move one face of the picture")
    zoom: float = Field(default=1.0, ge=0.5, le=2, title="Zoom", description="how near the driver's crop is to the face, 1 as trained")
    offset_x: float = Field(
        default=0.0, ge=-0.5, le=0.5, title="Offset across", description="shift of the driver's crop to the right, in sides of it"
    )
    offset_y: float = Field(
        default=0.0, ge=-0.5, le=0.5, title="Offset down", description="shift of the driver's crop downwards, in sides of it"
    )


class OutputSettings(BaseModel):
    """What the virtual camera shows to other programs."""

    model_config = STRICT

    device: str = Field(default="", title="Virtual camera", description="its device or name; the first free one when left out")
    width: int = Field(default=1280, ge=64, le=3840, multiple_of=2, title="Width", description="width shown", json_schema_extra=unit("px"))
    height: int = Field(
        default=720, ge=64, le=2160, multiple_of=2, title="Height", description="height shown", json_schema_extra=unit("px")
    )
    rate: float = Field(default=30.0, ge=1, le=120, title="Rate", description="rate shown", json_schema_extra=unit("frames per second"))
    fit: Fit = Field(default="whole", title="Fit", description="whole: with bars; fill: cut to the frame; blur: with blurred sides")
    mirror: bool = Field(default=False, title="Mirror the output", description="flip what others see; the preview is not changed")
    background: Background = Field(
        default="picture",
        title="Background",
        description="picture: as it is; green: a green screen, which OBS and meeting programs key out (draws each face twice)",
    )
    test_card: bool = Field(default=False, title="Test card", description="show a test card instead of the portrait")


class PortraitSettings(BaseModel):
    """How portraits are worn and changed."""

    model_config = STRICT

    last: str = Field(default="", title="Portrait", description="the portrait worn at the start; the first when left out")
    fade: float = Field(
        default=0.3, ge=0, le=3, title="Cross-fade", description="time to change from one portrait to the next", json_schema_extra=unit("s")
    )
    shows: Shows = Field(
        default="face",
        title="Shows",
        description="face: the face alone; picture: the whole picture, in which it moves; everyone: every face of it moves",
    )
    lock_background: bool = Field(
        default=True, title="Lock the background", description="keep what is behind a face that is put back into its picture as it is"
    )
    enhance: bool = Field(default=False, title="Sharper face", description="a second network makes each drawn face sharper")
    enhancer: str = Field(default="", title="Enhancer", description="an ONNX file that restores faces; the embedded one when left out")
    overlay: float = Field(
        default=0.0, ge=0, le=1, title="Portrait over the driver", description="how clearly the portrait lies over your picture, to line up"
    )


class SafetySettings(BaseModel):
    """What is shown when the portrait can't follow anybody, so that nobody sees the driver by accident."""

    model_config = STRICT

    when_lost: WhenLost = Field(
        default="idle", title="When nobody is there", description="hold: the last picture; idle: a calm motion; card: a written card"
    )
    patience: float = Field(
        default=2.0, ge=0, le=60, title="Patience", description="how long the last picture is held first", json_schema_extra=unit("s")
    )
    idle_take: str = Field(default="", title="Idle motion", description="a motion take that is looped; a calm one when left out")
    card_words: str = Field(default="Back in a moment", max_length=80, title="Card", description="what the card says")


class ViewSettings(BaseModel):
    """How the window looks."""

    model_config = STRICT

    theme: Theme = Field(default="system", title="Theme", description="light or dark")
    swapped: bool = Field(default=False, title="Swap pictures", description="show the driver large and the result small")
    driver: bool = Field(default=True, title="Show the driver", description="show the small picture")
    landmarks: bool = Field(default=False, title="Landmarks", description="draw the points the face finder sees")
    keypoints: bool = Field(default=False, title="Keypoints", description="draw the points the model moves")
    rate: bool = Field(default=True, title="Frames per second", description="show the rate on the picture")
    timings: bool = Field(default=False, title="Timings", description="show the latency graph")


class RecordingSettings(BaseModel):
    """Where recordings, snapshots and motion takes go."""

    model_config = STRICT

    folder: str = Field(default="", title="Folder", description="where recordings and snapshots go; your videos folder when left out")
    microphone: str = Field(default="", title="Microphone", description="recorded along with the picture; none when left out")


class KeySettings(BaseModel):
    """Keys other than the usual ones, by the name of the action; an empty key takes an action's key away."""

    model_config = STRICT

    window: dict[str, str] = Field(default_factory=dict, title="Keys", description="keys while the window has the focus")
    everywhere: dict[str, str] = Field(default_factory=dict, title="Global keys", description="keys while another window has the focus")
    use_everywhere: bool = Field(default=False, title="Global keys on", description="listen for keys while another window has the focus")


class LiveSettings(BaseModel):
    """Everything a live run is started with."""

    model_config = STRICT

    model: str = Field(default=EMBEDDED_MODEL, title="Model", description="an embedded model's name, a model folder, or demo (no network)")
    engine: str = Field(default="auto", title="Engine", description="the runtime: auto, tensorrt-rtx, tensorrt, openvino, onnxruntime")
    welcomed: bool = Field(default=False, title="Welcomed", description="the first-start page was seen")
    camera: CameraSettings = CameraSettings()
    motion: MotionSettings = MotionSettings()
    output: OutputSettings = OutputSettings()
    portraits: PortraitSettings = PortraitSettings()
    safety: SafetySettings = SafetySettings()
    view: ViewSettings = ViewSettings()
    recording: RecordingSettings = RecordingSettings()
    keys: KeySettings = KeySettings()


def live_settings(values: Mapping[str, Any]) -> LiveSettings:
    """Settings from plain values. Raises `SettingsError` that names the setting and what is wrong with it."""
    try:
        return LiveSettings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"The setting {where} can't be {first['input']!r}: {first['msg']}.", "See puppet-live --help.") from error


def changed(settings: LiveSettings, **fields: Any) -> LiveSettings:
    """Settings with other values, validated; fields are named `section__field` or `field`. Raises `SettingsError`."""
    values = settings.model_dump()
    for name, value in fields.items():
        section, _, field = name.rpartition("__")
        (values[section] if section else values)[field] = value
    return live_settings(values)
