"""Everything that a key can do in the live window, with the keys it has unless a person chose others.

Keys are Qt's portable text: `Shift+W`, `Ctrl+Alt+1`, `F11`; `Ctrl` is the Command key on macOS. Letters are those of avatarify where it
has the same control. Global keys hold Ctrl and Alt, which few programs use. Tab, Space and the arrows stay free for moving about.
"""

from typing import NamedTuple

from puppet.errors import SettingsError

PORTRAITS, POSE, CAMERA, OUTPUT, RECORDING, VIEW, PUPPET = "Portraits", "Motion", "Your camera", "Output", "Recording", "View", "Puppet"


class Action(NamedTuple):
    """One thing a key does: `key` while the window has the focus, `everywhere` while any window has it; empty for no key."""

    name: str
    title: str
    group: str
    key: str = ""
    everywhere: str = ""
    repeats: bool = False  # goes on while its key is held; global keys never do


def _portrait(number: int) -> Action:
    key = str(number % 10)
    return Action(f"portrait_{number}", f"Portrait {number}", PORTRAITS, key, f"Ctrl+Alt+{key}")


ACTIONS = (
    *(_portrait(number) for number in range(1, 11)),
    Action("next_portrait", "Next portrait", PORTRAITS, "D", "Ctrl+Alt+PgDown"),
    Action("previous_portrait", "Previous portrait", PORTRAITS, "A", "Ctrl+Alt+PgUp"),
    Action("random_portrait", "Any portrait", PORTRAITS, "Q"),
    Action("reload_portraits", "Look for new pictures", PORTRAITS, "L"),
    Action("cycle_shows", "Face, picture or everyone", PORTRAITS, "Y"),
    Action("toggle_enhance", "Sharper face on or off", PORTRAITS, "Shift+E"),
    Action("import_portrait", "Add a picture from a file", PORTRAITS, "Ctrl+O"),
    Action("paste_portrait", "Add the copied picture", PORTRAITS, "Ctrl+V"),
    Action("recalibrate", "Take this pose as neutral", POSE, "X", "Ctrl+Alt+X"),
    Action("auto_calibrate", "Find the neutral pose itself", POSE, "F"),
    Action("toggle_relative", "Relative motion on or off", POSE, "N"),
    Action("toggle_adapt_scale", "Adapt scale on or off", POSE, "B"),
    Action("toggle_smoothing", "Smoothing on or off", POSE, "M"),
    Action("cycle_emphasis", "Whole motion, head or face", POSE, "E"),
    Action("more_strength", "Stronger motion", POSE, "+", repeats=True),
    Action("less_strength", "Weaker motion", POSE, "-", repeats=True),
    Action("zoom_in", "Zoom in", CAMERA, "W", repeats=True),
    Action("zoom_out", "Zoom out", CAMERA, "S", repeats=True),
    Action("move_left", "Move left", CAMERA, "H", repeats=True),
    Action("move_down", "Move down", CAMERA, "J", repeats=True),
    Action("move_right", "Move right", CAMERA, "K", repeats=True),
    Action("move_up", "Move up", CAMERA, "U", repeats=True),
    Action("zoom_in_fine", "Zoom in a little", CAMERA, "Shift+W", repeats=True),
    Action("zoom_out_fine", "Zoom out a little", CAMERA, "Shift+S", repeats=True),
    Action("move_left_fine", "Move left a little", CAMERA, "Shift+H", repeats=True),
    Action("move_down_fine", "Move down a little", CAMERA, "Shift+J", repeats=True),
    Action("move_right_fine", "Move right a little", CAMERA, "Shift+K", repeats=True),
    Action("move_up_fine", "Move up a little", CAMERA, "Shift+U", repeats=True),
    Action("reset_crop", "Zoom and place as at first", CAMERA, "Shift+Z"),
    Action("swap_people", "Swap two people", CAMERA, "Shift+X"),
    Action("mirror_driver", "Mirror your picture", CAMERA, "R"),
    Action("toggle_output", "Virtual camera on or off", OUTPUT, "F5", "Ctrl+Alt+V"),
    Action("toggle_test_card", "Test card on or off", OUTPUT, "F6", "Ctrl+Alt+C"),
    Action("mirror_output", "Mirror what others see", OUTPUT, "T"),
    Action("arm_real_face", "Real face (press twice)", OUTPUT, "Ctrl+Shift+F"),
    Action("record", "Start or finish a recording", RECORDING, "Ctrl+R", "Ctrl+Alt+R"),
    Action("snapshot", "Save a picture", RECORDING, "Ctrl+S", "Ctrl+Alt+S"),
    Action("record_take", "Start or finish a motion take", RECORDING, "Ctrl+T"),
    Action("play_take", "Play the newest motion take", RECORDING, "Ctrl+P"),
    Action("stop_take", "Stop playing the take", RECORDING, "Ctrl+E"),
    Action("more_overlay", "Clearer portrait over yours", VIEW, "C", repeats=True),
    Action("less_overlay", "Fainter portrait over yours", VIEW, "Z", repeats=True),
    Action("toggle_landmarks", "Landmarks on or off", VIEW, "O"),
    Action("toggle_keypoints", "Keypoints on or off", VIEW, "P"),
    Action("toggle_rate", "Frames per second on or off", VIEW, "I"),
    Action("toggle_timings", "Latency graph on or off", VIEW, "G"),
    Action("toggle_driver", "Your picture on or off", VIEW, "V"),
    Action("swap_views", "Swap the two pictures", VIEW, "Shift+V"),
    Action("full_screen", "Full screen", VIEW, "F11"),
    Action("show_settings", "Settings", PUPPET, "Ctrl+,"),
    Action("show_keys", "These keys", PUPPET, "F1"),
    Action("quit", "Quit", PUPPET, "Ctrl+Q"),
)

GROUPS = tuple(dict.fromkeys(action.group for action in ACTIONS))

_BY_NAME = {action.name: action for action in ACTIONS}


def find_action(name: str) -> Action:
    """The action of this name. Raises `SettingsError`."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise SettingsError(f"There is no action {name!r}.", f"There are: {', '.join(_BY_NAME)}.") from None
