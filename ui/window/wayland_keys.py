"""Global keys on Wayland, where no program may listen to others: the desktop is asked for them through its portal.

The portal (`org.freedesktop.portal.GlobalShortcuts`) may ask the person first, may give other keys than those wished for, and may be
missing.
"""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from puppet.errors import SettingsError
from ui.desktop_entry import APPLICATION
from ui.keys.actions import find_action
from ui.keys.chord import parse_chord
from ui.keys.global_keys import OFF, Hearing, heard
from ui.keys.portal_trigger import portal_trigger
from ui.window.session_bus import Body, SessionBus, Target, ignore

PORTAL = "org.freedesktop.portal.Desktop"
DESKTOP = "/org/freedesktop/portal/desktop"
SHORTCUTS = Target(PORTAL, DESKTOP, "org.freedesktop.portal.GlobalShortcuts")
REGISTRY = Target(PORTAL, DESKTOP, "org.freedesktop.host.portal.Registry")
"""Lets a program say who it is; older portals have none, and what matters of its answer is told by the next call."""

SESSION = "org.freedesktop.portal.Session"

ASKING = Hearing(False, "Asking the desktop for global keys …", "It may show a window of its own.")

_tokens = itertools.count(1)


class WaylandKeys(QObject):
    """Asks when it is started, and gives everything back when it is stopped; both may be called in any order and number. GUI thread.

    `fire` hears the name of an action. What stands in the way is not raised: `hearing` tells it, and `hearing_changed` when it is another.
    """

    hearing_changed = Signal()

    def __init__(self, actions: Mapping[str, str], fire: Callable[[str], None], parent: QObject | None = None) -> None:
        """`actions`: names of actions by the portable text of their keys, as `KeyMap.everywhere` gives them. Raises `SettingsError`."""
        super().__init__(parent)
        self._triggers = {name: portal_trigger(parse_chord(key)) for key, name in actions.items()}
        self._fire = fire
        self._bus: SessionBus | None = None
        self._session = ""
        self._hearing = OFF

    @property
    def hearing(self) -> Hearing:
        """How it stands now."""
        return self._hearing

    def start(self) -> None:
        """Ask the desktop, if that is not done yet; its answer comes later."""
        if self._bus is not None:
            return
        try:
            self._bus = SessionBus(lambda: self._give_up("the message bus went away", "Turn global keys off and on again."), self)
        except SettingsError as error:
            self._tell(Hearing(False, error.sentence, error.hint))
            return
        self._tell(ASKING)
        self._bus.call(REGISTRY, "Register", Body("sa{sv}", (APPLICATION, {})), ignore, ignore)
        self._bus.listen(DESKTOP, SHORTCUTS.interface, "Activated", self._activated)
        self._request("CreateSession", Body("a{sv}"), self._opened, {"session_handle_token": ("s", _token())})

    def stop(self) -> None:
        """Give the keys back."""
        if self._bus is not None and self._session:
            self._bus.call(Target(PORTAL, self._session, SESSION), "Close", Body(), ignore, ignore)
        self._let_go()
        self._tell(OFF)

    # What the portal is asked, one after another

    def _request(self, method: str, body: Body, granted: Callable[[dict[str, Any]], None], options: dict[str, Any]) -> None:
        """Call a method whose outcome comes by a signal of a request object, whose path follows from our name and token."""
        assert self._bus is not None
        token = _token()
        path = f"{DESKTOP}/request/{self._bus.name[1:].replace('.', '_')}/{token}"
        self._bus.listen(path, "org.freedesktop.portal.Request", "Response", lambda answer: self._answered(answer, granted))
        whole = Body(body.signature, (*body.values, {"handle_token": ("s", token), **options}))
        self._bus.call(SHORTCUTS, method, whole, ignore, self._refused)

    def _answered(self, answer: tuple[Any, ...], granted: Callable[[dict[str, Any]], None]) -> None:
        code, results = answer
        if code == 0:
            granted({name: value for name, (_, value) in results.items()})
        elif code == 1:
            self._give_up("you declined", "Turn global keys off and on to be asked again.")
        else:
            self._give_up("the desktop ended the request", "Turn global keys off and on to try again.")

    def _opened(self, results: dict[str, Any]) -> None:
        assert self._bus is not None
        self._session = str(results["session_handle"])
        self._bus.listen(self._session, SESSION, "Closed", lambda _: self._give_up("the desktop took them back", ""))
        wishes = []
        for name, trigger in self._triggers.items():
            wish = {"description": ("s", find_action(name).title)}
            wishes.append((name, wish | ({"preferred_trigger": ("s", trigger)} if trigger else {})))
        self._request("BindShortcuts", Body("oa(sa{sv})sa{sv}", (self._session, wishes, "")), self._bound, {})

    def _bound(self, results: dict[str, Any]) -> None:
        given = results.get("shortcuts", [])
        if not given:
            self._give_up("the desktop gave none", "Look for Puppet in the desktop's settings of the keyboard.")
            return
        self._tell(heard(len(given))._replace(hint="Which keys they are is up to the desktop: see its settings of the keyboard."))

    # What the portal says

    def _activated(self, told: tuple[Any, ...]) -> None:
        session, name = told[0], told[1]
        if session == self._session and name in self._triggers:
            self._fire(name)

    def _refused(self, reason: str) -> None:
        if "GlobalShortcuts" in reason or "not provided by any" in reason:
            self._give_up("this desktop has no portal for them", "KDE Plasma, GNOME 48 and Hyprland have one; an X11 session needs none.")
        elif "app id" in reason.lower():
            self._give_up(
                "the desktop does not know who asks",
                "Add Puppet to the desktop's menu, by puppet-live --install-desktop-entry, or start it from there.",
            )
        else:
            self._give_up(reason.rstrip(". "), "")

    def _give_up(self, reason: str, hint: str) -> None:
        self._let_go()
        self._tell(Hearing(False, f"Global keys can't be had: {reason}.", hint))

    def _let_go(self) -> None:
        if self._bus is not None:
            self._bus.close()
        self._bus, self._session = None, ""

    def _tell(self, hearing: Hearing) -> None:
        if hearing != self._hearing:
            self._hearing = hearing
            self.hearing_changed.emit()


def _token() -> str:
    return f"puppet_{next(_tokens)}"
