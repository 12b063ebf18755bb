"""What a person can set: default, range, label and unit are declared here once, for options, validation and panels."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from puppet.assets import EMBEDDED_MODEL
from puppet.errors import SettingsError

STRICT = ConfigDict(extra="forbid", frozen=True)


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
    smoothing: bool = Field(default=True, title="Smoothing", description="calm the trembling of a still face (One-Euro filter)")
    min_cutoff: float = Field(
        default=2.0, ge=0.05, le=30, title="Calm", description="cut-off frequency at rest: lower is calmer", json_schema_extra=unit("Hz")
    )
    beta: float = Field(
        default=60.0, ge=0, le=500, title="Quickness", description="how much the cut-off rises with speed: higher lags less"
    )


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


class LiveSettings(BaseModel):
    """Everything a live run is started with."""

    model_config = STRICT

    model: str = Field(default=EMBEDDED_MODEL, title="Model", description="an embedded model's name, a model folder, or demo (no network)")
    engine: str = Field(default="auto", title="Engine", description="the runtime: auto, openvino, onnxruntime")
    camera: CameraSettings = CameraSettings()
    motion: MotionSettings = MotionSettings()


def live_settings(values: Mapping[str, Any]) -> LiveSettings:
    """Settings from plain values. Raises `SettingsError` that names the setting and what is wrong with it."""
    try:
        return LiveSettings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"The setting {where} can't be {first['input']!r}: {first['msg']}.", "See puppet-live --help.") from error
