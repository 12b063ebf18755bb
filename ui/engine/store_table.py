"""Stored engines as a table."""

from collections.abc import Iterable, Mapping

from rich.markup import escape
from rich.table import Table

from engines.building.engine_key import EngineKey
from engines.building.engine_store import StoredEngine
from ui.engine.known_graphs import KnownGraph, graph_words


def store_table(engines: Iterable[StoredEngine], graphs: dict[str, KnownGraph], why: Mapping[str, str] | None = None) -> Table:
    """An engine a row: what it was built from and for, its size, how long it took, and what the gate said.

    `why`: by the digest of its key, words that stand in place of the gate's.
    """
    table = Table("graph", "precision", "engine and GPU", box=None, header_style="bold", pad_edge=False)
    table.add_column("MB", justify="right", no_wrap=True)
    table.add_column("built in s", justify="right", no_wrap=True)
    table.add_column("state")
    for stored in engines:
        words = why.get(stored.key.digest) if why else None
        table.add_row(
            escape(graph_words(stored.key, graphs)),
            stored.key.precision,
            escape(home_words(stored.key)),
            "" if stored.rejected else f"{stored.size / 1e6:.1f}",
            "elsewhere" if not stored.seconds else f"{stored.seconds:.1f}",
            escape(words) if words else state_words(stored),
        )
    return table


def home_words(key: EngineKey) -> str:
    """What an engine runs with and on."""
    return f"{key.runtime} {key.version}, {f'{key.gpu}, ' if key.gpu else ''}{key.chip}"


def state_words(stored: StoredEngine) -> str:
    """What the gate said of an engine, in Rich's markup."""
    if stored.rejected:
        return f"[red]refused:[/] {escape(stored.rejected)}"
    if stored.verdict is None:
        return "not judged yet"
    return f"passed, {stored.verdict.points:.1e}, {stored.verdict.psnr:.1f} dB"
