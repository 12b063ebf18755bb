"""The row of portraits: what it shows, says to a screen reader, and asks for."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDesktopServices, QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QVBoxLayout, QWidget

from puppet.demo import demo_picture
from puppet.picture import Picture
from puppet.portraits.portrait_library import Entry
from puppet.portraits.portrait_quality import Finding, Quality
from puppet.portraits.preview import THUMBNAIL, Preview
from ui.window.picture_image import image_of
from ui.window.portrait_strip import PortraitStrip
from ui.window.portrait_tile import AMBER, EDGE, RED, SIDE, StripItem, strip_item

GOOD = Quality((Finding("size", True, "Large."),), "A good portrait.", 1.0)
SOFT = Quality((Finding("sharpness", False, "It is blurred."),), "It is blurred.", 0.6)
FACE = demo_picture(0.2, THUMBNAIL, THUMBNAIL)


class Heard:
    """What a strip asked for, in order."""

    def __init__(self, strip: PortraitStrip) -> None:
        self.said: list[tuple[str, object]] = []
        for name in ("chosen", "added", "pasted", "removed", "crop_wanted"):
            getattr(strip, name).connect(lambda value, name=name: self.said.append((name, value)))
        strip.restore_wanted.connect(lambda: self.said.append(("restore", None)))


@pytest.fixture
def strip(application: QApplication) -> PortraitStrip:
    strip = PortraitStrip()
    strip.resize(600, SIDE)
    strip.show_entries([StripItem("ada", FACE, GOOD), StripItem("bob", FACE, SOFT, faces=3), StripItem("wall", None, trouble="No face.")])
    strip.show()
    QTest.qWaitForWindowExposed(strip)
    return strip


@pytest.fixture
def heard(strip: PortraitStrip) -> Heard:
    return Heard(strip)


def colour_at(widget: QWidget, x: float, y: float) -> QColor:
    return widget.grab().toImage().pixelColor(round(x), round(y))


def many(count: int) -> list[StripItem]:
    return [StripItem(f"p{index}", FACE, GOOD) for index in range(count)]


def test_names_keys_and_reasons_are_said_to_everybody(strip: PortraitStrip) -> None:
    ada, bob, wall = strip.tiles
    assert [tile.accessibleName() for tile in strip.tiles] == ["ada", "bob", "wall"]
    assert ada.accessibleDescription() == "key 1"
    assert bob.accessibleDescription() == "key 2. It is blurred."
    assert "It is blurred." in bob.toolTip() and "key 2" in bob.toolTip()
    assert wall.accessibleDescription() == "key 3. No face."
    assert (ada.mark, bob.mark, wall.mark) == (None, AMBER, RED)
    assert strip.accessibleName() and strip.plus.accessibleName()


def test_marks_and_faces_are_painted(strip: PortraitStrip) -> None:
    ada, bob, wall = strip.tiles
    at = SIDE - EDGE - 15 + 3 + 2.5, EDGE - 3 + 7
    assert colour_at(bob, *at) == AMBER
    assert colour_at(wall, *at) == RED
    assert colour_at(ada, *at) not in (AMBER, RED)
    middle = colour_at(ada, SIDE / 2, SIDE / 2)
    seen = np.array((middle.red(), middle.green(), middle.blue()))
    assert np.abs(FACE[90:102, 90:102].reshape(-1, 3).mean(axis=0) - seen).max() < 30


def test_words_are_shown_as_they_are(application: QApplication) -> None:
    strip = PortraitStrip()
    strip.show_entries([StripItem("<i>a</i>", None, trouble="x < y")])
    assert "&lt;i&gt;a" in strip.tiles[0].toolTip() and "x &lt; y" in strip.tiles[0].toolTip()


def test_the_worn_one_has_the_ring_and_a_click_only_asks(strip: PortraitStrip, heard: Heard) -> None:
    strip.show_worn(1)
    assert [tile.isChecked() for tile in strip.tiles] == [False, True, False]
    accent = strip.palette().highlight().color()
    assert colour_at(strip.tiles[1], SIDE / 2, 2) == accent
    assert colour_at(strip.tiles[0], SIDE / 2, 2) != accent
    QTest.mouseClick(strip.tiles[0], Qt.MouseButton.LeftButton)
    assert heard.said == [("chosen", 0)]
    assert [tile.isChecked() for tile in strip.tiles] == [False, True, False], "it is worn when it is ready"
    strip.show_worn(None)
    assert not any(tile.isChecked() for tile in strip.tiles)


def test_entries_come_change_and_go_and_numbers_stay_right(strip: PortraitStrip, heard: Heard) -> None:
    first = strip.tiles[0]
    strip.show_entries(many(12))
    strip.show_worn(11)
    assert [tile.key for tile in strip.tiles] == [*"1234567890", "", ""]
    assert strip.tiles[0] is first and first.item.name == "p0"
    strip.tiles[11].click()
    strip.show_entries(many(2))
    assert len(strip.tiles) == 2 and not any(tile.isChecked() for tile in strip.tiles)
    strip.tiles[1].click()
    assert heard.said == [("chosen", 11), ("chosen", 1)]
    strip.show_entries([])
    assert strip.row.isHidden()


def test_showing_the_same_again_paints_nothing_anew(strip: PortraitStrip, monkeypatch: pytest.MonkeyPatch) -> None:
    updates: list[int] = []
    for tile in strip.tiles:
        monkeypatch.setattr(tile, "update", lambda: updates.append(1))
    strip.show_entries([tile.item for tile in strip.tiles])
    assert updates == []
    strip.show_entries([StripItem("ada", FACE, SOFT), *(tile.item for tile in strip.tiles[1:])])
    assert updates == [1]


def test_arrows_lead_from_one_to_the_next_and_enter_puts_on(strip: PortraitStrip, heard: Heard) -> None:
    strip.tiles[0].setFocus()
    for key, index in (("Right", 1), ("Right", 2), ("Right", 2), ("Left", 1), ("Home", 0), ("End", 2)):
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, getattr(Qt.Key, f"Key_{key}"))
        assert strip.tiles[index].hasFocus()
    policies = [tile.focusPolicy() for tile in strip.tiles]
    assert policies == [Qt.FocusPolicy.NoFocus, Qt.FocusPolicy.NoFocus, Qt.FocusPolicy.TabFocus], "one stop for Tab"
    QTest.keyClick(strip.tiles[2], Qt.Key.Key_Return)
    QTest.keyClick(strip.tiles[2], Qt.Key.Key_Delete)
    assert heard.said == [("chosen", 2), ("removed", 2)]


def test_keys_it_does_not_know_go_to_the_window(application: QApplication) -> None:
    got: list[int] = []

    class Window(QWidget):
        def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
            got.append(event.key())

    window = Window()
    layout, strip = QVBoxLayout(window), PortraitStrip()
    layout.addWidget(strip)
    strip.show_entries(many(2))
    window.show()
    strip.tiles[0].setFocus()
    for key in (Qt.Key.Key_X, Qt.Key.Key_2, Qt.Key.Key_Up):
        QTest.keyClick(strip.tiles[0], key)
    assert got[:2] == [Qt.Key.Key_X, Qt.Key.Key_2]


def test_a_long_row_scrolls_and_shows_what_is_worn(application: QApplication, strip: PortraitStrip) -> None:
    strip.show_entries(many(30))
    application.processEvents()
    left, right = strip.row.ends
    assert left.isHidden() and right.isVisible()
    assert strip.plus.geometry().right() < strip.width() and strip.height() == SIDE
    strip.show_worn(20)
    application.processEvents()
    at = strip.tiles[20].mapTo(strip.row, QPoint(0, 0)).x()
    assert 0 <= at <= strip.row.width() - SIDE
    assert left.isVisible() and right.isVisible()
    before = strip.row.horizontalScrollBar().value()
    QTest.mouseClick(left, Qt.MouseButton.LeftButton)
    after = strip.row.horizontalScrollBar().value()
    assert after < before
    strip.show_worn(20)
    assert strip.row.horizontalScrollBar().value() == after, "scrolled away by hand it stays there"
    wheel = QWheelEvent(QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
                        Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    application.sendEvent(strip.row.viewport(), wheel)
    assert strip.row.horizontalScrollBar().value() == after + 120


def test_a_short_row_takes_its_room_only(application: QApplication, strip: PortraitStrip) -> None:
    application.processEvents()
    assert strip.plus.x() - strip.tiles[2].mapTo(strip, QPoint(SIDE, 0)).x() < 10
    assert all(end.isHidden() for end in strip.row.ends)


def drop(strip: PortraitStrip, data: QMimeData) -> bool:
    """Drag over and let go, as far as the strip lets it; whether it was taken."""
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), copy, data, left, none)
    enter.ignore()
    strip.dragEnterEvent(enter)
    if not enter.isAccepted():
        return False
    assert strip.plus.inviting
    event = QDropEvent(QPointF(9, 9), copy, data, left, none)
    strip.dropEvent(event)
    assert not strip.plus.inviting
    return True


def files(*urls: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl(url) for url in urls])
    return data


def test_files_and_pictures_may_be_dropped(strip: PortraitStrip, heard: Heard, tmp_path: Path) -> None:
    path = tmp_path / "über uns.png"
    assert drop(strip, files(QUrl.fromLocalFile(str(path)).toString(), "https://example.invalid/a.png"))
    assert heard.said == [("added", [path])]
    image = QMimeData()
    image.setImageData(image_of(FACE))
    assert drop(strip, image)
    name, picture = heard.said[-1]
    assert name == "pasted" and np.array_equal(np.asarray(picture), FACE)
    assert not drop(strip, files("https://example.invalid/a.png"))
    words = QMimeData()
    words.setText("words")
    assert not drop(strip, words)
    assert len(heard.said) == 2


def test_paste_takes_what_the_clipboard_has(strip: PortraitStrip, heard: Heard) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("words")
    assert not strip.paste()
    clipboard.setImage(image_of(FACE))
    assert strip.paste()
    name, picture = heard.said[0]
    assert name == "pasted" and isinstance(picture, np.ndarray) and not picture.flags.writeable
    clipboard.clear()


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def trigger(menu: QMenu, start: str) -> None:
    next(action for action in menu.actions() if action.text().startswith(start)).trigger()


def test_menus_offer_what_can_be_done(strip: PortraitStrip, heard: Heard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert texts(strip.menu_of(0)) == ["Wear", "Edit crop…", "Remove"]
    assert texts(strip.menu_of(1)) == ["Wear", "Edit crop…", "Choose face (3 found)…", "Remove"]
    for start in ("Wear", "Edit", "Choose", "Remove"):
        trigger(strip.menu_of(1), start)
    assert heard.said == [("chosen", 1), ("crop_wanted", 1), ("crop_wanted", 1), ("removed", 1)]
    assert [action.isEnabled() for action in strip.menu_of(2).actions()][:2] == [False, False]
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    strip.show_entries([StripItem("ada", FACE, GOOD, path=tmp_path / "ada.png", bundled=True)], can_restore=True)
    menu = strip.menu_of(0)
    assert texts(menu) == ["Wear", "Edit crop…", "Show file", "Hide", "Put back the last removed"]
    trigger(menu, "Show file")
    trigger(menu, "Put back")
    assert opened[0].toLocalFile() == str(tmp_path)
    assert heard.said[-1] == ("restore", None)
    assert "Put back the last removed" in texts(strip.own_menu())


def test_the_plus_asks_for_files_and_stops_nothing(strip: PortraitStrip, heard: Heard, tmp_path: Path) -> None:
    strip.plus.click()
    (dialog,) = strip.findChildren(QFileDialog)
    assert dialog.isVisible() and dialog.fileMode() == QFileDialog.FileMode.ExistingFiles
    assert "*.jpg" in dialog.nameFilters()[0] and "*.gif" in dialog.nameFilters()[0]
    dialog.filesSelected.emit([str(tmp_path / "a.png"), str(tmp_path / "b.png")])
    dialog.close()
    assert heard.said == [("added", [tmp_path / "a.png", tmp_path / "b.png"])]


def test_an_entry_is_shown_as_its_preview_tells() -> None:
    entry = Entry(Path("ada.png"), "ada", True, None)
    assert strip_item(entry, None) == StripItem("ada", path=entry.path, bundled=True)
    item = strip_item(entry, Preview(FACE, SOFT, 2, "No face."))
    assert (item.thumbnail is FACE, item.faces, item.trouble, item.words) == (True, 2, "No face.", "No face.")
    assert strip_item(entry, Preview(FACE, SOFT, 2), "Lost.").words == "Lost."
    assert strip_item(entry, Preview(FACE, GOOD, 1)).words == ""


@pytest.mark.parametrize("shape", [(5, 7, 3), (1, 1, 3)])
def test_pictures_go_to_qt_and_back(application: QApplication, shape: tuple[int, int, int]) -> None:
    from ui.window.picture_image import picture_of

    picture: Picture = np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8)
    assert np.array_equal(picture_of(image_of(picture)), picture)
    clear = image_of(picture).convertToFormat(image_of(picture).Format.Format_ARGB32)
    clear.fill(QColor(10, 20, 30, 0))
    assert picture_of(clear).tolist() == np.full(shape, 255).tolist(), "what is transparent is white"
