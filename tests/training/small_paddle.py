"""Checkpoints as PaddleGAN writes them, made of networks of ours."""

import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from training.configuration import FommConfiguration
from training.networks.pair import NetworkPair

Arrays = dict[str, npt.NDArray[Any]]
Rule = tuple[str, str | Callable[[re.Match[str]], str]]

LIGHT: tuple[Rule, ...] = (
    (r"blocks\.(\d+)\.conv\.depthwise\.", r"blocks.\1.conv."),
    (r"blocks\.(\d+)\.conv\.depthwise_norm\.", r"blocks.\1.norm."),
    (r"blocks\.(\d+)\.conv\.pointwise\.", r"blocks.\1.conv1."),
    (r"blocks\.(\d+)\.conv\.pointwise_norm\.", r"blocks.\1.norm1."),
    (r"\.r(\d+)\.norm\.", r".r\1.norm1."),
    (r"\.r(\d+)\.widen\.", r".r\1.conv_pw."),
    (r"\.r(\d+)\.widen_norm\.", r".r\1.norm_pw."),
    (r"\.r(\d+)\.depthwise\.", r".r\1.conv_dw."),
    (r"\.r(\d+)\.depthwise_norm\.", r".r\1.norm_dw."),
    (r"\.r(\d+)\.narrow\.", r".r\1.conv_pw_linear."),
    (r"\.r(\d+)\.narrow_norm\.", r".r\1.norm_pw_linear."),
    (r"^first\.([036])\.", lambda found: f"first.{int(found[1]) // 3}.conv."),
    (r"^first\.([147])\.", lambda found: f"first.{int(found[1]) // 3}.norm."),
)


def paddle_name(key: str, rules: tuple[Rule, ...]) -> str:
    """PaddleGAN's name for a weight; the first rule that fits is taken."""
    rule = next((rule for rule in rules if re.search(rule[0], key)), None)
    renamed = re.sub(*rule, key) if rule else key
    return renamed.replace("running_mean", "_mean").replace("running_var", "_variance")


def paddle_weights(pair: NetworkPair) -> dict[str, Any]:
    """A pair's weights as arrays by PaddleGAN's names, with the table of names that Paddle keeps beside them."""
    light = isinstance(pair.configuration, FommConfiguration) and pair.configuration.separable
    content: dict[str, Any] = {"epoch": 3, "optimizer_Gen": {"LR_Scheduler": {"last_epoch": 3, "last_lr": np.float64(2e-4)}}}
    for part, network in (("kp_detector", pair.detector), ("generator", pair.generator)):
        named: Arrays = {}
        for key, tensor in network.state_dict().items():
            if key.endswith("num_batches_tracked"):
                continue
            named[paddle_name(key, LIGHT if light else ())] = tensor.numpy()
        content[part] = {**named, "StructuredToParameterName@@": {key: f"batch_norm2d_{index}.w_0" for index, key in enumerate(named)}}
    return content


def saved_paddle(path: Path, content: object, protocol: int = 4) -> Path:
    """`content` as Paddle saves it at `path`."""
    path.write_bytes(pickle.dumps(content, protocol=protocol))
    return path
