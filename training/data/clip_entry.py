"""What is known of a clip before it is decoded: one line of a pack's index, or one item of a folder of clips."""

from pathlib import Path

from pydantic import BaseModel, Field


class ClipEntry(BaseModel):
    """One clip of a data set; what a line of the index says beyond these fields is ignored.

    clip: its path in the pack. frames: how many it has, None where nobody counted. landmarks: how they were had, "none" where
    there is no file of them.
    Of rendered clips: still (path of the photograph), source_yaw (its turn, 0 frontal), landmark_check (median gap, in eye
    distances, between exact and tracked landmarks). Of prepared clips: source, start and end in it (s), size of the face and of the
    crop in the source (px), blur (0 sharp to 1).
    """

    clip: str = Field(min_length=1)
    identity: str
    split: str = "train"
    frames: int | None = Field(default=None, ge=0)
    landmarks: str = "tracked"
    still: str | None = None
    source_yaw: float = 0.0
    landmark_check: float = 0.0
    tier: str = ""
    source: str = ""
    start: float = 0.0
    end: float = 0.0
    face: float | None = None
    crop: float | None = None
    blur: float | None = None

    @property
    def has_landmarks(self) -> bool:
        """Whether a file of landmarks lies beside the clip."""
        return self.landmarks != "none"

    @property
    def real(self) -> bool:
        """Whether the clip is a recording, with tracked landmarks; a rendered one has exact landmarks."""
        return Path(self.clip).parts[0] == "real"


class RecordedEntry(ClipEntry):
    """A clip that is a recording wherever it lies."""

    @property
    def real(self) -> bool:
        """True."""
        return True
