"""Light and dark: legible, and taken up by what is open already."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from puppet.settings import Theme
from ui.window.colours import DARK, LIGHT, SHADE, Colours, colours_of, contrast
from ui.window.theme import Follower, apply_theme, make_style_sheet


@pytest.fixture
def themed(application: QApplication) -> Iterator[QApplication]:
    """The application, which gets its own looks back. Windows that other tests left would be restyled each time: they go first."""
    for left in application.topLevelWidgets():
        left.deleteLater()
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    before, style = application.palette(), application.style().objectName()
    yield application
    for follower in application.findChildren(Follower):
        application.styleHints().colorSchemeChanged.disconnect(follower._refresh)
        follower.setParent(None)
        follower.deleteLater()
    application.styleHints().unsetColorScheme()
    application.setStyleSheet("")
    application.setStyle(style)
    application.setPalette(before)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_words_and_edges_can_be_told_from_their_ground(colours: Colours) -> None:
    for ground in (colours.window, colours.card, colours.sunken):
        for words in (colours.text, colours.dim, colours.link, colours.warning, colours.danger, colours.good):
            assert contrast(words, ground) >= 4.5, (words.name(), ground.name())
        for edge in (colours.edge, colours.link, colours.accent):
            assert contrast(edge, ground) >= 3, (edge.name(), ground.name())
    for fill in (colours.accent, colours.accent_hover, colours.danger_fill):
        assert contrast(colours.on_accent, fill) >= 4.5, fill.name()
    assert contrast(colours.text, colours.warning_ground) >= 4.5
    assert contrast(colours.warning, colours.warning_ground) >= 4.5


def test_white_words_can_be_read_over_a_white_picture() -> None:
    assert contrast(QColor("white"), QColor("black")) == pytest.approx(21)
    share = SHADE.alpha() / 255
    behind = QColor(*(round(share * channel + (1 - share) * 255) for channel in (SHADE.red(), SHADE.green(), SHADE.blue())))
    assert contrast(QColor("white"), behind) >= 4.5


def test_an_open_window_takes_up_another_theme(themed: QApplication) -> None:
    apply_theme(themed, "light")
    window = QWidget()
    button = QPushButton("Go", window)
    window.show()
    assert colours_of(window) is colours_of(button) is LIGHT
    light = button.grab().toImage()
    apply_theme(themed, "dark")
    themed.processEvents()
    assert colours_of(window) is colours_of(button) is DARK
    assert window.palette().color(QPalette.ColorRole.Window) == DARK.window
    assert button.grab().toImage() != light


def test_system_follows_the_desktop_and_a_chosen_theme_does_not(themed: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    apply_theme(themed, "system")
    follower = themed.findChild(Follower)
    assert follower is not None
    desktop = [Qt.ColorScheme.Dark]

    class Hints:
        def colorScheme(self) -> Qt.ColorScheme:  # noqa: N802
            return desktop[0]

    monkeypatch.setattr(follower, "_application", _Speaking(themed, Hints()))
    follower._refresh()
    assert themed.palette().color(QPalette.ColorRole.Window) == DARK.window
    desktop[0] = Qt.ColorScheme.Light
    follower._refresh()
    assert themed.palette().color(QPalette.ColorRole.Window) == LIGHT.window
    monkeypatch.undo()
    apply_theme(themed, "dark")
    themed.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert themed.palette().color(QPalette.ColorRole.Window) == DARK.window


class _Speaking:
    """The application on a desktop that says what the test wants."""

    def __init__(self, application: QApplication, hints: object) -> None:
        self.styleHints = lambda: hints
        self.setPalette, self.setStyleSheet = application.setPalette, application.setStyleSheet


def test_one_application_has_one_follower(themed: QApplication) -> None:
    themes: tuple[Theme, ...] = ("light", "dark", "system")
    for theme in themes:
        apply_theme(themed, theme)
    assert len(themed.findChildren(Follower)) == 1


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_no_colour_of_the_sheet_is_left_without_a_value(colours: Colours) -> None:
    assert "@" not in make_style_sheet(colours)
