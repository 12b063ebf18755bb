"""What a training loop tells while it runs."""

from pathlib import Path

import torch

from training.fitting.loss_log import LossLog
from training.fitting.session import Session


def test_a_line_tells_the_means_since_the_last_one(tmp_path: Path) -> None:
    with Session(tmp_path / "run", [], None, 300.0, None) as session:
        told = LossLog(session, "motion", 100, 0)
        assert not told.is_due()
        for value in (1.0, 3.0):
            told.add({"l1": torch.tensor(value)})
        told.write(20, 1e-3, 20)
        told.add({"l1": torch.tensor(5.0)})
        told.write(30, 1e-3, 30)
    lines = (tmp_path / "run" / "log.txt").read_text().splitlines()
    assert lines[0].startswith("motion 20/100 ") and lines[0].endswith("rate 1.0e-03 l1 2.0000")
    assert lines[1].startswith("motion 30/100 ") and lines[1].endswith("l1 5.0000")
