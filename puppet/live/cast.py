"""The portrait that is worn: its faces that move, and the image that they make together with what is around them."""

from collections.abc import Callable

from puppet.animator import LiveAnimator
from puppet.live.actor import Actor
from puppet.live.backdrop import Backdrop, over_green
from puppet.live.costumes import Costume, Mount
from puppet.live.timings import Timings
from puppet.picture import Picture
from puppet.portraits.enhancement import Enhancement
from puppet.portraits.resampling import enlarge
from puppet.portraits.scene import Scene


class Cast:
    """Draws the actors one after the other on one animator, which it uses and does not own. Render thread. Raises `EngineError`."""

    def __init__(self, costume: Costume, animator: LiveAnimator, people: int) -> None:
        """`people`: how many drive. With two of them at most two faces move, the portrait's own and the largest other."""
        self._costume = costume
        self._animator = animator
        self._chosen = _chosen(costume, people)
        self.actors = [self._actor(index) for index in self._chosen]
        self._worn: Actor | None = None
        self._backdrop: Backdrop | None = None

    @property
    def is_enhanced(self) -> bool:
        """Whether its faces are made sharper."""
        return self.actors[0].is_enhanced

    def shares(self, people: int) -> list[list[Actor]]:
        """Whom each of the people moves, from left to right; where fewer faces move the last of them move none."""
        if people == 1:
            return [self.actors]
        ordered = sorted(self.actors, key=lambda actor: actor.place.x if actor.place is not None else 0)
        return [[actor] for actor in ordered] + [[]] * (people - len(ordered))

    def set_up(self, enhancement: Callable[[], Enhancement | None]) -> Picture:
        """Make ready to draw, each face made sharper by an enhancement of its own where one is given; the image as it was painted.

        For faces that are put back into a picture this draws each of them at rest the first time, which takes some frames.
        """
        for actor in self.actors:
            actor.enhance(enhancement())
        scene = self._costume.portrait.scene
        if scene is None or scene.alone:
            return self._compose()
        side, mounts = self.actors[0].side, self._costume.mounts
        if (self._chosen, side) not in mounts:
            mounts[self._chosen, side] = self._make_mount(scene, side)
        self._backdrop, rest = mounts[self._chosen, side]
        for actor, face in zip(self.actors, rest, strict=True):
            actor.face = face
        return self._backdrop.at_rest

    def draw(self, timings: Timings) -> Picture | None:
        """The image with every face as it was posed since the last one; None where none was."""
        due = [actor for actor in self.actors if actor.is_due]
        if not due:
            return None
        for actor in due:
            actor.draw(self._animator, timings, is_worn=self._worn is actor)
            self._worn = actor if actor.stays_worn else None
        if self._backdrop is None and self.actors[0].matte is None:
            return self._compose()
        with timings.stage("compose"):
            return self._compose()

    def _compose(self) -> Picture:
        if self._backdrop is not None:
            return self._backdrop([actor.face for actor in self.actors], [actor.matte for actor in self.actors if actor.matte is not None])
        (actor,) = self.actors
        return actor.face if actor.matte is None else over_green(actor.face, enlarge(actor.matte, len(actor.face)))

    def _make_mount(self, scene: Scene, side: int) -> Mount:
        """What the faces that move, drawn at this side, are put back into."""
        places = [scene.members[index].square for index in self._chosen]
        locks = [scene.locks[index] for index in self._chosen] if scene.locks else []
        backdrop = Backdrop(scene.picture, scene.people, places, side, locks, still_border=self._animator.holds_border)
        self._worn = None
        rest = tuple(actor.rest(self._animator) for actor in self.actors)
        backdrop.match(rest)
        return Mount(backdrop, rest)

    def _actor(self, index: int) -> Actor:
        portrait, faces, mattes, _ = self._costume
        scene = portrait.scene
        member = None if scene is None or scene.alone else scene.members[index]
        return Actor(
            self._animator.card,
            faces[index],
            mattes[index] if mattes else None,
            place=None if member is None else member.square,
            landmarks=portrait.landmarks if member is None else member.landmarks,
            seed=index + 1,
        )


def _chosen(costume: Costume, people: int) -> tuple[int, ...]:
    """The numbers of the faces that move, in the costume's order."""
    everyone, scene = tuple(range(len(costume.faces))), costume.portrait.scene
    if people == 1 or scene is None or len(everyone) < 2:
        return everyone
    return 0, max(everyone[1:], key=lambda index: scene.members[index].square.side)
