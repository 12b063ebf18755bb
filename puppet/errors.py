"""Every error that a person can meet, in one tree.

PuppetError
├── MediaError        a picture, video or folder that can't be read or written
├── FaceError         a picture or clip in which no face was found
├── CameraError       a camera that can't be opened or was lost for good
├── OutputError       a virtual camera or microphone that can't be opened
├── ModelError        a model folder or checkpoint that is missing, damaged or of the wrong kind
├── EngineError       a runtime that is missing or can't run a graph
├── SettingsError     a setting out of its range or unknown
└── TrainingError     data, recipe or run that training can't go on with

Each carries a sentence that says what was wrong and where, and a hint that says what to do. Commands print both and
exit with `EXIT_CODE`; nothing prints a traceback for them. Expected absence (no face in a live frame, no new frame)
is a value, not an error.
"""

EXIT_CODE = 2
"""Exit status of a command that ended with a `PuppetError`."""


class PuppetError(Exception):
    """Something a person can understand and mend: `sentence` says what, `hint` says what to do (may be empty)."""

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.sentence} {self.hint}".strip()


class MediaError(PuppetError):
    """A picture, video or folder that can't be read or written."""


class FaceError(PuppetError):
    """A picture or clip in which no face was found."""


class CameraError(PuppetError):
    """A camera that can't be opened or was lost for good."""


class OutputError(PuppetError):
    """A virtual camera or microphone that can't be opened or is gone."""


class ModelError(PuppetError):
    """A model folder or checkpoint that is missing, damaged or of the wrong kind."""


class EngineError(PuppetError):
    """A runtime that is missing or can't run a graph."""


class SettingsError(PuppetError):
    """A setting that is out of its range or unknown."""


class TrainingError(PuppetError):
    """Data, a recipe or a run that training can't go on with."""
