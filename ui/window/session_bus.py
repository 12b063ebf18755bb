"""The desktop's message bus (D-Bus), read as messages come in, by jeepney: from Python, Qt's own can't write what portals want to read."""

from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, QSocketNotifier

from puppet.errors import SettingsError

Heard = Callable[[tuple[Any, ...]], None]
"""What is done with a message's contents: plain values, tuples for structures, lists for arrays, (signature, value) for variants."""

Refused = Callable[[str], None]


class Target(NamedTuple):
    """Whose method is called."""

    name: str
    path: str
    interface: str


class Body(NamedTuple):
    """What a method is given: D-Bus signature and values; variants are (signature, value)."""

    signature: str = ""
    values: tuple[Any, ...] = ()


BUS = Target("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")


def ignore(answer: object) -> None:
    """For an answer that changes nothing."""


PATIENCE = 0.5
"""How long connecting may take, s; a local bus answers within a thousandth."""


class SessionBus:
    """One connection. GUI thread; only opening waits for an answer. `close` may be called twice."""

    def __init__(self, lost: Callable[[], None], owner: QObject) -> None:
        """`lost` is called when the bus goes away; `owner` may not end before this. Raises `SettingsError` where there is no bus."""
        try:
            import jeepney  # noqa: PLC0415  only where a portal is asked
            from jeepney.io.blocking import open_dbus_connection  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise SettingsError(
                f"Asking the desktop needs {error.name}, which is not installed.", "Install it: pip install jeepney."
            ) from error
        self._jeepney = jeepney
        try:
            self._connection = open_dbus_connection("SESSION", auth_timeout=PATIENCE)
        except Exception as error:  # what is missing, refused or nonsense here differs from system to system
            reason = str(error) or type(error).__name__
            raise SettingsError(
                f"The desktop's message bus can't be reached: {reason.rstrip('. ')}.", "Start Puppet within a desktop."
            ) from error
        self.name: str = self._connection.unique_name
        self._lost = lost
        self._waiting: dict[int, tuple[Heard, Refused]] = {}
        self._listeners: list[tuple[str, str, str, Heard]] = []
        self._notifier: QSocketNotifier | None = QSocketNotifier(self._connection.sock.fileno(), QSocketNotifier.Type.Read, owner)
        self._notifier.activated.connect(self._read)

    def call(self, target: Target, method: str, body: Body, answered: Heard, refused: Refused) -> None:
        """Call a method; `refused` hears the reason instead of an answer."""
        if self._notifier is None:
            refused("the bus is closed")
            return
        address = self._jeepney.DBusAddress(target.path, bus_name=target.name, interface=target.interface)
        serial = next(self._connection.outgoing_serial)
        self._waiting[serial] = (answered, refused)
        try:
            self._connection.send(self._jeepney.new_method_call(address, method, body.signature or None, body.values), serial=serial)
        except OSError as error:
            del self._waiting[serial]
            refused(str(error))

    def listen(self, path: str, interface: str, signal: str, heard: Heard) -> None:
        """Hear a signal of an object from now on; calls made after this can't outrun it."""
        self._listeners.append((path, interface, signal, heard))
        rule = f"type='signal',path='{path}',interface='{interface}',member='{signal}'"
        self.call(BUS, "AddMatch", Body("s", (rule,)), ignore, ignore)

    def close(self) -> None:
        """Hear and say no more."""
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None
            self._connection.close()
            self._waiting.clear()
            self._listeners.clear()

    def _read(self) -> None:
        while self._notifier is not None:
            try:
                message = self._connection.receive(timeout=0)
            except TimeoutError:
                return
            except OSError:
                self.close()
                self._lost()
                return
            self._dispatch(message)

    def _dispatch(self, message: Any) -> None:
        kinds, fields, header = self._jeepney.MessageType, self._jeepney.HeaderFields, message.header
        if header.message_type is kinds.signal:
            told = (header.fields.get(fields.path), header.fields.get(fields.interface), header.fields.get(fields.member))
            for *wanted, heard in list(self._listeners):
                if tuple(wanted) == told:
                    heard(message.body)
        elif header.message_type in (kinds.method_return, kinds.error):
            answered, refused = self._waiting.pop(header.fields.get(fields.reply_serial, -1), (None, None))
            if answered is None or refused is None:
                return
            if header.message_type is kinds.error:
                refused(str(message.body[0]) if message.body else str(header.fields.get(fields.error_name, "no reason given")))
            else:
                answered(message.body)
