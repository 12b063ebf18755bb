"""A session on drawn parts, and a way to let it live until something holds."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.session_parts import Watch, make_session, write_portraits
from ui.session.live_session import LiveSession


@pytest.fixture
def pictures(tmp_path: Path) -> tuple[Path, ...]:
    return write_portraits(tmp_path)


@pytest.fixture
def session(tmp_path: Path, pictures: tuple[Path, ...]) -> Iterator[LiveSession]:
    with make_session(tmp_path, pictures) as session:
        yield session


@pytest.fixture
def watch(session: LiveSession) -> Watch:
    """Lets the session live until something holds. Fails when it does not in time."""

    def watch(condition: Callable[[], object]) -> None:
        deadline = time.perf_counter() + 8.0
        while not condition():
            assert time.perf_counter() < deadline, f"it never came to be; {session.notice}"
            session.look()
            time.sleep(0.005)

    return watch
