"""The dialog in which a portrait's crop is chosen by hand."""

from PySide6.QtCore import QRectF, QTimer
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from puppet.faces.tracker import square_around
from puppet.picture import Picture, Square
from puppet.portraits.portrait import cut_near, middle_square
from puppet.portraits.portrait_quality import chosen_face
from puppet.portraits.preview import THUMBNAIL
from puppet.portraits.wardrobe import Look
from ui.window.crop_canvas import CropCanvas
from ui.window.face_button import FaceButton
from ui.window.picture_image import image_of
from ui.window.quality_list import QualityList

PANEL = 240
"""Width of what stands beside the picture, px of the screen's own scale."""

TELL_MS = 25
"""How long after a move its preview and words follow, ms."""

FACES_IN_ROW = 4

HINTS = "Drag the square or its corners. Arrow keys move it, + and − resize it, with Shift finely."


class CropEditor(QDialog):
    """Shows a picture and the square that will be animated, and tells what there is to say about it. GUI thread.

    `crop` is the answer when it was accepted: None for the crop that is found without being told.
    """

    def __init__(self, name: str, look: Look, crop: Square | None, side: int, parent: QWidget | None = None) -> None:
        """crop: the one chosen before, in pixels of the look's picture; side: the model's, px."""
        super().__init__(parent)
        self._look = look
        self._side = side
        height, width = look.picture.shape[:2]
        self._found = look.found
        self.setWindowTitle(f"Crop of {name}")
        self.canvas = CropCanvas(look, crop or self._found or middle_square(width, height))
        self.preview = Preview()
        self.quality = QualityList()
        self.faces: list[FaceButton] = [self._face_button(index) for index in range(len(look.faces))] if len(look.faces) > 1 else []
        self.as_found = QPushButton("As found")
        self.as_found.setToolTip("Take the crop around the largest face again")
        self.as_found.setAutoDefault(False)
        self.as_found.clicked.connect(self._reset)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._telling = QTimer(self)
        self._telling.setSingleShot(True)
        self._telling.setInterval(TELL_MS)
        self._telling.timeout.connect(self._tell)
        self.canvas.moved.connect(self._tell_soon)
        self._lay_out()
        self._tell()
        self.resize(960, 660)
        self.canvas.setFocus()

    @property
    def crop(self) -> Square | None:
        """The square chosen, in pixels of the look's picture; None when it is as found."""
        return None if self.canvas.square == self._found else self.canvas.square

    def _tell_soon(self) -> None:
        """The square runs ahead of what is told of it, so that dragging never waits."""
        if not self._telling.isActive():
            self._telling.start()

    def _tell(self) -> None:
        """Show what the square holds and how well it would do."""
        square = self.canvas.square
        self.preview.show_picture(cut_near(self._look.picture, square, round(PANEL * self.devicePixelRatioF())))
        self.quality.show_quality(self._look.judge(square, self._side, by_hand=True))
        self.as_found.setEnabled(self._found is not None and square != self._found)
        chosen = chosen_face(self._look.faces, square)
        for face, button in zip(self._look.faces, self.faces, strict=False):
            button.setChecked(face is chosen)

    def _reset(self) -> None:
        if self._found is not None:
            self.canvas.set_square(self._found)

    def _choose(self, square: Square) -> None:
        self.canvas.set_square(square)
        self._tell()  # the button that was clicked is checked though the square may be the same

    def _face_button(self, index: int) -> FaceButton:
        square = square_around(self._look.faces[index].landmarks)
        near = cut_near(self._look.picture, square._replace(side=0.7 * square.side), THUMBNAIL)
        button = FaceButton(near, index + 1, len(self._look.faces))
        button.clicked.connect(lambda: self._choose(square))
        return button

    def _lay_out(self) -> None:
        """From the outside in: a layout hands its widgets over to the dialog only once it belongs to it."""
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 16)
        whole.setSpacing(16)
        top, foot = QHBoxLayout(), QHBoxLayout()
        top.setSpacing(16)
        whole.addLayout(top, 1)
        whole.addLayout(foot)
        top.addWidget(self.canvas, 1)
        beside = QWidget()
        beside.setFixedWidth(PANEL)
        top.addWidget(beside)
        panel = QVBoxLayout(beside)
        panel.setContentsMargins(0, 0, 0, 0)
        panel.setSpacing(14)
        panel.addWidget(self.preview)
        panel.addWidget(self.quality)
        if self.faces:
            panel.addWidget(QLabel(f"{len(self.faces)} faces were found:"))
            rows = QGridLayout()
            panel.addLayout(rows)
            rows.setSpacing(5)
            rows.setColumnStretch(FACES_IN_ROW, 1)
            for index, button in enumerate(self.faces):
                rows.addWidget(button, *divmod(index, FACES_IN_ROW))
        panel.addStretch(1)
        hints = QLabel(HINTS)
        hints.setWordWrap(True)
        hints.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        panel.addWidget(hints)
        foot.addWidget(self.as_found)
        foot.addStretch()
        foot.addWidget(self.buttons)


class Preview(QWidget):
    """The crop as the model will see it."""

    def __init__(self) -> None:
        super().__init__()
        self._pixmap = QPixmap()
        self.setFixedSize(PANEL, PANEL)
        self.setAccessibleName("Preview")

    def show_picture(self, picture: Picture) -> None:
        """Show a square picture."""
        self._pixmap = QPixmap.fromImage(image_of(picture))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint it with round corners."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        place = QRectF(self.rect())
        corners = QPainterPath()
        corners.addRoundedRect(place, 10, 10)
        painter.setClipPath(corners)
        painter.drawPixmap(place, self._pixmap, QRectF(self._pixmap.rect()))
        painter.setClipping(False)
        painter.setPen(QPen(QColor(127, 127, 127, 70), 1))
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
        painter.end()
