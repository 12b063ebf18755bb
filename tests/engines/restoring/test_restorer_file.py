"""Whether a file can be an ONNX graph."""

import zipfile
from pathlib import Path

import pytest

from engines.restoring.restorer_file import check_file
from puppet.errors import MediaError, ModelError
from tests.toy_restorer import make_restorer


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_restorer(tmp_path_factory.mktemp("restorers") / "whole.onnx")


def test_a_graph_passes(graph: Path) -> None:
    check_file(graph)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><html>Sign in</html>", "is a web page"),
        (b"\n  <html>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 340000000\n", "is a pointer of Git LFS"),
        (b"\x80\x02\x8a\nl\xfc\x9cF", "is a PyTorch checkpoint"),
        (b"dear reader, this is a letter", "is no ONNX file"),
        (bytes(4096), "is no ONNX file"),
        (b"\x08\x08", "is no ONNX file, or one without a graph"),
        (b"\xff" * 64, "is no ONNX file"),
    ],
)
def test_what_is_no_graph_is_called_what_it_is(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "given.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=rf"given\.onnx {words}"):
        check_file(path)


@pytest.mark.parametrize("left", [0.9, 0.5, 0.1])
def test_a_graph_cut_short_is_told_wherever_it_ends(graph: Path, tmp_path: Path, left: float) -> None:
    path = tmp_path / "half.onnx"
    data = graph.read_bytes()
    path.write_bytes(data[: round(left * len(data))])
    with pytest.raises(ModelError, match="is cut short"):
        check_file(path)


def test_a_checkpoint_is_no_graph(tmp_path: Path) -> None:
    path = tmp_path / "GFPGANv1.4.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", b"")
    with pytest.raises(ModelError, match="is an archive or a PyTorch checkpoint"):
        check_file(path)


def test_what_can_t_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="There is no file"):
        check_file(tmp_path / "absent.onnx")
    with pytest.raises(MediaError, match=r"is a folder; .* Name an ONNX file of GFPGAN"):
        check_file(tmp_path)
