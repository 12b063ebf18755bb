"""Measure the live window on a driver of 30 frames a second at 640x480: pace, age, processor, memory, and whether the window ever blocks.

python scripts/measure_live.py --seconds 600 --json live.json      (needs a display; xvfb-run -a brings one)
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from puppet.assets import driving_clip
from puppet.media.clip import open_clip
from puppet.media.video_writer import VideoWriter

RATE = 30
WIDTH, HEIGHT = 640, 480
PERIOD = 1.0
"""Between two looks at the process, s."""

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def write_driver(path: Path) -> None:
    """The bundled driving clip, enlarged and played a little faster, as a webcam's 30 frames a second."""
    with VideoWriter(path, WIDTH, HEIGHT, Fraction(RATE)) as writer:
        for index, frame in enumerate(open_clip(driving_clip())):
            picture = np.asarray(cv2.resize(frame.picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)
            writer.write(picture, index / RATE)


def look(process: int) -> tuple[float, float]:
    """Processor time so far, s, and resident memory, MB."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS, int(fields[21]) * PAGE / 1e6


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long to measure (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("options", nargs="*", help="options of puppet-live, after --")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        driver, report = Path(folder) / "driver.mp4", Path(folder) / "report.json"
        write_driver(driver)
        command = [sys.executable, "-c", "from ui.live_command import main; main()", "--camera", str(driver), "--json", str(report)]
        begun = time.perf_counter()
        process = subprocess.Popen([*command, "--seconds", str(arguments.seconds), *arguments.options])
        looks: list[tuple[float, float, float]] = []
        while process.poll() is None:
            try:
                looks.append((time.perf_counter() - begun, *look(process.pid)))
            except (OSError, IndexError):
                break
            time.sleep(PERIOD)
        if process.wait() != 0 or not report.is_file():
            return 1
        figures = json.loads(report.read_text())
    settled = [one for one in looks if one[0] > min(20.0, arguments.seconds / 3)]
    (first, busy_then, _), (last, busy_now, _) = settled[0], settled[-1]
    memory = [megabytes for *_, megabytes in settled]
    minutes = [round(float(np.median(memory[index : index + 60])), 1) for index in range(0, len(memory), 60)]
    figures["processor_share"] = round((busy_now - busy_then) / (last - first) / (os.cpu_count() or 1), 3)
    figures["resident_mb_by_minute"] = minutes
    text = json.dumps(figures, indent=2)
    print(text)  # noqa: T201  a script's words
    if arguments.json:
        arguments.json.write_text(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
