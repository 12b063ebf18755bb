"""The graph: what it draws where, what it says, and that it costs little."""

import time

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from puppet.live.timings import Arrivals, Snapshot, Spread
from ui.window.colours import colours_of
from ui.window.latency_graph import LatencyGraph

STAGES = {"capture": 0.002, "track": 0.004, "detect": 0.006, "animate": 0.019, "screen": 0.003, "recorder": 0.009}


def snapshot(age: float = 0.04) -> Snapshot:
    stages = {name: Spread(value, 1.5 * value, 90) for name, value in STAGES.items()}
    return Snapshot(stages, {"screen": Arrivals(Spread(age, 1.3 * age, 90), 29.7)})


@pytest.fixture
def graph(application: QApplication) -> LatencyGraph:
    graph = LatencyGraph()
    graph.resize(900, 184)
    return graph


def count(image: QImage, colour: QColor, x_from: int = 0) -> int:
    return sum(image.pixelColor(x, y) == colour for x in range(x_from, image.width()) for y in range(image.height()))


def test_it_says_its_figures(graph: LatencyGraph) -> None:
    assert graph.words == "No picture has arrived yet."
    graph.add(snapshot(), {"render": 3}, 0.0)
    graph.add(snapshot(), {"render": 5}, 1.0)
    words = graph.accessibleDescription()
    assert words.startswith("Age at the screen: median 40.0 ms, 95 % within 52.0 ms; 2 skipped in the last minute.")
    assert "capture 2.0, track 4.0, detect 6.0, animate 19.0, screen 3.0, recorder 9.0" in words


def test_skipped_pictures_leave_marks(graph: LatencyGraph) -> None:
    warning = colours_of(graph).warning
    graph.add(snapshot(), {"render": 0}, 0.0)
    graph.add(snapshot(), {"render": 0}, 30.0)
    assert count(graph.grab().toImage(), warning) == 0
    graph.add(snapshot(), {"render": 9}, 40.0)
    assert count(graph.grab().toImage(), warning) > 10


def test_an_older_picture_is_drawn_higher(graph: LatencyGraph) -> None:
    link = colours_of(graph).link
    graph.resize(500, 184)
    heights = []
    for age in (0.05, 0.07):
        other = LatencyGraph()
        other.resize(500, 184)
        for second in range(10):
            other.add(snapshot(age), {}, float(second))
        image = other.grab().toImage()
        heights.append(min(y for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y) == link))
    assert heights[1] < heights[0]


def test_a_slower_stage_has_a_longer_bar(graph: LatencyGraph) -> None:
    link = colours_of(graph).link
    graph.add(snapshot(), {}, 0.0)
    image = graph.grab().toImage()
    rows = [y for y in range(image.height()) if count_row(image, link, y)]
    lengths = []
    for y in rows:
        if y - 1 not in rows:
            lengths.append(max(count_row(image, link, row) for row in range(y, min(y + 8, image.height()))))
    assert len(lengths) == len(STAGES)
    assert lengths.index(max(lengths)) == list(STAGES).index("animate")
    assert lengths.index(min(lengths)) == list(STAGES).index("capture")


def count_row(image: QImage, colour: QColor, y: int) -> int:
    """Pixels of the stages' half in this colour."""
    return sum(image.pixelColor(x, y) == colour for x in range(520, image.width()))


def test_a_narrow_graph_leaves_the_stages_out_but_still_says_them(graph: LatencyGraph) -> None:
    graph.resize(400, 184)
    graph.add(snapshot(), {}, 0.0)
    assert graph.grab().width() == 400
    assert "animate 19.0" in graph.words


def test_it_costs_little(graph: LatencyGraph) -> None:
    canvas = QImage(900, 184, QImage.Format.Format_RGB32)
    adding, painting = [], []
    for step in range(170):
        begun = time.thread_time()
        graph.add(snapshot(), {"render": step}, 0.4 * step)
        adding.append(time.thread_time() - begun)
    for _ in range(9):
        begun = time.thread_time()
        graph.render(canvas)
        painting.append(time.thread_time() - begun)
    assert sorted(adding)[85] < 0.002
    assert min(painting) < 0.012
