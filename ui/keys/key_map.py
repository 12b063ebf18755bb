"""Which key does what: the table's keys with those a person chose laid over them."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from puppet.errors import SettingsError
from puppet.settings import KeySettings
from ui.keys.actions import ACTIONS, Action, find_action
from ui.keys.chord import Chord, parse_chord

Reach = Literal["window", "everywhere"]
"""Where a key works: while the window has the focus, or while any window has it."""

REACHES: tuple[Reach, ...] = ("window", "everywhere")

WORDS = {"window": "key", "everywhere": "global key"}


class Plan(NamedTuple):
    """A key as it would be given: the settings that result, from whom it is taken, and what speaks against it; empty for nothing."""

    settings: KeySettings
    taken: str
    warning: str

    @property
    def is_plain(self) -> bool:
        """Whether nothing is to be asked first."""
        return not (self.taken or self.warning)


class KeyMap:
    """Made anew from the settings at each change. A key does one thing only, be it the window's or global.

    `troubles` tells in words what the settings hold that could not be followed: unknown actions and texts that name no key. Neither these
    nor conflicts stop anything: the rest of the keys work.
    """

    def __init__(self, settings: KeySettings | None = None) -> None:
        self.settings = settings or KeySettings()
        self.troubles: list[str] = []
        self._conflicts: list[str] = []
        self._chords: dict[tuple[Reach, str], Chord] = {}
        self._actions: dict[Chord, tuple[Reach, str]] = {}
        for chosen in (True, False):  # a person's choice comes before the table's
            for action in ACTIONS:
                for reach in REACHES:
                    if (action.name in _chosen(self.settings, reach)) is chosen:
                        self._give(action, reach)
        self._tell_unknown()

    # What is asked

    def key_of(self, action: str, reach: Reach = "window") -> str:
        """The portable text of an action's key; empty for none."""
        chord = self._chords.get((reach, find_action(action).name))
        return chord.text if chord else ""

    def action_of(self, key: str, reach: Reach = "window") -> str | None:
        """The action that a key does; None for no action or no key."""
        try:
            held = self._actions.get(parse_chord(key))
        except SettingsError:
            return None
        return held[1] if held and held[0] == reach else None

    def window(self) -> Mapping[str, str]:
        """Actions by the portable text of their keys in the window."""
        return self._all("window")

    def everywhere(self) -> Mapping[str, str]:
        """Actions by the portable text of their global keys."""
        return self._all("everywhere")

    def conflicts(self) -> list[str]:
        """Keys that the settings give to two actions, in words: who keeps it and who goes without."""
        return list(self._conflicts)

    def is_changed(self, action: str) -> bool:
        """Whether a person chose a key of this action."""
        return any(action in _chosen(self.settings, reach) for reach in REACHES)

    # What is changed; all return settings and leave this map alone

    def plan(self, action: str, key: str, reach: Reach = "window") -> Plan:
        """What giving this key would mean. Raises `SettingsError` where the text names no key or no action has this name."""
        wanted, chord = find_action(action), parse_chord(key)
        settings = _with(self.settings, wanted, reach, chord.text)
        holder = self._actions.get(chord)
        if holder is None or holder == (reach, wanted.name):
            return Plan(settings, "", _warning(chord, reach))
        other = find_action(holder[1])
        taken = f"{chord.text} is the {WORDS[holder[0]]} of “{other.title}”, which would go without."
        return Plan(_with(settings, other, holder[0], ""), taken, _warning(chord, reach))

    def rebind(self, action: str, key: str, reach: Reach = "window") -> KeySettings:
        """Settings in which the action has this key. Raises `SettingsError` with what `plan` would ask first."""
        plan = self.plan(action, key, reach)
        if not plan.is_plain:
            raise SettingsError(" ".join(filter(None, (plan.taken, plan.warning))), "Choose another key, or agree to it.")
        return plan.settings

    def unbind(self, action: str, reach: Reach = "window") -> KeySettings:
        """Settings in which the action has no key."""
        return _with(self.settings, find_action(action), reach, "")

    def reset(self, action: str) -> KeySettings:
        """Settings in which the action has the table's keys again, taken back from whoever has them."""
        wanted = find_action(action)
        settings = self.settings
        for reach in REACHES:
            settings = _with(settings, wanted, reach, _usual(wanted, reach))
            usual = _usual(wanted, reach)
            holder = self._actions.get(parse_chord(usual)) if usual else None
            if holder is not None and holder != (reach, wanted.name):
                settings = _with(settings, find_action(holder[1]), holder[0], "")
        return settings

    def reset_all(self) -> KeySettings:
        """Settings with the table's keys; whether global keys are on stays."""
        return KeySettings(use_everywhere=self.settings.use_everywhere)

    # How it is made

    def _all(self, reach: Reach) -> dict[str, str]:
        return {chord.text: name for chord, (where, name) in self._actions.items() if where == reach}

    def _give(self, action: Action, reach: Reach) -> None:
        text = _chosen(self.settings, reach).get(action.name, _usual(action, reach))
        if not text:
            return
        try:
            chord = parse_chord(text)
        except SettingsError as error:
            self.troubles.append(f"“{action.title}” keeps no {WORDS[reach]}: {error.sentence} {error.hint}")
            return
        holder = self._actions.get(chord)
        if holder is None:
            self._actions[chord] = (reach, action.name)
            self._chords[reach, action.name] = chord
            return
        other = find_action(holder[1])
        self._conflicts.append(
            f"{chord.text} is the {WORDS[holder[0]]} of “{other.title}”, which keeps it, and the {WORDS[reach]} of “{action.title}”."
        )

    def _tell_unknown(self) -> None:
        known = {action.name for action in ACTIONS}
        for reach in REACHES:
            for name in _chosen(self.settings, reach):
                if name not in known:
                    self.troubles.append(f"The settings give a {WORDS[reach]} to {name!r}, which is nothing that Puppet can do.")


def _chosen(settings: KeySettings, reach: Reach) -> Mapping[str, str]:
    return settings.window if reach == "window" else settings.everywhere


def _usual(action: Action, reach: Reach) -> str:
    return action.key if reach == "window" else action.everywhere


def _with(settings: KeySettings, action: Action, reach: Reach, key: str) -> KeySettings:
    """Settings in which the action has this key; what is as in the table is not written down."""
    chosen = {name: text for name, text in _chosen(settings, reach).items() if name != action.name}
    if key != _usual(action, reach):
        chosen[action.name] = key
    return settings.model_copy(update={reach: chosen})


def _warning(chord: Chord, reach: Reach) -> str:
    """What speaks against a key; empty for nothing."""
    if reach == "everywhere" and chord.is_bare:
        return f"{chord.text} is pressed in other programs too: without Ctrl or Alt it acts wherever you type it."
    if reach == "window" and chord.key in ("Tab", "Backtab") and chord.is_bare:
        return f"{chord.text} then no longer moves from one control to the next."
    return ""
