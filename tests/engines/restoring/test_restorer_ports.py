"""What a restorer's graph takes and gives, and which graphs are none."""

from pathlib import Path

import pytest

from engines.engine import Port
from engines.restoring.restorer_ports import FidelityPort, PicturePort, RestorerPorts, read_inputs, read_result
from puppet.errors import ModelError

PATH = Path("given.onnx")


def picture(*shape: int | None, name: str = "input", dtype: str = "float32") -> Port:
    return Port(name, dtype, shape)


def read(inputs: list[Port], outputs: list[Port], side: int = 512) -> RestorerPorts:
    image, fidelity = read_inputs(PATH, tuple(inputs), tuple(outputs), side)
    return RestorerPorts(image, fidelity, read_result(PATH, image, tuple(outputs)))


def test_gfpgan_and_gpen_take_and_give_planes() -> None:
    ports = read([picture(1, 3, 512, 512)], [picture(1, 3, 512, 512, name="1288")])
    assert ports.image == PicturePort("input", "float32", 512, planes=True, batched=True)
    assert ports.result == PicturePort("1288", "float32", 512, planes=True, batched=True)
    assert ports.fidelity is None
    assert ports.shapes == {"input": (1, 3, 512, 512), "1288": (1, 3, 512, 512)}


@pytest.mark.parametrize(
    ("name", "dtype", "shape"),
    [("w", "float64", (1,)), ("weight", "float64", ()), ("w", "float32", (None,)), ("fidelity", "float16", (1, 1))],
)
def test_codeformer_takes_a_fidelity(name: str, dtype: str, shape: tuple[int | None, ...]) -> None:
    ports = read([picture(1, 3, 512, 512, name="x"), Port(name, dtype, shape)], [picture(1, 3, 512, 512, name="y")])
    assert ports.fidelity == FidelityPort(name, dtype, tuple(1 for _ in shape))


def test_the_picture_is_found_among_other_outputs() -> None:
    others = [Port("logits", "float32", (1, 256, 1024)), picture(1, 256, 16, 16, name="features"), picture(1, 3, 64, 64, name="small")]
    assert read([picture(1, 3, 512, 512)], [*others, picture(1, 3, 1024, 1024, name="large")]).result.name == "large"


def test_rows_and_bytes_and_no_batch() -> None:
    ports = read([picture(256, 256, 3, dtype="uint8")], [picture(1, 512, 512, 3, dtype="float16")])
    assert ports.image == PicturePort("input", "uint8", 256, planes=False, batched=False)
    assert ports.result == PicturePort("input", "float16", 512, planes=False, batched=True)
    assert (ports.image.shape, ports.result.shape) == ((256, 256, 3), (1, 512, 512, 3))


def test_what_is_open_is_chosen() -> None:
    image, _ = read_inputs(PATH, (picture(None, 3, None, None),), (), 512)
    assert image.shape == (1, 3, 512, 512)
    image, _ = read_inputs(PATH, (picture(None, None, 256, None),), (), 512)
    assert image.shape == (1, 3, 256, 256)


@pytest.mark.parametrize(
    ("inputs", "outputs", "words"),
    [
        ([picture(1, 3, 224, 224)], [Port("scores", "float32", (1, 1000))], r"gives no picture: scores float32 \(1, 1000\)"),
        ([picture(1, 3, 320, 320)], [picture(1, 1, 320, 320)], "gives pictures of 1 channel"),
        ([picture(1, 1, 320, 320)], [picture(1, 1, 320, 320)], "takes pictures of 1 channel"),
        ([picture(1, 3, 256, 512)], [picture(1, 3, 256, 512)], "takes pictures of 512x256; a face restorer's are square"),
        ([picture(1, 3, 32, 32)], [picture(1, 3, 128, 128)], "takes pictures of 32 px"),
        ([picture(1, 3, 256, 256)], [picture(1, 3, 128, 128)], "gives pictures of 128 px for those of 256"),
        ([picture(8, 3, 256, 256)], [picture(8, 3, 256, 256)], "takes 8 pictures at once"),
        ([picture(1, 3, 128, 128, name="target"), Port("source", "float32", (1, 512))], [], "wants more than a picture, and nobody knows"),
        ([picture(1, 3, 512, 512), Port("noise", "float32", (1,))], [], "wants more than a picture"),
        ([picture(1, 3, 512, 512), Port("w", "float32", (1, 512))], [], "wants more than a picture"),
        ([picture(1, 3, 512, 512), Port("w", "int64", (1,))], [], "wants more than a picture"),
        ([picture(1, 3, 64, 64, name="a"), picture(1, 3, 64, 64, name="b")], [], "takes 2 pictures"),
        ([Port("tokens", "int64", (1, 77))], [Port("tokens", "int64", (1, 77))], "takes no picture"),
        ([Port("anything", "float32", None)], [], "takes no picture"),
        ([picture(1, 3, 512, 512, dtype="float64")], [], "takes input float64"),
        ([picture(1, 3, 512, 512)], [picture(1, 3, None, None)], "does not say how large a picture it gives"),
        ([picture(64, 64, 3, name="image", dtype="uint8")], [picture(1, 3, 64, 64)], r"is the appearance\.onnx of a Puppet model"),
        (
            [picture(64, 64, 3, name="image", dtype="uint8")],
            [Port("points", "float32", (4, 2)), Port("jacobians", "float32", (4, 2, 2))],
            r"is the keypoints\.onnx of a Puppet model",
        ),
        ([Port("driving_points", "float32", (4, 2))], [picture(64, 64, 3, name="image")], r"is the animate\.onnx of a Puppet model"),
    ],
)
def test_others_are_told_why_they_are_none(inputs: list[Port], outputs: list[Port], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        read(inputs, outputs)
