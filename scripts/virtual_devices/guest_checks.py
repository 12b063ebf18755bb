"""What is checked in the guest: Puppet between a webcam and a virtual camera that are real to Linux, and what can befall it there.

python -m scripts.virtual_devices.guest_checks FOLDER

Says what was found, a line each, and writes it to FOLDER/findings.json. The status is 0 when every check was made and passed.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2

from puppet.demo import demo_picture
from puppet.errors import EXIT_CODE
from puppet.media.picture_file import write_picture
from scripts.virtual_devices import video_device
from scripts.virtual_devices.camera_reader import SIDE, CameraReader
from scripts.virtual_devices.findings import Failed, Findings, say
from scripts.virtual_devices.judgements import CONSECUTIVE, bridged, moves, order, pace, rate, rests
from scripts.virtual_devices.programs import Program, face_webcam, puppet, stream
from scripts.virtual_devices.video_device import MOVING, STILL, control, held

NO_DRIVER = "without a virtual camera driver, says so"
NO_CAMERA = "without a camera, says so"
BUSY = "with a camera that another program uses, says so"
ORDER = "pictures come in order, none lost"
RATE = "pictures come at the rate asked for"
READERS = "readers come and go"
END = "ends at Ctrl-C and frees the virtual camera"
AGAIN = "starts the same virtual camera again"
FOLLOWS = "the portrait moves and rests with the webcam's picture"
DISCONNECT = "the webcam is lost and found again"
OTHER_DEVICE = "the webcam returns as another device"
END_AFTER = "ends well after all that"
CHECKS = (NO_DRIVER, NO_CAMERA, BUSY, ORDER, RATE, READERS, END, AGAIN, FOLLOWS, DISCONNECT, OTHER_DEVICE, END_AFTER)

WEBCAM, FACE_WEBCAM, PUPPETCAM = "/dev/video0", "/dev/video10", "/dev/video11"

FACES_RATE = 10.0
"""Numbers a second that the webcam with a face shows: half the rate of the output, so that each number must be seen."""

OUTPUT_RATE = 20.0

ATTEMPTS = 3
"""Readings in one of which a row must come without a loss."""

STARTING = 30.0
"""How long Puppet may take to start or to refuse, s."""

RECOVERY = 15.0
"""How long Puppet may take to find a webcam that is back, s."""

AWAY = 3.4
"""How long the webcam is away, s: longer than the portrait is held, and than it then takes to become calm."""


def main() -> int:
    """Make every check, in the order of `CHECKS`. Times are those of the guest's own clock."""
    findings = Findings(Path(sys.argv[1]), CHECKS)
    say(f"The guest runs, with Puppet loaded, {time.clock_gettime(time.CLOCK_BOOTTIME):.1f} s of its own clock after its start.")
    cv2.setNumThreads(1)
    portrait = findings.folder / "portrait.png"
    write_picture(portrait, demo_picture(0.0, 256, 256))
    size = ("--output-width", f"{3 * SIDE // 2}", "--output-height", f"{SIDE}", "--output-rate", f"{OUTPUT_RATE:g}")
    common = ("--portrait", str(portrait), "--virtual-camera", "--output-device", PUPPETCAM, *size)
    without_drivers(findings)
    video_device.load_module("vivid", "n_devs=1", "node_types=0x1")
    numbers, labels = (",".join(pair) for pair in zip(("10", "Face Webcam"), ("11", "PuppetCam"), strict=True))
    video_device.load_module("v4l2loopback", "devices=2", f"video_nr={numbers}", f"card_label={labels}", "exclusive_caps=1,1")
    with_face(findings, common)
    with_failing_webcam(findings, common)
    return 0 if findings.complete else 1


def without_drivers(findings: Findings) -> None:
    """There is no video device at all yet."""
    with (
        puppet(findings.folder, "--virtual-camera", "--seconds", "2") as no_driver,
        puppet(findings.folder, "--camera", WEBCAM, "--seconds", "2") as no_camera,
    ):
        with findings.check(NO_DRIVER) as measured:
            measured.append(refusal(no_driver, "v4l2loopback", "modprobe"))
        with findings.check(NO_CAMERA) as measured:
            measured.append(refusal(no_camera, WEBCAM))


def with_face(findings: Findings, common: Sequence[str]) -> None:
    """A webcam with a numbered face drives; readers of the virtual camera come and go."""
    options = ("--camera", FACE_WEBCAM, "--no-mirror", "--absolute", "--no-smoothing", *common)
    with face_webcam(findings.folder, FACE_WEBCAM, FACES_RATE):
        video_device.await_capture(FACE_WEBCAM, STARTING)
        with puppet(findings.folder, *options) as program:
            with (
                stream(findings.folder, WEBCAM),
                puppet(findings.folder, "--camera", WEBCAM, "--seconds", "2") as refused,
                findings.check(BUSY) as measured,
            ):
                measured.append(refusal(refused, "in use by v4l2-ctl"))
            begin(program)
            with CameraReader(PUPPETCAM) as reader:
                reader.until(lambda seen: len(seen) >= 10, STARTING)  # the beginning is uneven: everything is new
                with findings.check(ORDER) as measured:
                    measured.extend(orderly(reader))
                with findings.check(RATE) as measured:
                    measured.append(pace(reader.during(1.5), OUTPUT_RATE))
            with findings.check(READERS) as measured:
                measured.extend(readers(findings.folder))
                if not program.running:
                    raise Failed(f"Puppet ended meanwhile; it said: {program.words}")
            with findings.check(END) as measured:
                measured.append(end(program))


def with_failing_webcam(findings: Findings, common: Sequence[str]) -> None:
    """The virtual webcam drives, is lost, and comes back; the virtual camera goes on all the while."""
    video_device.show_cross(WEBCAM, STILL)
    options = ("--camera", WEBCAM, "--width", "320", "--height", "180", "--rate", "5", "--absolute", "--no-smoothing", *common)
    with puppet(findings.folder, *options) as program:
        with findings.check(AGAIN) as measured:
            begun = time.monotonic()
            begin(program)
            measured.append(f"gives pictures {time.monotonic() - begun:.1f} s after the command")
        with CameraReader(PUPPETCAM) as reader:
            with findings.check(FOLLOWS) as measured:
                measured.extend(follows(reader, WEBCAM))
            with findings.check(DISCONNECT) as measured:
                with held(WEBCAM):  # while anybody holds it, a disconnected vivid stays away
                    control(WEBCAM, "disconnect=1")
                    measured.append(bridged(reader.during(AWAY), OUTPUT_RATE))
                measured.extend(follows(reader, WEBCAM))
            with findings.check(OTHER_DEVICE) as measured:
                with held(WEBCAM):  # while anybody holds it, its number is taken
                    video_device.unplug()
                    measured.append(bridged(reader.during(AWAY), OUTPUT_RATE))
                    video_device.plug_in()
                    (returned,) = video_device.webcam_devices()
                if returned == WEBCAM:
                    raise Failed(f"the webcam came back as {returned} again: nothing was checked")
                measured.append(f"back as {returned}")
                measured.extend(follows(reader, returned))
        with findings.check(END_AFTER) as measured:
            measured.append(end(program))


def refusal(program: Program, *needed: str) -> str:
    """What a run said that had to be refused. Raises `Failed` where it was not, or the words don't say what is needed."""
    status, words = program.wait(STARTING), program.words
    missing = [word for word in needed if word not in words]
    if status != EXIT_CODE or missing or "Traceback" in words:
        raise Failed(f"status {status} instead of {EXIT_CODE}, not a word of {missing}: {words}")
    return words


def begin(program: Program) -> None:
    """Wait until the virtual camera gives pictures. Raises `Failed` with Puppet's words."""
    deadline = time.monotonic() + STARTING
    while not video_device.gives_pictures(PUPPETCAM):
        if not program.running or time.monotonic() > deadline:
            raise Failed(f"{PUPPETCAM} gives no pictures; Puppet said: {program.words}")
        time.sleep(0.1)


def orderly(reader: CameraReader) -> Iterator[str]:
    """Read until a long enough row came without a loss: where the system is busy, Puppet passes over what it has no time for.

    Raises `Failed` where none came, or one picture was older than the one before.
    """
    for _ in range(ATTEMPTS):
        unbroken, words = order(reader.during(1.2 * CONSECUTIVE / FACES_RATE))
        yield words
        if unbroken:
            return
    raise Failed(f"never {CONSECUTIVE} without a loss")


def readers(folder: Path) -> Iterator[str]:
    """Readers come one after the other, two at a time, and one is killed; each gets its pictures. Raises `OSError`, `Failed`."""
    counts = []
    for _ in range(3):
        with CameraReader(PUPPETCAM) as reader:
            counts.append(len(reader.until(lambda seen: len(seen) >= 10, 5)))
    yield f"three after each other read {counts}"
    with (
        stream(folder, PUPPETCAM) as other,
        CameraReader(PUPPETCAM) as reader,
    ):
        reader.until(lambda seen: len(seen) >= 10, 5)
        if not other.running:
            raise Failed(f"the second reader ended: {other.words}")
    yield "two at once, of which one was killed"
    with CameraReader(PUPPETCAM) as reader:
        seen = reader.until(lambda seen: len(seen) >= CONSECUTIVE, 5)
    yield f"after them {rate(seen):.1f} pictures a second"


def end(program: Program) -> str:
    """Ctrl-C. Raises `Failed` where Puppet does not end well, `TimeoutError`."""
    if not program.running:
        raise Failed(f"Puppet had ended before; it said: {program.words}")
    begun = time.monotonic()
    program.interrupt()
    status = program.wait(20)
    if status or "Traceback" in program.words:
        raise Failed(f"status {status}: {program.words}")
    if video_device.gives_pictures(PUPPETCAM):
        raise Failed(f"{PUPPETCAM} still says that it gives pictures")
    return f"ended {time.monotonic() - begun:.1f} s after Ctrl-C"


def follows(reader: CameraReader, webcam: str) -> Iterator[str]:
    """Whether the portrait moves while the webcam's picture does, and rests when it does: an idle or a held one can't do both.

    Raises `TimeoutError`.
    """
    begun = time.monotonic()
    video_device.show_cross(webcam, MOVING)
    reader.until(moves, RECOVERY)
    yield f"moves {time.monotonic() - begun:.1f} s after the webcam is there"
    video_device.show_cross(webcam, STILL)
    reader.until(rests, RECOVERY)
    yield "and rests when the webcam's picture does"


if __name__ == "__main__":
    sys.exit(main())
