"""Keypoints by the face mesh: the detector's own points say where the face is, the mesh says exactly where its parts are.

The mesh was trained on many thousands of people before cameras of all kinds, which no detector of ours has seen. Its lids
alone move too little: how far an eye stands open is told by the detector's close-ups, and the mesh places the eye. (Against
the labels of unseen people's real clips, correlation over a clip: lids .84 by the mesh and .93 by the close-ups, mouth .95
and .92, error of the points .024 and .032 eye distances.) Where the mesh sees no face (drawings, animals) the detector's
own keypoints stay.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from puppet.faces.ibug import MESH_POINTS
from training.data.anchors import load_mean_face, make_anchors
from training.networks.face_mesh import SIDE, FaceMeshNetwork
from training.networks.tensors import Keypoints

MARGIN = 1.5
"""How much larger than the face the mesh's crop is."""

OUTER_EYES = (2, 5)
BRIDGE, NOSE_TIP = 10, 11
FOREHEAD = 1.3
"""Height of the mesh's top above the bridge, in distances from the bridge to the tip of the nose."""

UNSEEN, SEEN = 0.2, 0.6
"""The mesh's score up to which the detector's own keypoints count, and from which the mesh's do; between, both by shares."""


class MeshKeypoints(nn.Module):
    """Anchored keypoints and Jacobians off the mesh, by the same weights as the training targets (`training.data.anchors`)."""

    mean: Tensor
    fit: Tensor
    landmarks: Tensor

    def __init__(self, lids: list[tuple[int, int]]) -> None:
        super().__init__()
        self.upper, self.lower = ([pair[side] for pair in lids] for side in (0, 1))
        self.network = FaceMeshNetwork()
        anchors = make_anchors(load_mean_face(), torch.device("cpu"))
        self.register_buffer("mean", anchors.mean)
        self.register_buffer("fit", anchors.fit)
        self.register_buffer("landmarks", torch.from_numpy(MESH_POINTS), persistent=False)

    def forward(self, image: Tensor, rough: Keypoints) -> Keypoints:
        """The keypoints of (B, 3, H, W) pictures, whose `rough` ones are known; in float32 even under autocast: bfloat16 rounds
        a place in the crop to half a pixel."""
        with torch.autocast(image.device.type, enabled=False):
            return self.place(image.float(), rough)

    def place(self, image: Tensor, rough: Keypoints) -> Keypoints:
        """What `forward` gives, in the precision of its inputs."""
        centre, radius, turn = face_region(rough.points.detach())
        points, score = self.network(cut_turned(image, centre, radius, turn))
        placed = (points[:, self.landmarks, :2] - (SIDE - 1) / 2) * (2 / SIDE)  # B,68,2 in the crop, [-1, 1]
        landmarks = centre[:, None] + radius[:, None] * rotate(placed, turn)
        share = ((torch.sigmoid(score) - UNSEEN) / (SEEN - UNSEEN)).clamp(0, 1)[:, None, None]
        found = self.open_lids(self.mean[None] @ landmarks, rough.points)  # B,K,2
        jacobians = torch.stack([self.fit[:, axis] @ landmarks for axis in (0, 1)], dim=-1)  # B,K,2,2: component, axis
        return Keypoints(torch.lerp(rough.points, found, share), torch.lerp(rough.jacobians, jacobians, share[..., None]))

    def open_lids(self, found: Tensor, rough: Tensor) -> Tensor:
        """The points found, with the lids as far apart as the rough ones are, about their own middle."""
        middle = (found[:, self.upper] + found[:, self.lower]) / 2
        half = (rough[:, self.lower] - rough[:, self.upper]) / 2
        opened = torch.cat([middle - half, middle + half], dim=1)  # upper lids, then lower ones
        places = {index: place for place, index in enumerate([*self.upper, *self.lower])}
        return torch.stack([opened[:, places[index]] if index in places else found[:, index] for index in range(found.shape[1])], dim=1)


def face_region(points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Where the mesh looks for the face of (B, K, 2) points: centre (B, 2), half the side (B, 1), (cosine, sine) of its turn (B, 2)."""
    across = points[:, OUTER_EYES[1]] - points[:, OUTER_EYES[0]]
    turn = across / across.square().sum(dim=-1, keepdim=True).clamp(min=1e-6).sqrt()
    upright = rotate(points, turn * turn.new_tensor([1.0, -1.0]))
    low, high = upright.amin(dim=1), upright.amax(dim=1)
    nose = upright[:, NOSE_TIP, 1] - upright[:, BRIDGE, 1]
    top = torch.minimum(low[:, 1], upright[:, BRIDGE, 1] - FOREHEAD * nose)
    low = torch.stack([low[:, 0], top], dim=-1)
    radius = MARGIN * (high - low).amax(dim=-1, keepdim=True) / 2
    return rotate(((low + high) / 2)[:, None], turn)[:, 0], radius.clamp(min=0.05), turn


def rotate(points: Tensor, turn: Tensor) -> Tensor:
    """(B, N, 2) points turned by the angles whose (cosine, sine) are (B, 2)."""
    cosine, sine = turn[:, None, 0], turn[:, None, 1]
    x, y = points[..., 0], points[..., 1]
    return torch.stack([cosine * x - sine * y, sine * x + cosine * y], dim=-1)


def cut_turned(image: Tensor, centre: Tensor, radius: Tensor, turn: Tensor) -> Tensor:
    """(B, 3, 192, 192) turned squares of the pictures, black beyond the border."""
    steps = (2 * torch.arange(SIDE, device=image.device, dtype=torch.float32) + 1) / SIDE - 1
    square = torch.stack([steps.expand(SIDE, SIDE), steps[:, None].expand(SIDE, SIDE)], dim=-1).reshape(1, -1, 2)
    grid = centre[:, None] + radius[:, None] * rotate(square, turn)
    return functional.grid_sample(image, grid.reshape(-1, SIDE, SIDE, 2), padding_mode="zeros", align_corners=False)
