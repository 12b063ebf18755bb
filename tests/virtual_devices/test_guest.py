"""Puppet between Linux's own virtual webcam and virtual camera, in a guest machine: `make test-camera`.

The guest is booted once, and says as it goes what it finds; each check is then a test of its own.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from scripts.virtual_devices.guest_checks import CHECKS

HOUSE = Path(__file__).parent.parent.parent
BOOT = HOUSE / "scripts" / "virtual_devices" / "boot_guest.sh"
MISSING = 3
"""Status of a guest that can't be made here."""

OURS = {name: os.environ.get(name) for name in ("HOME", "XDG_CACHE_HOME")}
"""What tells where the guest is kept: seen before the tests are given an empty home."""

pytestmark = [pytest.mark.camera, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[dict[str, tuple[bool, str]]]:
    """What the guest found, by the name of the check: whether it passed, and what was measured."""
    folder = tmp_path_factory.mktemp("guest")
    command = ["bash", str(BOOT), str(folder), sys.executable, "-m", "scripts.virtual_devices.guest_checks", "/puppet_guest"]
    environment = {name: value for name, value in {**os.environ, **OURS}.items() if value is not None}
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():  # what takes minutes is told while it goes on
        print(flush=True)  # noqa: T201  ends pytest's own line
        run = subprocess.Popen(command, cwd=HOUSE, env=environment, start_new_session=True)
        try:
            status = run.wait()
        finally:  # whatever ended the wait, the emulator must not go on
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)
    if status == MISSING:
        pytest.fail("The guest can't be made here; above is why.", pytrace=False)
    file = folder / "findings.json"
    found = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    yield {one["check"]: (one["passed"], one["words"]) for one in found}


@pytest.mark.parametrize("check", CHECKS)
def test_in_the_guest(check: str, findings: dict[str, tuple[bool, str]]) -> None:
    assert check in findings, "the guest did not come to it"
    passed, words = findings[check]
    assert passed, words
