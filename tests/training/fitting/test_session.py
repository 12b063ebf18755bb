"""A call of the trainer: one at a time in a folder, ended by a signal at once and by a second one for good."""

import signal
from pathlib import Path

import pytest

from puppet.errors import TrainingError
from training.fitting.session import InterruptedRunError, Session


def session(folder: Path, **options: bool) -> Session:
    return Session(folder, [], None, 300.0, None, **options)


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    with session(tmp_path) as first:
        first.log("one line")
        with pytest.raises(TrainingError, match="Another run is at work in") as caught, session(tmp_path):
            pass
        assert "--run" in caught.value.hint
        first.log("another")
    assert (tmp_path / "log.txt").read_text() == "one line\nanother\n"
    with session(tmp_path):
        pass


def test_who_does_not_lead_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with session(tmp_path / "run", leads=False) as follower:
        follower.log("unheard")
        assert not follower.is_over
    assert not (tmp_path / "run").exists()
    assert not capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_is_a_wish_and_the_second_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    heard: list[int] = []
    before = signal.signal(number, lambda given, _: heard.append(given))
    try:
        with session(tmp_path) as run:
            run.check()
            signal.raise_signal(number)
            assert run.is_over and run.is_interrupted and not heard
            with pytest.raises(InterruptedRunError):
                run.check()
            signal.raise_signal(number)
            assert heard == [number]
    finally:
        signal.signal(number, before)


def test_among_processes_every_signal_is_a_wish(tmp_path: Path) -> None:
    with session(tmp_path, alone=False) as run:
        for _ in range(3):
            signal.raise_signal(signal.SIGINT)
        assert run.is_interrupted


def test_time_limit_is_no_interruption(tmp_path: Path) -> None:
    with Session(tmp_path, [], -1.0, 300.0, None) as run:
        assert run.is_over
        assert not run.is_interrupted
        run.check()
