"""The settings file: what is saved comes back, and what is damaged is told and kept."""

import tomllib
from pathlib import Path

import pytest

from puppet import settings_file
from puppet.errors import MediaError, SettingsError
from puppet.settings import LiveSettings, changed
from puppet.settings_file import load_settings, save_settings, settings_path


@pytest.fixture
def path() -> Path:
    path = settings_path()
    path.parent.mkdir(parents=True)
    return path


def test_what_is_saved_comes_back_and_defaults_are_not_written() -> None:
    settings = changed(LiveSettings(), camera__width=1280, motion__relative=False, keys__window={"recalibrate": "F5"}, model="demo")
    save_settings(settings_path(), settings)
    assert load_settings(settings_path()) == (settings, ())
    written = tomllib.loads(settings_path().read_text())
    assert written == {
        "version": 1,
        "model": "demo",
        "camera": {"width": 1280},
        "motion": {"relative": False},
        "keys": {"window": {"recalibrate": "F5"}},
    }


def test_without_a_file_there_are_the_defaults() -> None:
    assert load_settings(settings_path()) == (LiveSettings(), ())


def test_profiles_are_apart(path: Path) -> None:
    save_settings(settings_path("stage-2"), changed(LiveSettings(), model="demo"))
    assert load_settings(path).settings.model != "demo"
    assert load_settings(settings_path("stage-2")).settings.model == "demo"


@pytest.mark.parametrize("name", ["../evil", "a/b", ".hidden", "a b", "-x"])
def test_a_profile_that_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="can't be called"):
        settings_path(name)


def test_one_bad_value_costs_only_itself(path: Path) -> None:
    path.write_text(
        'version = 1\n[camera]\nwidth = 5\nheight = 720\ncolour = "red"\n[motion]\nemphasis = "ears"\nstrength = 1.5\n[nonsense]\na = 1\n'
    )
    loaded = load_settings(path)
    assert (loaded.settings.camera.width, loaded.settings.camera.height) == (640, 720)
    assert (loaded.settings.motion.emphasis, loaded.settings.motion.strength) == ("whole", 1.5)
    told = " ".join(loaded.troubles)
    for name in ("camera.width", "camera.colour", "motion.emphasis", "nonsense"):
        assert f"The setting {name} in the settings file is left out" in told
    assert len(loaded.troubles) == 4


@pytest.mark.parametrize("data", [b"[camera\nwidth = 1", b"\xff\xfe\x00", b"camera = 3"])
def test_a_damaged_file_is_told_and_nothing_raises(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    loaded = load_settings(path)
    assert loaded.settings == LiveSettings()
    assert len(loaded.troubles) == 1


def test_a_damaged_file_is_kept(path: Path) -> None:
    for number in (1, 2):
        path.write_text(f"broken {number}")
        assert f"settings.damaged-{number}.toml" in load_settings(path).troubles[0]
    assert (path.parent / "settings.damaged-1.toml").read_text() == "broken 1"
    assert not path.exists()


def test_a_newer_file_is_kept_and_used_as_far_as_it_is_known(path: Path) -> None:
    path.write_text('version = 99\nmodel = "demo"\nholograms = true\n')
    loaded = load_settings(path)
    assert loaded.settings.model == "demo"
    assert "newer Puppet" in loaded.troubles[0] and "holograms" in loaded.troubles[1]
    assert "holograms" in (path.parent / "settings.newer-1.toml").read_text()


def test_an_older_file_is_brought_forward_step_by_step(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_file, "VERSION", 3)
    steps = {1: lambda values: {"engine": values["runtime"]}, 2: lambda values: values | {"model": "demo"}}
    monkeypatch.setattr(settings_file, "MIGRATIONS", steps)
    path.write_text('version = 1\nruntime = "openvino"\n')
    settings, troubles = load_settings(path)
    assert (settings.engine, settings.model, troubles) == ("openvino", "demo", ())


def test_a_crash_while_writing_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_settings(path, changed(LiveSettings(), model="demo"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(MediaError, match="disk is full"):
        save_settings(path, LiveSettings())
    assert load_settings(path).settings.model == "demo"
    assert [file.name for file in path.parent.iterdir()] == ["settings.toml"]


def test_a_folder_in_its_place_is_told(path: Path) -> None:
    path.mkdir()
    with pytest.raises(MediaError, match="is a folder"):
        load_settings(path)
    with pytest.raises(MediaError):
        save_settings(path, LiveSettings())
