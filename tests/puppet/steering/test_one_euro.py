"""The One-Euro filter: calm at rest, quick in motion."""

import numpy as np
import pytest

from puppet.motion import FloatArray, Motion
from puppet.settings import MotionSettings
from puppet.steering.one_euro import MotionFilter, OneEuro

RATE = 30.0


def run(one_euro: OneEuro, values: FloatArray) -> FloatArray:
    """The filter's answers to (N, ...) values at 30 per second."""
    return np.stack([one_euro(value, index / RATE) for index, value in enumerate(values)])


def test_the_first_value_passes_as_it_is() -> None:
    value = np.array([0.3, -0.7], np.float32)
    assert np.array_equal(OneEuro(1.0, 0.5)(value, 5.0), value)


def test_a_still_noisy_signal_calms() -> None:
    noise = np.random.default_rng(0).normal(0, 0.01, (300, 4)).astype(np.float32)
    filtered = run(OneEuro(1.0, 1.0), noise)
    assert filtered[60:].std() < 0.45 * noise[60:].std()


def test_a_fast_signal_lags_little_and_less_than_without_beta() -> None:
    ramp = (np.arange(60, dtype=np.float32) / RATE * 4.0)[:, None]  # 4 units a second
    lag_s = (ramp - run(OneEuro(1.0, 8.0), ramp))[-1, 0] / 4.0
    plain_lag_s = (ramp - run(OneEuro(1.0, 0.0), ramp))[-1, 0] / 4.0
    assert lag_s < 0.01
    assert plain_lag_s > 0.1


def test_each_number_moves_at_its_own_speed() -> None:
    still_and_fast = np.stack([np.resize([0.01, -0.01], 60), np.arange(60) / RATE * 4.0], axis=1).astype(np.float32)
    filtered = run(OneEuro(1.0, 8.0), still_and_fast)
    assert np.abs(filtered[30:, 0]).max() < 0.005
    assert abs(filtered[-1, 1] - still_and_fast[-1, 1]) < 0.05


def test_the_answer_depends_on_time_not_on_the_number_of_frames() -> None:
    def settle(rate: int) -> float:
        one_euro = OneEuro(0.5, 0.0)
        one_euro(np.zeros(1, np.float32), 0.0)
        return float([one_euro(np.ones(1, np.float32), (index + 1) / rate) for index in range(rate // 2)][-1][0])

    assert settle(120) == pytest.approx(settle(30), abs=0.03)


def test_a_value_that_is_not_later_changes_nothing() -> None:
    one_euro = OneEuro(1.0, 0.0)
    first = one_euro(np.zeros(2, np.float32), 1.0)
    assert np.array_equal(one_euro(np.ones(2, np.float32), 1.0), first)


def test_after_a_reset_the_next_value_passes() -> None:
    one_euro = OneEuro(1.0, 0.0)
    one_euro(np.zeros(2, np.float32), 0.0)
    one_euro.reset()
    assert np.array_equal(one_euro(np.ones(2, np.float32), 0.01), np.ones(2, np.float32))


def test_a_motion_is_filtered_in_points_and_jacobians() -> None:
    def motion(value: float) -> Motion:
        return Motion(np.full((3, 2), value, np.float32), np.full((3, 2, 2), value, np.float32))

    smooth = MotionFilter(1.0, 0.0)
    smooth(motion(0.0), 0.0)
    filtered = smooth(motion(1.0), 1 / RATE)
    assert filtered.points.shape == (3, 2)
    assert filtered.jacobians.shape == (3, 2, 2)
    assert filtered.points.dtype == filtered.jacobians.dtype == np.float32
    assert 0.1 < float(filtered.points[0, 0]) == float(filtered.jacobians[0, 0, 0]) < 0.3


def test_it_is_adjusted_without_forgetting_the_past() -> None:
    def motion(value: float) -> Motion:
        return Motion(np.full((3, 2), value, np.float32), np.full((3, 2, 2), value, np.float32))

    def step(min_cutoff: float) -> float:
        smooth = MotionFilter(1.0, 0.0)
        smooth(motion(0.0), 0.0)
        smooth.adjust(min_cutoff, 0.0)
        filtered = smooth(motion(1.0), 1 / RATE)
        assert filtered.jacobians[0, 0, 0] == filtered.points[0, 0]
        return float(filtered.points[0, 0])

    assert 0 < step(0.2) < 0.5 * step(1.0) < step(30.0) < 1


def test_the_default_settings_keep_a_blink_and_calm_a_face_at_rest() -> None:
    settings = MotionSettings()
    blink = np.zeros((90, 1), np.float32)
    blink[57:64, 0] = np.array([0.25, 0.6, 0.95, 1, 0.8, 0.5, 0.2]) * 0.03  # lids close and open within 230 ms
    noise = np.random.default_rng(1).normal(0, 0.003, (90, 1)).astype(np.float32)
    assert run(OneEuro(settings.min_cutoff, settings.beta), blink).max() > 0.9 * blink.max()
    assert run(OneEuro(settings.min_cutoff, settings.beta), noise)[30:].std() < 0.65 * noise[30:].std()
