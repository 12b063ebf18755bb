"""The two networks that are trained, stored and exported together, of whichever family."""

from typing import TYPE_CHECKING

from torch import nn

from training.configuration import Configuration, FommConfiguration
from training.networks.narrowing import narrow

if TYPE_CHECKING:
    from training.networks.compact import CompactDetector, CompactGenerator
    from training.networks.fomm_detector import FommDetector
    from training.networks.fomm_generator import FommGenerator


class NetworkPair(nn.Module):
    """A detector and the generator that understands its keypoints; `configuration` is what they were built from."""

    detector: "FommDetector | CompactDetector"
    generator: "FommGenerator | CompactGenerator"

    def __init__(
        self,
        configuration: Configuration,
        detector: "FommDetector | CompactDetector",
        generator: "FommGenerator | CompactGenerator",
    ) -> None:
        super().__init__()
        self.configuration = configuration
        self.detector = detector
        self.generator = generator


def build_networks(configuration: Configuration) -> NetworkPair:
    """Fresh networks, in training mode, as `configuration` says; a family's code is imported only when it is asked for."""
    if isinstance(configuration, FommConfiguration):
        from training.networks.fomm_detector import FommDetector  # noqa: PLC0415
        from training.networks.fomm_generator import FommGenerator  # noqa: PLC0415

        pair = NetworkPair(configuration, FommDetector(configuration), FommGenerator(configuration))
    else:
        from training.networks.compact import CompactDetector, CompactGenerator  # noqa: PLC0415

        pair = NetworkPair(configuration, CompactDetector(configuration), CompactGenerator(configuration))
    narrow(pair, configuration.widths)
    return pair
