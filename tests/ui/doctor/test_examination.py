"""The whole examination: every part in the report, nothing private in it, and no failure that reaches the person."""

from collections.abc import Mapping

import pytest

from puppet.errors import SettingsError
from puppet.settings import LiveSettings, changed
from puppet.settings_file import save_settings, settings_path
from tests.ui.doctor.machines import machine
from ui.doctor import examination
from ui.doctor.apart import Order
from ui.doctor.discretion import Discretion
from ui.doctor.examination import examine
from ui.doctor.part import EVERYTHING, Part
from ui.doctor.report import Sound

PLAYED = machine()


class Apart:
    """Looks at a laptop, and remembers what it was asked."""

    order = Order()

    def __call__(self, order: Order) -> Mapping[str, Part]:
        self.order = order
        return {name: getattr(PLAYED, name) for name in ("system", "graphics", "engines", "video", "sound", "keys")}


def test_report_is_whole_and_has_its_verdict() -> None:
    report = examine(apart=Apart())
    assert report.live
    assert report.verdict.startswith("live use is possible here, on openvino CPU in f32.")
    assert report.puppet.version
    assert report.models.models[0].name == "compact-256"
    assert report.seconds >= 0


def test_settings_reach_those_who_look() -> None:
    settings_path().parent.mkdir(parents=True)
    save_settings(settings_path(), changed(LiveSettings(), engine="onnxruntime", camera__width=1280, keys__use_everywhere=True))
    apart = Apart()
    examine(apart=apart)
    assert (apart.order.engine, apart.order.camera.width, apart.order.global_keys) == ("onnxruntime", 1280, True)
    assert apart.order.folder.endswith("compact-256")


def test_profile_is_looked_at_and_a_model_that_is_nowhere_is_told() -> None:
    path = settings_path("stage")
    path.parent.mkdir(parents=True)
    save_settings(path, changed(LiveSettings(), model="nowhere"))
    apart = Apart()
    report = examine("stage", apart=apart)
    assert apart.order.folder == ""
    assert "There is no model called nowhere" in report.findings[0].says
    assert report.live
    with pytest.raises(SettingsError):
        examine("../stage", apart=apart)


def test_page_tells_no_names() -> None:
    def talkative(order: Order) -> Mapping[str, Part]:
        return {**Apart()(order), "sound": Sound(microphones=["Microphone of adalovelace", "analytical-engine:0"])}

    report = examine(apart=talkative, discretion=Discretion("/home" + "/adalovelace", "adalovelace", "analytical-engine"))
    assert report.sound.microphones == ["Microphone of USER", "HOST:0"]


def test_part_that_raises_becomes_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> Part:
        raise RuntimeError("out of luck")

    for name in ("look_at_installation", "look_at_models", "look_at_belongings", "read_settings"):
        monkeypatch.setattr(examination, name, broken)
    report = examine(apart=Apart())
    for part in (report.puppet, report.models, report.belongings):
        assert part.unknown == {EVERYTHING: "RuntimeError: out of luck"}
    assert any("out of luck" in finding.says for finding in report.findings)
