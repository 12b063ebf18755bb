"""The report: whole in one file, worst first, and true to the figures."""

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from puppet.demo import DemoAnimator
from tests.training.judging.test_judgement import takes
from tests.training.small_bench import SIDE, BlindAnimator, StillAnimator
from training.judging.curves import HEIGHT, WIDTH, curves
from training.judging.face_motion import FaceMotion
from training.judging.judgement import sum_up
from training.judging.report import shown, write_report

WAVE = np.sin(np.arange(12)).astype(np.float32)
FLAT = np.zeros(12, np.float32)


def charts(text: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring("<all>" + re.sub(r"&\w+;", "", text) + "</all>"))


def test_curves_show_driver_and_results_about_their_means() -> None:
    driver = FaceMotion(FLAT, FLAT, WAVE * 10, FLAT, FLAT)
    follows, half = driver._replace(yaw=WAVE * 10 + 50), driver._replace(yaw=WAVE * 5)
    figures = [{"yaw": 1.0, "yaw_gain": 1.0}, {"yaw": 1.0, "yaw_gain": 0.5}]
    found = charts(curves(driver, [follows, half], figures))
    assert [chart.find("figcaption/b").text for chart in found] == ["mouth", "eyes", "yaw", "pitch", "roll"]  # type: ignore[union-attr]
    yaw = found[2]
    assert "gain 0.50" in "".join(yaw.itertext())
    assert "still" in "".join(found[0].itertext())
    lines = {path.get("class"): path.get("d") for path in yaw.iter("path")}
    assert lines["driver"] == lines["result0"] != lines["result1"]
    for line in lines.values():
        numbers = np.array(re.findall(r"-?[\d.]+", line or ""), float).reshape(-1, 2)
        assert len(numbers) == 12
        assert (numbers[0, 0], numbers[-1, 0]) == (0, WIDTH)
        assert numbers.min() >= 0
        assert numbers[:, 1].max() <= HEIGHT


def test_curves_break_where_the_face_is_lost() -> None:
    lost = WAVE.copy()
    lost[[0, 5, 6]] = np.nan
    nothing = np.full(12, np.nan, np.float32)
    found = charts(curves(FaceMotion(*[WAVE] * 5), [FaceMotion(lost, *[nothing] * 4)], []))
    lines = [path.get("d") or "" for path in found[0].iter("path")]
    assert (lines[0].count("M"), lines[1].count("M"), lines[1].count("L")) == (1, 2, 7)
    assert "nan" not in "".join(lines)
    assert [path.get("d") for path in found[1].iter("path")][1] == ""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(path, ["new <model>", "old"], takes(DemoAnimator(SIDE), StillAnimator(SIDE)), "a $embedder")
    assert [child.name for child in path.parent.iterdir()] == ["report.html"]
    return path.read_text(encoding="utf-8")


def test_the_report_needs_no_other_file(report: str) -> None:
    assert set(re.findall(r'(?:src|href)="([a-z]+:[a-z/]+)', report)) == {"data:image/jpeg"}
    assert not re.search(r'(?:src|href)="(?!data:)', report)
    assert len(re.findall("<img ", report)) == 6
    assert len(re.findall("<svg ", report)) == 6 * 5
    assert len(report) < 500_000
    assert "new &lt;model&gt;" in report
    assert "a $embedder" in report


def test_the_report_tells_both_models_and_their_difference(report: str) -> None:
    both = takes(DemoAnimator(SIDE), StillAnimator(SIDE))
    first, second = (sum_up(both, index).means["transfer_roll"] for index in (0, 1))
    cells = re.search(r"<tr><td>roll</td><td>(.*?)</td><td>(.*?)</td><td class=\"(.*?)\">(.*?)</td>", report)
    assert cells is not None
    assert cells.groups() == (shown(first), shown(second), "better", shown(first - second, sign=True))
    assert re.search(r'<tr><td>l1_still</td><td>.*?</td><td>.*?</td><td class="">\+0\.000', report)


def test_the_worst_comes_first(report: str) -> None:
    names = re.findall(r'<article class="card"><h3>(.*?)</h3>', report)
    wanted = sorted(takes(DemoAnimator(SIDE)), key=lambda take: take.badness, reverse=True)
    assert names == [take.name for take in wanted if take.portrait] + [take.name for take in wanted if not take.portrait]


def test_an_interrupted_run_says_so(tmp_path: Path) -> None:
    write_report(tmp_path / "report.html", ["blind"], takes(BlindAnimator(SIDE))[:2], "none", whole=False)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "The run was interrupted" in text
    assert "<p>None.</p>" in text
    assert "&ndash;" in text, "there is no distance where there is no face"
    assert "nan" not in re.sub('base64,[^"]*', "", text)
