"""Making the guest: what is missing is said in a sentence, and what was made is used again."""

from pathlib import Path

import pytest

from tests.virtual_devices.guest_host import Host

MISSING = 3


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_kept_guest_is_used_again(host: Host) -> None:
    host.keep_guest()
    run = host.run("prepare_guest.sh")
    assert (run.returncode, run.stdout.strip(), run.stderr) == (0, str(host.kept), "")


def test_guest_of_other_scripts_is_made_anew(host: Host) -> None:
    host.keep_guest()
    (host.kept / "made_by").write_text("older scripts")
    host.command("id", "echo 1000")
    run = host.run("prepare_guest.sh")
    assert run.returncode == MISSING
    assert "linux-image-amd64, which apt-get does not know here" in run.stderr
    assert run.stdout == ""


def test_other_systems_are_told(host: Host) -> None:
    host.command("uname", "echo Darwin")
    run = host.run("prepare_guest.sh")
    assert (run.returncode, run.stderr.strip()) == (
        MISSING,
        "The guest with virtual cameras can be made on Debian only, and this is Darwin.",
    )


@pytest.mark.parametrize("command", ["dpkg", "apt-get"])
def test_other_linuxes_are_told(command: str, host: Host) -> None:
    (host.commands / command).unlink()
    run = host.run("prepare_guest.sh")
    assert run.returncode == MISSING
    assert "this system is another" in run.stderr


def test_without_root_the_line_to_install_is_told(host: Host) -> None:
    host.command("id", "echo 1000")
    host.command("apt-cache", 'echo "  Depends: linux-image-9.9.9-amd64"')
    (host.commands / "v4l2-ctl").unlink()
    run = host.run("prepare_guest.sh")
    assert run.returncode == MISSING
    assert len(run.stderr.strip().splitlines()) == 1
    assert "only root can install: sudo apt-get install -y --no-install-recommends linux-headers-9.9.9-amd64 v4l-utils" in run.stderr


def test_packages_that_can_not_be_installed_are_told(host: Host) -> None:
    host.keep_guest()
    host.command("id", "echo 0")
    (host.commands / "qemu-system-x86_64").unlink()
    run = host.run("prepare_guest.sh")
    assert run.returncode == MISSING
    assert "can't be installed; see what this says: apt-get install -y --no-install-recommends qemu-system-x86" in run.stderr


def test_failed_download_is_told_and_leaves_nothing(host: Host) -> None:
    host.command("id", "echo 0")
    host.command("apt-cache", 'echo "  Depends: linux-image-9.9.9-amd64"')
    host.command("apt-get", '[ "$2" != download ] || { echo "E: no such package" >&2; exit 100; }')
    run = host.run("prepare_guest.sh")
    assert run.returncode == MISSING
    assert "can't be downloaded: E: no such package" in run.stderr
    assert [file.name for file in host.kept.iterdir()] == ["lock"]
