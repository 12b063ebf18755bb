"""What the doctor's page says, as data: a part for each section, and what follows from all of them.

Every field has a default, which stands where nothing could be found out; the part's `unknown` then says why. Sizes are bytes.
"""

from pydantic import BaseModel, Field

from ui.doctor.part import STRICT, Part


class Extra(BaseModel):
    """An optional set of packages. lacks: those of them that are not installed."""

    name: str
    packages: dict[str, str] = Field(default_factory=dict, description="versions of those that are there")
    lacks: list[str] = Field(default_factory=list)


class Installation(Part):
    """Puppet itself, and the Python it runs on."""

    version: str = ""
    source: str = Field("", description="where its code lies, and which commit it is")
    python: str = ""
    packages: dict[str, str] = Field(default_factory=dict, description="versions of what every installation has")
    lacks: list[str] = Field(default_factory=list, description="those of them that are not installed")
    extras: list[Extra] = Field(default_factory=list)
    install: str = Field("", description="the line that installs an extra here, with NAME for its name")
    restore: str = Field("", description="the line that installs Puppet again here")


class Place(BaseModel):
    """A folder that Puppet keeps things in, whether it exists yet or not."""

    use: str
    folder: str
    free: int
    writable: bool


class System(Part):
    """The computer and its system."""

    name: str = ""
    kernel: str = ""
    desktop: str = Field("", description="desktop and session type")
    display: bool = Field(True, description="whether a window can be opened")
    window: str = Field("", description="version of Qt, where it loads")
    window_trouble: str = ""
    window_fix: str = ""
    processor: str = ""
    cores: str = ""
    instructions: list[str] = Field(default_factory=list, description="what of use to networks the processor knows, where the system tells")
    memory: int = 0
    memory_free: int = 0
    places: list[Place] = Field(default_factory=list)


class Gpu(BaseModel):
    """An NVIDIA GPU that the driver offers. chip: its compute capability, as "sm_86"."""

    name: str
    chip: str
    memory: int
    description: str = ""


class Graphics(Part):
    """Graphics cards, and what NVIDIA's driver says of its own."""

    cards: list[str] = Field(default_factory=list, description="NVIDIA cards in the machine, whether a driver answers or not")
    others: list[str] = Field(default_factory=list, description="cards of other makers")
    driver: str = Field("", description="version of NVIDIA's driver")
    cuda: str = Field("", description="version of CUDA that the driver brings")
    binding: str = Field("", description="the package that reaches the driver")
    gpus: list[Gpu] = Field(default_factory=list)
    trouble: str = Field("", description="why no GPU answers although there is a card")
    fix: str = ""


class DeviceFact(BaseModel):
    """Something that a runtime runs on."""

    name: str
    description: str
    precision: str


class RuntimeFact(BaseModel):
    """A runtime: its devices, or the reason why it has none."""

    name: str
    version: str = ""
    devices: list[DeviceFact] = Field(default_factory=list)
    reason: str = ""
    fix: str = ""
    ends: bool = Field(False, description="whether a run that loads it ends, by a crash or an error that nobody expects")


class Finding(BaseModel):
    """Something that should be mended. stops: whether a live run is impossible until it is."""

    says: str
    fix: str = ""
    stops: bool = False


class Automatic(BaseModel):
    """What the settings' engine comes to. chosen: empty where that is only known once engines were compared."""

    chosen: str = ""
    named: bool = Field(False, description="whether the settings name it")
    why: list[str] = Field(default_factory=list, description="a sentence for each candidate, or why none was chosen yet")
    passed_over: list[Finding] = Field(default_factory=list, description="what should run here and can't")
    to_build: list[str] = Field(default_factory=list, description="what must be built before it can be compared")


class Engines(Part):
    """Runtimes, what `auto` makes of them, and the engines that were built."""

    runtimes: list[RuntimeFact] = Field(default_factory=list)
    automatic: Automatic = Automatic()
    store: list[str] = Field(default_factory=list, description="each engine built, in words")
    store_size: int = 0


class ModelFact(BaseModel):
    """A model folder or a file of one. trouble: empty where its content is what its hashes say."""

    name: str
    description: str = ""
    embedded: bool = False
    chosen: bool = Field(False, description="whether the settings name it")
    trouble: str = ""
    fix: str = ""


class Models(Part):
    """Models of portraits, those that find faces, and those that only some settings ask for: the matte and the enhancer."""

    models: list[ModelFact] = Field(default_factory=list)
    faces: list[ModelFact] = Field(default_factory=list)
    mattes: list[ModelFact] = Field(default_factory=list)
    enhancers: list[ModelFact] = Field(default_factory=list)


class CameraFact(BaseModel):
    """A camera. trouble: why it can't be had now."""

    source: str
    name: str
    modes: str = Field("", description="the largest modes")
    taken: str = Field("", description="the mode that Puppet would take")
    trouble: str = ""
    fix: str = ""


class VirtualFact(BaseModel):
    """A virtual camera that Puppet can feed. trouble: what keeps it from being fed or seen."""

    name: str
    description: str = ""
    trouble: str = ""
    fix: str = ""


class Video(Part):
    """Cameras, and the virtual cameras that others see."""

    cameras: list[CameraFact] = Field(default_factory=list)
    virtual: list[VirtualFact] = Field(default_factory=list)
    driver: str = Field("", description="the driver of virtual cameras, its version and parameters")
    package: str = Field("", description="version of pyvirtualcam")
    missing: str = Field("", description="why there is no virtual camera")
    fix: str = ""


class Sound(Part):
    """Microphones."""

    microphones: list[str] = Field(default_factory=list)


class Keys(Part):
    """Who listens for keys while another program has the focus."""

    listener: str = ""
    wanted: bool = Field(False, description="whether the settings ask for global keys")
    trouble: str = ""
    fix: str = ""


class Belongings(Part):
    """What is the user's own, counted but not named."""

    settings: str = Field("", description="the settings file, and whether there is one")
    troubles: list[str] = Field(default_factory=list, description="what of the settings file can't be used")
    differs: list[str] = Field(default_factory=list, description="settings other than the usual ones; words of the user's own are left out")
    profiles: int = 0
    portraits: int = Field(0, description="the user's own pictures")
    bundled: int = Field(0, description="pictures that came with Puppet")
    portraits_trouble: str = ""


class Report(BaseModel):
    """The whole page."""

    model_config = STRICT

    puppet: Installation = Installation()
    system: System = System()
    graphics: Graphics = Graphics()
    engines: Engines = Engines()
    models: Models = Models()
    video: Video = Video()
    sound: Sound = Sound()
    keys: Keys = Keys()
    belongings: Belongings = Belongings()
    findings: list[Finding] = Field(default_factory=list)
    live: bool = Field(True, description="whether live use is possible")
    verdict: str = ""
    seconds: float = Field(0.0, description="how long looking took")
