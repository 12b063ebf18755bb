"""The 68 iBUG landmarks on the 468 points of the face mesh.

The table was written from the topology of the mesh and checked against labelled faces (mean error in outer-eye distances):
stills .025, real clips .024, rendered clips with exact geometry .053 (of which the jaw .103, elsewhere .036).
"""

import numpy as np

from puppet.motion import FloatArray

JAW = (127, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 356)
BROWS = (70, 63, 105, 66, 107, 336, 296, 334, 293, 300)
BRIDGE = (168, 197, 5, 4)
NOSTRILS = (98, 97, 2, 326, 327)
EYES = (33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380)
OUTER_LIPS = (61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181)
INNER_LIPS = (78, 82, 13, 312, 308, 317, 14, 87)

MESH_POINTS = np.array(JAW + BROWS + BRIDGE + NOSTRILS + EYES + OUTER_LIPS + INNER_LIPS)
"""The mesh point of each landmark, in iBUG order (68,)."""


def landmarks_from_mesh(mesh: FloatArray) -> FloatArray:
    """The landmarks (68, 2) of a mesh (468, 3), in its unit."""
    return np.ascontiguousarray(mesh[MESH_POINTS, :2])
