"""The window's looks: a light and a dark palette with one accent colour, and one style sheet for Qt's own controls."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from puppet.settings import Theme
from ui.window.colours import DARK, LIGHT, Colours, faint

UNIT = 8
"""What spacings are multiples of, px of the screen's own scale, as are all below."""

ROUNDING = 8

FOLLOWER = "puppetTheme"

SCHEMES = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Give the whole application these looks; `system` follows the desktop, also when that changes its mind."""
    follower = application.findChild(Follower) or Follower(application)
    follower.follow(theme)


class Follower(QObject):
    """Keeps an application's looks in step with what was asked for and with the desktop. One for each application."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.setObjectName(FOLLOWER)
        self._application = application
        self._theme: Theme = "system"
        self._shown: Colours | None = None
        application.setStyle(QStyleFactory.create("Fusion"))
        application.styleHints().colorSchemeChanged.connect(self._refresh)

    def follow(self, theme: Theme) -> None:
        """Take up a theme. Title bars follow where the desktop lets them."""
        self._theme = theme
        hints = self._application.styleHints()
        if theme in SCHEMES:
            hints.setColorScheme(SCHEMES[theme])
        else:
            hints.unsetColorScheme()
        self._refresh()

    def _refresh(self) -> None:
        """Changing looks polishes every widget anew: not done without need."""
        scheme = SCHEMES.get(self._theme, self._application.styleHints().colorScheme())
        colours = DARK if scheme == Qt.ColorScheme.Dark else LIGHT
        if colours is not self._shown:
            self._shown = colours
            self._application.setPalette(make_palette(colours))
            self._application.setStyleSheet(make_style_sheet(colours))


def make_palette(colours: Colours) -> QPalette:
    """Every role that Qt's controls and ours ask for."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette(colours.window)
    for names, colour in (
        ((role.Window,), colours.window),
        ((role.Base, role.Button, role.ToolTipBase, role.Light), colours.card),
        ((role.AlternateBase, role.Midlight), colours.sunken),
        ((role.Mid, role.Dark), colours.line),
        ((role.WindowText, role.Text, role.ButtonText, role.ToolTipText), colours.text),
        ((role.PlaceholderText,), colours.dim),
        ((role.Highlight, role.Accent), colours.accent),
        ((role.HighlightedText, role.BrightText), colours.on_accent),
        ((role.Link, role.LinkVisited), colours.link),
    ):
        for name in names:
            palette.setColor(name, colour)
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, name, faint(colours.text, 110))
    return palette


def make_style_sheet(colours: Colours) -> str:
    """For Qt's own controls; ours paint themselves."""
    names = {name: colour.name() for name, colour in colours._asdict().items()} | {"off": _mixed(colours.dim, colours.window).name()}
    sheet = SHEET
    for name in sorted(names, key=len, reverse=True):
        sheet = sheet.replace(f"@{name}", names[name])
    return sheet


def _mixed(one: QColor, other: QColor) -> QColor:
    return QColor((one.red() + other.red()) // 2, (one.green() + other.green()) // 2, (one.blue() + other.blue()) // 2)


SHEET = """
QPushButton { background: @card; color: @text; border: 1px solid @edge; border-radius: 8px; padding: 6px 14px; min-height: 18px; }
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @sunken; }
QPushButton:focus { border: 2px solid @link; padding: 5px 13px; }
QPushButton:disabled { color: @off; border-color: @line; background: @window; }
QPushButton[primary="true"], QPushButton:default { background: @accent; color: @on_accent; border-color: @accent; font-weight: 600; }
QPushButton[primary="true"]:hover, QPushButton:default:hover { background: @accent_hover; }
QPushButton[primary="true"]:focus, QPushButton:default:focus { border: 2px solid @text; }
QPushButton[primary="true"]:disabled, QPushButton:default:disabled { background: @line; color: @off; border-color: @line; }
QPushButton[flat="true"] { background: transparent; border-color: transparent; color: @link; }
QPushButton[flat="true"]:hover { background: @hover; }
QPushButton[flat="true"]:focus { border: 2px solid @link; }
QLineEdit, QAbstractSpinBox { background: @card; color: @text; border: 1px solid @edge; border-radius: 6px; padding: 4px 8px;
  min-height: 18px; placeholder-text-color: @dim; selection-background-color: @accent; selection-color: @on_accent; }
QLineEdit:focus, QAbstractSpinBox:focus { border: 2px solid @link; padding: 3px 7px; }
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus { background: transparent; border: none; border-radius: 0;
  padding: 0; min-height: 0; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: none; }
QLineEdit:disabled, QAbstractSpinBox:disabled { color: @off; border-color: @line; }
QToolTip { background: @card; color: @text; border: 1px solid @line; padding: 6px 8px; }
QMenu { background: @card; color: @text; border: 1px solid @line; border-radius: 8px; padding: 6px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 6px; }
QMenu::item:selected { background: @accent; color: @on_accent; }
QMenu::item:disabled { color: @off; }
QMenu::separator { height: 1px; background: @line; margin: 6px 8px; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: @off; border-radius: 3px; margin: 3px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: @dim; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""
