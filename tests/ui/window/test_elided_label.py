"""A label that is cut instead of widening its window."""

from PySide6.QtWidgets import QApplication

from ui.window.elided_label import ElidedLabel


def test_long_words_are_cut_and_stay_in_the_tool_tip(application: QApplication) -> None:
    label = ElidedLabel("short", least_width=40)
    assert label.toolTip() == "short"
    label.resize(80, 20)
    short = label.grab().toImage()
    label.setText("words that go on and on " * 9)
    assert label.toolTip() == label.text()
    assert label.minimumSizeHint().width() == 0
    assert label.grab().toImage() != short
    assert label.width() == 80


def test_words_are_no_markup(application: QApplication) -> None:
    label = ElidedLabel("<b>a.png</b>")
    label.resize(200, 20)
    bold = label.grab().toImage()
    label.setText("a.png")
    assert label.grab().toImage() != bold
