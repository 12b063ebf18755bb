"""How figures are written, how long words are cut, and how settings become options."""

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from puppet.live.timings import Arrivals, Snapshot, Spread
from puppet.settings import CameraSettings, MotionSettings
from ui.setting_option import setting_option
from ui.window.elided_label import ElidedLabel
from ui.window.timings_table import TimingsTable, milliseconds


@pytest.mark.parametrize(("seconds", "words"), [(0.00042, "0.42"), (0.0042, "4.2"), (0.042, "42.0"), (0.42, "420")])
def test_durations_are_short_to_read(seconds: float, words: str) -> None:
    assert milliseconds(seconds) == words


def test_the_table_has_a_column_for_each_stage_that_has_figures(application: QApplication) -> None:
    table = TimingsTable()
    spread = Spread(0.004, 0.009, 3)
    table.show_snapshot(Snapshot({"animate": spread, "track": spread, "odd": spread}, {"screen": Arrivals(Spread(0.03, 0.05, 3), 25.0)}))
    texts = [label.text() for label in table.findChildren(QLabel)]
    assert [texts.count(word) for word in ("track", "animate", "age", "odd", "capture")] == [1, 1, 1, 0, 0]
    assert texts.count("4.0") == texts.count("9.0") == 2
    assert {"30.0", "50.0"} <= set(texts)


def test_long_words_are_cut_and_kept_in_the_tool_tip(application: QApplication) -> None:
    label = ElidedLabel()
    label.setText("a very long description of a camera " * 5)
    assert label.minimumSizeHint().width() == 0
    label.resize(80, 20)
    assert not label.grab().toImage().isNull()
    assert label.toolTip() == label.text()


def test_an_option_has_the_range_unit_and_words_of_its_setting() -> None:
    option = setting_option(CameraSettings, "width", "Driver")
    assert (option.min, option.max) == (64, 7680)
    assert option.help == "Width asked of the camera, px."
    assert option.rich_help_panel == "Driver"
    assert setting_option(MotionSettings, "smoothing", "Motion").min is None
