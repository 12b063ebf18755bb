"""Names of chips, and who can serve them."""

import pytest

from engines.building.chips import RTX_CHIPS, capability_of, read_chips, why_unsupported
from puppet.errors import EngineError


def test_names_tell_the_compute_capability() -> None:
    assert [capability_of(chip) for chip in ("sm_75", "sm_86", "sm_120")] == [(7, 5), (8, 6), (12, 0)]
    for wrong in ("86", "sm_8", "SM_86", "sm_90a"):
        with pytest.raises(EngineError, match=f"{wrong} is no name of a chip"):
            capability_of(wrong)


def test_a_list_is_read_each_once_in_its_order() -> None:
    assert read_chips("sm_120, sm_86,sm_120,") == ("sm_120", "sm_86")
    with pytest.raises(EngineError, match="No chip is named"):
        read_chips(" , ")
    with pytest.raises(EngineError, match="rtx4090 is no name"):
        read_chips("sm_86,rtx4090")


@pytest.mark.parametrize(
    ("chip", "supported", "cure"),
    [
        ("sm_86", RTX_CHIPS, ""),
        ("sm_90", (), ""),
        ("sm_90", RTX_CHIPS, "classic TensorRT"),
        ("sm_100", RTX_CHIPS, "classic TensorRT"),
        ("sm_70", RTX_CHIPS, "ONNX Runtime"),
        ("sm_61", (), "ONNX Runtime"),
    ],
)
def test_a_chip_that_is_not_served_is_told_with_what_can(chip: str, supported: tuple[str, ...], cure: str) -> None:
    reason = why_unsupported("TensorRT-RTX", chip, supported)
    assert (reason is None) == (not cure)
    assert reason is None or (chip in reason.sentence and cure in reason.hint)
