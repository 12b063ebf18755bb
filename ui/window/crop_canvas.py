"""A picture with a square on it that is dragged, resized and moved by keys, and the faces in it to click on."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from puppet.animator import Face
from puppet.faces.tracker import square_around
from puppet.picture import Square
from puppet.portraits.portrait_quality import chosen_face
from puppet.portraits.wardrobe import Look
from ui.window.crop_frame import CORNERS, EDGES, CropFrame, Grip
from ui.window.crop_view import CropView, grip_point
from ui.window.picture_image import image_of, scaled_pixmap

GROUND = QColor(24, 24, 28)
"""Around the picture, in light and dark windows alike: pictures are judged best on it."""

SHADE = QColor(8, 8, 12, 150)
"""Over what is left out."""

SMALL = 110.0
"""Side of a square on the screen below which it has no grips on its edges, px of the screen's own scale, as are all below."""

ARM = 18.0
"""Length of the corners' brackets."""

CLICK = 4.0
"""What moves less than this was a click."""

STEP, FINE_STEP = 0.02, 0.0025
"""How far an arrow key moves the square, in its sides."""

GROWTH, FINE_GROWTH = 1.05, 1.01

ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
GROW = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Asterisk: 1, Qt.Key.Key_Minus: -1, Qt.Key.Key_Underscore: -1}

CURSORS = {(-1, -1): "SizeFDiagCursor", (1, 1): "SizeFDiagCursor", (1, -1): "SizeBDiagCursor", (-1, 1): "SizeBDiagCursor",
           (0, -1): "SizeVerCursor", (0, 1): "SizeVerCursor", (-1, 0): "SizeHorCursor", (1, 0): "SizeHorCursor"}  # fmt: skip


class CropCanvas(QWidget):
    """Shows and changes one square of a picture. GUI thread."""

    moved = Signal()
    """The square is another: see `square`."""

    def __init__(self, look: Look, square: Square) -> None:
        super().__init__()
        self.square = square
        self._look = look
        self._image = image_of(look.picture)
        self._frame = CropFrame(look.picture.shape[1], look.picture.shape[0])
        self._shown: QPixmap | None = None
        self._grip: Grip | None = None
        self._pressed: QPointF | None = None
        self._before = square
        self._dragging = False
        self._hovered: Face | None = None
        self._view = CropView(1.0, QPointF())
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(360, 360)
        self.setAccessibleName("Crop")
        self._fit()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Large enough to see what is done."""
        return QSize(620, 560)

    def set_square(self, square: Square) -> None:
        """Show another square, and all of it."""
        self._change(self._frame.held(square))
        self._fit()

    def face_at(self, point: QPointF) -> Face | None:
        """The smallest face at a point of the widget."""
        at = [face for face in self._look.faces if self._view.outline(face).contains(point)]
        return min(at, key=lambda face: self._view.outline(face).width(), default=None)

    def place(self, square: Square) -> QRectF:
        """Where a square of the picture lies on the widget."""
        return self._view.place(square)

    # Keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrows move, plus and minus resize; with Shift finely."""
        key, fine = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in ARROWS:
            step = max(0.5, (FINE_STEP if fine else STEP) * self.square.side)
            self.set_square(self._frame.moved(self.square, *(way * step for way in ARROWS[key])))
        elif key in GROW:
            self.set_square(self._frame.resized(self.square, (FINE_GROWTH if fine else GROWTH) ** GROW[key]))
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Resize."""
        self._change(self._frame.resized(self.square, GROWTH ** (event.angleDelta().y() / 120)))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Take hold."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._before = event.position(), self.square
            self._grip = self._view.grip_at(self.square, event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Drag, or show what could be taken hold of."""
        if self._pressed is None:
            self._show_hold(event.position())
            return
        shift = event.position() - self._pressed
        if not self._dragging and shift.manhattanLength() < CLICK:
            return
        x, y = shift.x() / self._view.scale, shift.y() / self._view.scale
        if self._grip is not None:
            self._dragging = True
            self._change(self._frame.pulled(self._before, self._grip, x, y))
        elif self._dragging or self.place(self._before).contains(self._pressed):
            self._dragging = True
            self._change(self._frame.moved(self._before, x, y))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let go; a click chooses the face under it."""
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        clicked = None if self._dragging else self.face_at(event.position())
        self._pressed, self._grip, self._dragging = None, None, False
        if clicked is not None and clicked is not chosen_face(self._look.faces, self.square):
            self._change(self._frame.held(square_around(clicked.landmarks)))
        self._fit()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Paint the picture, what is left out darkened, the faces and the square."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        around = QPainterPath()
        around.addRoundedRect(QRectF(self.rect()), 10, 10)
        painter.setClipPath(around)
        painter.fillRect(self.rect(), GROUND)
        whole = self._view.whole(self._frame)
        if self._shown is None or self._shown.devicePixelRatio() != self.devicePixelRatioF():
            self._shown = scaled_pixmap(self._image, whole.width(), whole.height(), self.devicePixelRatioF())
        painter.drawPixmap(whole, self._shown, QRectF(self._shown.rect()))
        place = self.place(self.square)
        outside = QPainterPath(around)
        outside.addRect(place)
        outside.setFillRule(Qt.FillRule.OddEvenFill)
        painter.fillPath(outside, SHADE)
        self._paint_faces(painter)
        self._paint_square(painter, place)
        painter.end()

    def _paint_faces(self, painter: QPainter) -> None:
        chosen = chosen_face(self._look.faces, self.square)
        accent = self.palette().color(QPalette.ColorRole.Highlight)
        for face in self._look.faces:
            if face is chosen and len(self._look.faces) == 1:
                continue
            lit = face is chosen or face is self._hovered
            painter.setPen(
                QPen(
                    accent if lit else QColor(255, 255, 255, 210), 2 if lit else 1.5, Qt.PenStyle.SolidLine if lit else Qt.PenStyle.DashLine
                )
            )
            painter.setBrush(QColor(255, 255, 255, 26) if face is self._hovered and face is not chosen else Qt.BrushStyle.NoBrush)
            outline = self._view.outline(face)
            painter.drawRoundedRect(outline, 8, 8)

    def _paint_square(self, painter: QPainter, place: QRectF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._dragging:
            painter.setPen(QPen(QColor(255, 255, 255, 110), 1))
            for share in (1 / 3, 2 / 3):
                x, y = place.left() + share * place.width(), place.top() + share * place.height()
                painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()))
                painter.drawLine(QPointF(place.left(), y), QPointF(place.right(), y))
        painter.setPen(QPen(QColor(0, 0, 0, 120), 3))
        painter.drawRect(place)
        painter.setPen(QPen(QColor(255, 255, 255), 1.5))
        painter.drawRect(place)
        colour = self.palette().color(QPalette.ColorRole.Highlight) if self.hasFocus() else QColor(255, 255, 255)
        arm = min(ARM, place.width() / 5)
        for pen in (QPen(QColor(0, 0, 0, 110), 5.5), QPen(colour, 3.5)):
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            for grip in CORNERS:
                corner = grip_point(place, grip)
                painter.drawPolyline([corner - QPointF(grip.x * arm, 0), corner, corner - QPointF(0, grip.y * arm)])
            for grip in EDGES if place.width() >= SMALL else ():
                middle, half = grip_point(place, grip), QPointF(arm / 2 * bool(grip.y), arm / 2 * bool(grip.x))
                painter.drawLine(middle - half, middle + half)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: ARG002, N802
        """Show all of it."""
        self._fit()

    # Where things are

    def _change(self, square: Square) -> None:
        if square != self.square:
            self.square = square
            x, y, side = (round(value) for value in square)
            self.setAccessibleDescription(f"{side} pixels wide, its middle at {x}, {y}")
            self.moved.emit()
            self.update()

    def _fit(self) -> None:
        """Bring the picture and the whole square into view."""
        view = CropView.fitted(self._frame, self.square, self.width(), self.height())
        if view.scale != self._view.scale:
            self._shown = None
        self._view = view
        self.update()

    def _show_hold(self, point: QPointF) -> None:
        grip, face = self._view.grip_at(self.square, point), self.face_at(point)
        if grip is not None:
            face, cursor = None, getattr(Qt.CursorShape, CURSORS[grip])
        elif face is not None and face is not chosen_face(self._look.faces, self.square):
            cursor = Qt.CursorShape.PointingHandCursor
        elif self.place(self.square).contains(point):
            cursor = Qt.CursorShape.SizeAllCursor
        else:
            cursor = Qt.CursorShape.ArrowCursor
        self.setCursor(cursor)
        if face is not self._hovered:
            self._hovered = face
            self.update()
