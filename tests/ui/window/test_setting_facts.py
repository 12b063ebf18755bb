"""What panels learn from the models that declare the settings."""

from pydantic import BaseModel, Field

from puppet.settings import LiveSettings, MotionSettings, OutputSettings, SafetySettings, unit
from ui.window.setting_facts import SettingFacts, settings_in


def facts_of(model: type[BaseModel]) -> dict[str, SettingFacts]:
    return {facts.name: facts for facts in settings_in(model, "part")}


def test_a_number_has_its_range_and_its_unit() -> None:
    facts = facts_of(MotionSettings)["part__min_cutoff"]
    assert (facts.kind, facts.title, facts.unit, facts.default) == ("number", "Calm", "Hz", 2.0)
    assert (facts.least, facts.greatest) == (0.05, 30)


def test_a_whole_number_has_its_step_and_a_long_unit_is_cut() -> None:
    facts = facts_of(OutputSettings)
    assert (facts["part__width"].kind, facts["part__width"].multiple) == ("whole", 2)
    assert facts["part__rate"].unit == "fps"


def test_options_bring_what_they_mean() -> None:
    facts = facts_of(SafetySettings)["part__when_lost"]
    assert facts.kind == "choice"
    assert facts.options == (("hold", "the last picture"), ("idle", "a calm motion"), ("card", "a written card"))


def test_words_have_their_longest_and_a_sentence() -> None:
    facts = facts_of(SafetySettings)["part__card_words"]
    assert (facts.kind, facts.longest, facts.sentence) == ("words", 80, "What the card says")


def test_sections_and_mappings_are_left_out_and_the_rest_keeps_its_order() -> None:
    class Some(BaseModel):
        sharp: bool = Field(default=True, title="Sharp")
        keys: dict[str, str] = Field(default_factory=dict)
        motion: MotionSettings = MotionSettings()
        gain: float = Field(default=0.5, gt=0, lt=3, json_schema_extra=unit("dB"))

    found = list(settings_in(Some))
    assert [(facts.name, facts.kind) for facts in found] == [("sharp", "switch"), ("gain", "number")]
    assert (found[1].least, found[1].greatest, found[1].unit) == (0, 3, "dB")


def test_what_lies_in_no_section_is_named_alone() -> None:
    assert {"model", "engine"} <= {facts.name for facts in settings_in(LiveSettings)}
