"""Booting the guest, with a stand-in for the emulator: whatever becomes of it, the run ends and says why."""

import time
from pathlib import Path

import pytest

from tests.virtual_devices.guest_host import SCRIPTS, Host

OBEY = r"""
for argument in "$@"; do
    case $argument in *mount_tag=exchange*) folder=${argument#local,path=}; folder=${folder%%,mount_tag*} ;; esac
done
echo "the guest boots"
sed "s|/puppet_guest|$folder|g; s|/puppet_home|$folder/home|" "$folder/start" >"$folder/start_here"
bash "$folder/start_here"
"""
"""An emulator that does on the host what the guest would do."""


@pytest.fixture
def host(tmp_path: Path) -> Host:
    host = Host(tmp_path)
    host.keep_guest()
    return host


@pytest.mark.parametrize("status", [0, 7])
def test_command_runs_and_its_status_comes_back(status: int, host: Host, tmp_path: Path) -> None:
    host.command("qemu-system-x86_64", OBEY)
    run = host.run("boot_guest.sh", str(tmp_path / "results"), "bash", "-c", f'echo "it says $1"; exit {status}', "-", "don't $HOME")
    assert run.returncode == status, run.stderr
    assert "it says don't $HOME" in run.stdout, "words must pass through unchanged"
    assert "the guest boots" in (tmp_path / "results" / "serial.log").read_text()


def test_guest_that_hangs_is_killed_and_its_words_shown(host: Host, tmp_path: Path) -> None:
    host.command("qemu-system-x86_64", 'echo "the last I heard"; exec sleep 60')
    begun = time.perf_counter()
    run = host.run("boot_guest.sh", str(tmp_path / "results"), "true", PUPPET_GUEST_LIMIT="1")
    assert run.returncode == 124
    assert time.perf_counter() - begun < 20
    assert "had not finished after 1 s. Its last words:\nthe last I heard" in run.stderr


def test_guest_that_dies_is_no_success(host: Host, tmp_path: Path) -> None:
    host.command("qemu-system-x86_64", 'echo "Kernel panic"; exit 0')
    run = host.run("boot_guest.sh", str(tmp_path / "results"), "true")
    assert run.returncode == 1
    assert "ended with status 0 before its command did. Its last words:\nKernel panic" in run.stderr


def test_what_an_earlier_guest_left_is_not_believed(host: Host, tmp_path: Path) -> None:
    results = tmp_path / "results"
    results.mkdir()
    (results / "status").write_text("0")
    assert host.run("boot_guest.sh", str(results), "true").returncode == 1


def test_guest_that_can_not_be_made_is_not_booted(host: Host, tmp_path: Path) -> None:
    host.command("uname", "echo Darwin")
    run = host.run("boot_guest.sh", str(tmp_path / "results"), "true")
    assert run.returncode == 3
    assert not (tmp_path / "results" / "serial.log").exists()


def test_guest_has_no_kvm_no_network_and_only_looks_at_the_system(host: Host, tmp_path: Path) -> None:
    host.command("qemu-system-x86_64", 'printf "%s\\n" "$@"')
    told = host.run("boot_guest.sh", str(tmp_path / "results"), "true").stdout.splitlines()
    assert told[told.index("-accel") + 1].startswith("tcg")
    assert "-nodefaults" in told
    assert not {"-enable-kvm", "-netdev", "-nic", "-net"} & set(told)
    (system,) = [option for option in told if "mount_tag=system" in option]
    assert "readonly=on" in system


def test_scripts_stop_at_the_first_error() -> None:
    for script in ("prepare_guest.sh", "boot_guest.sh"):
        assert "\nset -euo pipefail\n" in (SCRIPTS / script).read_text(encoding="utf-8")
