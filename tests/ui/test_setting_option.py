"""How settings become options."""

from puppet.settings import CameraSettings, MotionSettings
from ui.setting_option import setting_option


def test_an_option_has_the_range_unit_and_words_of_its_setting() -> None:
    option = setting_option(CameraSettings, "width", "Driver")
    assert (option.min, option.max) == (64, 7680)
    assert option.help == "Width asked of the camera, px."
    assert option.rich_help_panel == "Driver"
    assert setting_option(MotionSettings, "smoothing", "Motion").min is None
