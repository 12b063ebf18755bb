"""How nested phases become one share."""

from engines.building.build_progress import BuildProgress


def test_phases_within_phases_become_one_share_that_only_grows() -> None:
    heard: list[tuple[float, str]] = []

    def report(share: float, words: str) -> bool:
        heard.append((share, words))
        return True

    progress = BuildProgress(report)
    progress.start("Building", "", 2)
    progress.start("Cloning", "Building", 4)
    progress.step("Cloning", 0)
    progress.step("Cloning", 3)
    progress.finish("Cloning")
    progress.step("Building", 0)
    progress.start("Timing", "Building", 2)
    progress.start("One kernel", "Timing", 1)
    progress.step("One kernel", 0)
    progress.finish("One kernel")
    progress.finish("Timing")
    progress.step("Building", 1)
    assert heard == [(0.125, "cloning"), (0.5, "cloning"), (0.5, "building"), (0.75, "one kernel"), (1.0, "building")]
    progress.check()


def test_what_a_builder_says_amiss_is_borne() -> None:
    """A phase that was never started, one without steps, more steps than were said."""
    shares: list[float] = []

    def report(share: float, words: str) -> bool:
        shares.append(share)
        return True

    progress = BuildProgress(report)
    assert progress.step("Unheard of", 3)
    progress.finish("Unheard of")
    progress.start("Empty", "Nobody", 0)
    assert progress.step("Empty", 7)
    assert shares == [0.0, 1.0]
