"""What each action does to a session. Actions of the window itself (its panels, full screen, quitting) are not here."""

from collections.abc import Callable
from typing import get_args

from puppet.errors import SettingsError
from puppet.settings import Emphasis, Shows
from ui.session.live_session import LiveSession

ZOOM, ZOOM_FINE = 0.05, 0.01
"""Steps of the driver's zoom, of 1."""

SHIFT, SHIFT_FINE = 0.02, 0.005
"""Steps of the driver's offset, in sides of the crop."""

STRENGTH = 0.1
OVERLAY = 0.1

Order = Callable[[LiveSession], None]


def step(setting: str, by: float) -> Order:
    """Change a number by a step, as far as its range allows."""

    def order(session: LiveSession) -> None:
        section, field = setting.split("__")
        value = round(getattr(getattr(session.settings, section), field) + by, 4)
        try:
            session.adjust(**{setting: value})
        except SettingsError:
            session.say(f"{_label(session, section, field)} is at its limit.")

    return order


def toggle(setting: str) -> Order:
    """Turn a setting on or off, and say so."""

    def order(session: LiveSession) -> None:
        section, field = setting.split("__")
        value = not getattr(getattr(session.settings, section), field)
        session.adjust(**{setting: value})
        session.say(f"{_label(session, section, field)}: {'on' if value else 'off'}")

    return order


def cycle_emphasis(session: LiveSession) -> None:
    """Whole motion, the head alone, the face alone, and round again."""
    kinds = get_args(Emphasis)
    following = kinds[(kinds.index(session.settings.motion.emphasis) + 1) % len(kinds)]
    session.adjust(motion__emphasis=following)
    session.say(f"Emphasis: {following}")


def cycle_shows(session: LiveSession) -> None:
    """The face alone, in its picture, everyone of the picture, and round again."""
    kinds = get_args(Shows)
    following = kinds[(kinds.index(session.settings.portraits.shows) + 1) % len(kinds)]
    session.adjust(portraits__shows=following)
    session.say({"face": "The face alone", "picture": "The whole picture", "everyone": "Everyone in the picture moves"}[following])


def swap_people(session: LiveSession) -> None:
    """Each of two people moves what the other one moved."""
    if session.settings.camera.people < 2:
        session.say("One person drives; set People to 2 to swap two.")
        return
    session.swap_people()
    session.say("Swapped: each of you moves the other face")


def toggle_calibration(session: LiveSession) -> None:
    """Look for the best neutral pose, or stop looking."""
    session.calibrate_by_itself(not session.calibrating)
    session.say("Looking for the moment in which you match the portrait best" if session.calibrating else "The neutral pose stays")


def recalibrate(session: LiveSession) -> None:
    """The present pose is the neutral one."""
    session.recalibrate()
    session.say("Your present pose is the neutral one")


def reset_crop(session: LiveSession) -> None:
    """The driver's crop as the model was trained on."""
    session.adjust(camera__zoom=1.0, camera__offset_x=0.0, camera__offset_y=0.0)


def _label(session: LiveSession, section: str, field: str) -> str:
    return str(type(getattr(session.settings, section)).model_fields[field].title)


ORDERS: dict[str, Order] = {
    **{f"portrait_{number}": lambda session, index=number - 1: session.rack.wear(index) for number in range(1, 11)},  # type: ignore[misc]
    "next_portrait": lambda session: session.rack.step(1),
    "previous_portrait": lambda session: session.rack.step(-1),
    "random_portrait": lambda session: session.rack.wear_any(),
    "reload_portraits": lambda session: session.rack.reload(),
    "cycle_shows": cycle_shows,
    "toggle_enhance": toggle("portraits__enhance"),
    "recalibrate": recalibrate,
    "auto_calibrate": toggle_calibration,
    "toggle_relative": toggle("motion__relative"),
    "toggle_adapt_scale": toggle("motion__adapt_scale"),
    "toggle_smoothing": toggle("motion__smoothing"),
    "cycle_emphasis": cycle_emphasis,
    "more_strength": step("motion__strength", STRENGTH),
    "less_strength": step("motion__strength", -STRENGTH),
    "zoom_in": step("camera__zoom", ZOOM),
    "zoom_out": step("camera__zoom", -ZOOM),
    "zoom_in_fine": step("camera__zoom", ZOOM_FINE),
    "zoom_out_fine": step("camera__zoom", -ZOOM_FINE),
    "move_left": step("camera__offset_x", -SHIFT),
    "move_right": step("camera__offset_x", SHIFT),
    "move_up": step("camera__offset_y", -SHIFT),
    "move_down": step("camera__offset_y", SHIFT),
    "move_left_fine": step("camera__offset_x", -SHIFT_FINE),
    "move_right_fine": step("camera__offset_x", SHIFT_FINE),
    "move_up_fine": step("camera__offset_y", -SHIFT_FINE),
    "move_down_fine": step("camera__offset_y", SHIFT_FINE),
    "reset_crop": reset_crop,
    "swap_people": swap_people,
    "mirror_driver": toggle("camera__mirror"),
    "mirror_output": toggle("output__mirror"),
    "more_overlay": step("portraits__overlay", OVERLAY),
    "less_overlay": step("portraits__overlay", -OVERLAY),
    "toggle_landmarks": toggle("view__landmarks"),
    "toggle_keypoints": toggle("view__keypoints"),
    "toggle_rate": toggle("view__rate"),
    "toggle_timings": toggle("view__timings"),
    "swap_views": toggle("view__swapped"),
    "toggle_driver": toggle("view__driver"),
    "toggle_output": lambda session: session.output.toggle(),
    "toggle_test_card": toggle("output__test_card"),
    "record": LiveSession.toggle_recording,
    "snapshot": LiveSession.snapshot,
    "record_take": LiveSession.toggle_take,
    "play_take": lambda session: session.takes.play(),
    "stop_take": lambda session: session.takes.stop_playing(),
    "arm_real_face": LiveSession.press_real_face,
}
"""By the name of the action."""
