"""The folder of results: the user's videos folder by custom, or the one that was chosen; and names that no file has."""

from pathlib import Path

import pytest

from puppet.errors import MediaError
from puppet.outputs.result_folder import fresh_name, result_folder


def test_is_in_the_videos_folder_that_the_system_names(home: Path) -> None:
    (home / "xdg_config_home").mkdir()
    (home / "xdg_config_home" / "user-dirs.dirs").write_text('XDG_VIDEOS_DIR="$HOME/Filme"\n')
    assert result_folder("") == home / "Filme" / "Puppet"
    assert (home / "Filme" / "Puppet").is_dir()


def test_without_a_word_of_the_system_it_is_in_videos(home: Path) -> None:
    assert result_folder("") == home / "Videos" / "Puppet"


def test_the_chosen_folder_is_made(home: Path, tmp_path: Path) -> None:
    assert result_folder(str(tmp_path / "a" / "b")) == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir()
    assert result_folder("~/takes") == home / "takes"
    assert result_folder("takes") == home / "takes"


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_file_in_its_place_has_its_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MediaError, match="can't be a folder"):
        result_folder(str(tmp_path / name))


def test_a_place_that_may_not_be_written_to_has_its_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(MediaError, match="may not be written by you"):
        result_folder(str(tmp_path / "a"))


def test_a_fresh_name_is_that_of_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "takes"
    first = fresh_name(folder, "Puppet 12.30", ".mp4")
    assert first == folder / "Puppet 12.30.mp4"
    first.touch()
    second = fresh_name(folder, "Puppet 12.30", ".mp4")
    assert second == folder / "Puppet 12.30 2.mp4"
    second.mkdir()
    assert fresh_name(folder, "Puppet 12.30", ".mp4") == folder / "Puppet 12.30 3.mp4"
    assert fresh_name(folder, "Puppet 12.30", ".png") == folder / "Puppet 12.30.png"
