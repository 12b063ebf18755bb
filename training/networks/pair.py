"""The two networks that are trained, stored and exported together, of whichever family."""

from typing import TYPE_CHECKING

from torch import nn

from training.configuration import CompactConfiguration, Configuration, FommConfiguration
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


def add_fine_head(pair: NetworkPair, wanted: Configuration) -> NetworkPair:
    """The pair for pictures of twice the side, with a fine head that has learnt nothing yet, where `wanted` has one and `pair` has none."""
    ours = pair.configuration
    if (
        not isinstance(ours, CompactConfiguration)
        or not isinstance(wanted, CompactConfiguration)
        or ours.fine_width
        or not wanted.fine_width
    ):
        return pair
    fine = {"side": 2 * ours.side, "fine_width": wanted.fine_width, "fine_blocks": wanted.fine_blocks}
    grown = build_networks(ours.model_copy(update=fine))
    grown.load_state_dict(pair.state_dict(), strict=False)
    return grown.eval()


def without_face(pair: NetworkPair, wanted: Configuration) -> NetworkPair:
    """The pair without the parts that know faces alone (close-ups, face mesh) where `pair` has any and `wanted` has none of them.

    What is left sees any kind of picture: its keypoints are free to find other places, and the generator follows them as it learnt to.
    The sides of its pictures, of what its detector sees and of the grid of motion are those of `wanted`: they have no weights.
    """
    ours = pair.configuration
    if (
        not isinstance(ours, CompactConfiguration)
        or not isinstance(wanted, CompactConfiguration)
        or not (ours.eyes or ours.face_mesh)
        or wanted.eyes
        or wanted.face_mesh
    ):
        return pair
    sides = {"side": wanted.side, "detector_side": wanted.detector_side, "motion_grid": wanted.motion_grid}
    faceless = build_networks(ours.model_copy(update={"eyes": (), "mouth": (), "lips": (), "face_mesh": False, **sides}))
    faceless.load_state_dict({name: value for name, value in pair.state_dict().items() if name in faceless.state_dict()})
    return faceless.eval()
