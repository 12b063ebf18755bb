"""Contact sheets: where the pictures lie, and that labels take room only when there are any."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from puppet.media.contact_sheet import GAP, contact_sheet, fit
from puppet.media.picture_file import read_picture, write_picture
from tests.media import drawn_clip, steps

SCRIPT = Path(__file__).parents[3] / "scripts" / "contact_sheet.py"


def test_pictures_lie_on_the_grid() -> None:
    first, second, third = steps(3, 40, 40)
    sheet = contact_sheet([[first, second], [third]], cell=40)
    assert sheet.shape == (2 * 40 + 3 * GAP, 2 * 40 + 3 * GAP, 3)
    assert np.array_equal(sheet[GAP : GAP + 40, GAP : GAP + 40], first)
    assert np.array_equal(sheet[GAP : GAP + 40, 2 * GAP + 40 : 2 * GAP + 80], second)
    assert np.array_equal(sheet[2 * GAP + 40 : 2 * GAP + 80, GAP : GAP + 40], third)
    assert (sheet[2 * GAP + 40 :, 2 * GAP + 40 :] == 255).all()
    assert not sheet.flags.writeable


def test_labels_are_drawn_beside_the_grid() -> None:
    bare = contact_sheet([steps(2, 40, 40)], cell=40)
    sheet = contact_sheet([steps(2, 40, 40)], ["a row"], ["one", "two"], cell=40)
    left, top = sheet.shape[1] - bare.shape[1], sheet.shape[0] - bare.shape[0]
    assert left > 0 and top > 0
    assert np.array_equal(sheet[top:, left:], bare)
    assert sheet[top:, :left].min() < 128 and sheet[:top, left:].min() < 128


def test_long_and_foreign_labels_stay_in_their_column() -> None:
    names = ["an_extraordinarilylongwordthatfitsnowhere", "Åse 字"]
    sheet = contact_sheet([steps(2, 40, 40)], (), names, cell=40)
    assert sheet.shape[1] == 2 * 40 + 3 * GAP


@pytest.mark.parametrize("shape", [(10, 30, 3), (30, 10, 3), (300, 100, 3)])
def test_whole_picture_is_fitted(shape: tuple[int, int, int]) -> None:
    cell = fit(np.zeros(shape, np.uint8), 60)
    rows, columns = np.nonzero(cell[:, :, 0] < 128)
    assert cell.shape == (60, 60, 3)
    assert max(np.ptp(rows), np.ptp(columns)) == 59
    assert min(np.ptp(rows), np.ptp(columns)) == pytest.approx(19, abs=1)


def test_empty_sheet_is_no_error() -> None:
    assert contact_sheet([]).shape == (GAP, GAP, 3)


def test_script_lays_out_pictures_and_videos(tmp_path: Path) -> None:
    drawn_clip(tmp_path / "a.mp4")
    write_picture(tmp_path / "b.png", steps(1)[0])
    command = [
        sys.executable,
        str(SCRIPT),
        "-o",
        "sheet.png",
        "--frames",
        "4",
        "--cell",
        "50",
        "--row",
        "video",
        "a.mp4",
        "--row",
        "still",
        "b.png",
    ]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    height, width = read_picture(tmp_path / "sheet.png").shape[:2]
    assert height > 2 * 50 and 4 * 54 < width < 4 * 54 + 80


def test_script_ends_an_expected_error_with_its_sentence(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, str(SCRIPT), "-o", "sheet.png", "--row", "a", "missing.mp4"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (2, "There is no file missing.mp4. Check the name and the folder.\n")
