"""A checkpoint's networks behind the `Animator` protocol, run by torch: for judging what is not exported yet."""

import numpy as np
import torch
from torch import Tensor

from puppet.contract import ModelCard
from puppet.errors import EngineError
from puppet.motion import Motion
from puppet.picture import Picture, freeze
from training.exporting.export_graphs import picture_from_prediction, planes_from_picture
from training.networks.pair import NetworkPair
from training.networks.tensors import Appearance, Keypoints


class TorchAnimator:
    """Networks in evaluation mode that wear one portrait at a time; used on one thread."""

    def __init__(self, networks: NetworkPair, card: ModelCard, device: torch.device) -> None:
        self._networks = networks.eval().to(device)
        self._card = card
        self._device = device
        self._worn: tuple[Appearance, Keypoints] | None = None

    @property
    def card(self) -> ModelCard:
        """What the model is."""
        return self._card

    def _planes(self, picture: Picture) -> Tensor:
        return planes_from_picture(torch.from_numpy(picture.copy()).to(self._device))

    @torch.no_grad()
    def detect(self, picture: Picture) -> Motion:
        """The motion seen in a (side, side, 3) crop."""
        return _motion(self._networks.detector(self._planes(picture)))

    @torch.no_grad()
    def wear(self, portrait: Picture) -> Motion:
        """Encode a portrait; its features stay on the device."""
        image = self._planes(portrait)
        found = self._networks.detector(image)
        self._worn = (self._networks.generator.encode(image), found)
        return _motion(found)

    @torch.no_grad()
    def animate(self, posed: Motion) -> Picture:
        """The worn portrait in the pose given. Raises `EngineError` before the first `wear`."""
        if self._worn is None:
            raise EngineError("No portrait is worn yet.", "Call wear first.")
        appearance, source = self._worn
        driving = Keypoints(*(torch.from_numpy(np.asarray(part, np.float32)).to(self._device)[None] for part in posed))
        prediction = self._networks.generator.animate(appearance, source, driving).prediction[0]
        return freeze(picture_from_prediction(prediction.permute(1, 2, 0)).cpu().numpy())

    def close(self) -> None:
        """Let the portrait's features go."""
        self._worn = None


def _motion(found: Keypoints) -> Motion:
    return Motion(found.points[0].cpu().numpy(), found.jacobians[0].cpu().numpy())
