"""Settings and portraits: counted, compared and never touched."""

from pathlib import Path

import pytest

from puppet.settings import LiveSettings, changed
from puppet.settings_file import save_settings, settings_path
from ui.doctor.belongings import Kept, differences, look_at_belongings, read_settings

DAMAGED = 'model = "compact-256\n'


@pytest.fixture
def path() -> Path:
    path = settings_path()
    path.parent.mkdir(parents=True)
    return path


def test_words_of_the_persons_own_are_only_said_to_be_set() -> None:
    secret = changed(
        LiveSettings(),
        model="~/models/ada",
        engine="onnxruntime",
        welcomed=True,
        camera__source="rtsp://ada:secret@camera.example/1",
        camera__width=1280,
        camera__mirror=False,
        portraits__last="ada.jpg",
        safety__card_words="Ada is away",
        safety__when_lost="hold",
        keys__window={"quit": "Ctrl+Shift+Q"},
    )
    told = list(differences(secret))
    assert told == [
        "model set",
        "engine onnxruntime",
        "camera.source set",
        "camera.width 1280",
        "camera.mirror off",
        "portraits.last set",
        "safety.when_lost hold",
        "safety.card_words set",
        "keys.window 1 changed",
    ]


def test_what_is_nobodys_secret_is_told() -> None:
    plain = changed(LiveSettings(), model="demo", camera__source="2", motion__strength=1.25)
    assert list(differences(plain)) == ["model demo", "camera.source 2", "motion.strength 1.25"]
    assert list(differences(LiveSettings())) == []


def test_no_file_is_the_usual_settings(home: Path) -> None:
    kept = read_settings(settings_path())
    assert kept == Kept(LiveSettings(), [])
    found = look_at_belongings(settings_path(), kept)
    assert "not written yet" in found.settings
    assert (found.portraits, found.bundled, found.unknown) == (0, 10, {})


def test_file_is_read_as_a_start_would(path: Path) -> None:
    save_settings(path, changed(LiveSettings(), output__rate=25))
    assert list(differences(read_settings(path).settings)) == ["output.rate 25"]


@pytest.mark.parametrize(
    "content", [DAMAGED.encode(), b"\xff\xfe", b"version = 99\n[camera]\nwidth = 1280\n", b"[camera]\nwidth = 1\nnonsense = 2\n"]
)
def test_file_with_something_wrong_is_told_and_stays_as_it_is(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    kept = read_settings(path)
    assert kept.troubles
    assert all("/tmp" not in trouble for trouble in kept.troubles)
    assert path.read_bytes() == content
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_value_that_can_not_be_used_costs_only_itself(path: Path) -> None:
    path.write_text("[camera]\nwidth = 1\nheight = 720\n")
    kept = read_settings(path)
    assert list(differences(kept.settings)) == ["camera.height 720"]
    assert "camera.width" in kept.troubles[0]


def test_pictures_and_profiles_are_counted(path: Path, tmp_path: Path) -> None:
    (path.parent / "profiles").mkdir()
    (path.parent / "profiles" / "ada.toml").touch()
    for name in ("ada.jpg", "grace.PNG", ".hidden.jpg", "library.toml"):
        (tmp_path / name).touch()
    found = look_at_belongings(path, read_settings(path), tmp_path)
    assert (found.portraits, found.profiles, found.portraits_trouble) == (2, 1, "")
    assert "ada" not in found.model_dump_json()


def test_damaged_list_of_portraits_is_told_and_left(path: Path, tmp_path: Path) -> None:
    (tmp_path / "library.toml").write_text("order = [")
    found = look_at_belongings(path, Kept(LiveSettings(), []), tmp_path)
    assert "the list of portraits is damaged" in found.portraits_trouble.lower()
    assert [entry.name for entry in tmp_path.iterdir()] == ["library.toml"]


def test_file_in_place_of_the_portraits_is_told(path: Path, tmp_path: Path) -> None:
    (tmp_path / "portraits").touch()
    found = look_at_belongings(path, Kept(LiveSettings(), []), tmp_path / "portraits")
    assert "is a file; the portraits need a folder" in found.portraits_trouble
    assert "portraits" in found.unknown
