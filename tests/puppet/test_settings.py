"""Settings: complete, labelled, checked once."""

import pytest
from pydantic import BaseModel

from puppet.errors import SettingsError
from puppet.settings import CameraSettings, LiveSettings, MotionSettings, live_settings, unit_of


@pytest.mark.parametrize("model", [CameraSettings, MotionSettings])
def test_every_setting_has_a_label_and_a_description(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        assert field.title, name
        assert field.description, name
        assert field.description[0].islower(), "a description is the end of a sentence"


def test_numbers_have_ranges_that_hold_their_defaults() -> None:
    for model in (CameraSettings, MotionSettings):
        for name, field in model.model_fields.items():
            if field.annotation in (int, float):
                assert len(field.metadata) == 2, name
                model.model_validate({name: field.default})


def test_plain_values_become_settings() -> None:
    settings = live_settings({"camera": {"width": 1280}, "motion": {"relative": False}})
    assert settings.camera.width == 1280
    assert not settings.motion.relative
    assert settings.camera.height == LiveSettings().camera.height


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"camera": {"width": 5}}, "camera.width can't be 5"),
        ({"motion": {"colour": 1}}, "motion.colour"),
        ({"motion": {"beta": "x"}}, "motion.beta"),
    ],
)
def test_a_bad_value_is_named_in_one_sentence(values: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        live_settings(values)


def test_units_are_told() -> None:
    assert unit_of(CameraSettings, "width") == "px"
    assert unit_of(CameraSettings, "mirror") == ""
