"""A portal for global keys, drawn up for tests: `python fake_portal.py MODE`, on the session bus that the environment names.

Writes a line of JSON for every call; a line on its input that names a shortcut presses it, `close` closes the session. Modes: grant,
decline, empty, nameless (it wants to know who asks) and without (no such portal).
"""

import json
import os
import select
import sys
from typing import Any

from jeepney import DBusAddress, HeaderFields, Message, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection

DESKTOP = "/org/freedesktop/portal/desktop"
SHORTCUTS = DBusAddress(DESKTOP, interface="org.freedesktop.portal.GlobalShortcuts")


def tell(**values: Any) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


class Portal:
    def __init__(self, bus: DBusConnection, mode: str) -> None:
        self.bus, self.mode, self.session = bus, mode, ""

    def hear(self, call: Message) -> None:
        fields = call.header.fields
        method, sender = fields[HeaderFields.member], fields[HeaderFields.sender]
        tell(method=method, body=call.body, path=fields[HeaderFields.path])
        answer = getattr(self, f"on_{method}", None)
        if answer is None or (self.mode == "without" and "Shortcuts" in fields[HeaderFields.interface]):
            words = f"No such interface “{fields[HeaderFields.interface]}” on object at path {DESKTOP}"
            self.bus.send(new_error(call, "org.freedesktop.DBus.Error.UnknownMethod", "s", (words,)))
        else:
            answer(call, sender[1:].replace(".", "_"))

    def respond(self, call: Message, sender: str, code: int, results: dict[str, Any]) -> None:
        path = f"{DESKTOP}/request/{sender}/{call.body[-1]['handle_token'][1]}"
        self.bus.send(new_method_return(call, "o", (path,)))
        self.bus.send(new_signal(DBusAddress(path, interface="org.freedesktop.portal.Request"), "Response", "ua{sv}", (code, results)))

    def on_Register(self, call: Message, sender: str) -> None:  # noqa: N802
        self.bus.send(new_method_return(call))

    def on_CreateSession(self, call: Message, sender: str) -> None:  # noqa: N802
        if self.mode == "nameless":
            self.bus.send(new_error(call, "org.freedesktop.portal.Error.NotAllowed", "s", ("An app id is required",)))
            return
        self.session = f"{DESKTOP}/session/{sender}/{call.body[0]['session_handle_token'][1]}"
        self.respond(call, sender, 0, {"session_handle": ("s", self.session)})

    def on_BindShortcuts(self, call: Message, sender: str) -> None:  # noqa: N802
        given = [] if self.mode == "empty" else [(name, {"trigger_description": ("s", "as wished")}) for name, _ in call.body[1]]
        self.respond(call, sender, 1 if self.mode == "decline" else 0, {"shortcuts": ("a(sa{sv})", given)})

    def on_Close(self, call: Message, sender: str) -> None:  # noqa: N802
        self.bus.send(new_method_return(call))

    def press(self, name: str) -> None:
        if name == "close":
            self.bus.send(new_signal(DBusAddress(self.session, interface="org.freedesktop.portal.Session"), "Closed", "a{sv}", ({},)))
        else:
            self.bus.send(new_signal(SHORTCUTS, "Activated", "osta{sv}", (self.session, name, 12, {})))


def main() -> None:
    with open_dbus_connection("SESSION") as bus:
        bus.send_and_get_reply(message_bus.RequestName("org.freedesktop.portal.Desktop"))
        portal = Portal(bus, sys.argv[1])
        tell(method="ready")
        while True:
            ready, _, _ = select.select([bus.sock, sys.stdin], [], [])
            if sys.stdin in ready:
                lines = os.read(0, 4096).decode()
                if not lines:
                    return
                for name in lines.split():
                    portal.press(name)
            while bus.sock in ready:
                try:
                    message = bus.receive(timeout=0)
                except TimeoutError:
                    break
                if message.header.message_type is MessageType.method_call:
                    portal.hear(message)


if __name__ == "__main__":
    main()
