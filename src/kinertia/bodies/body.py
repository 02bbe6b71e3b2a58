"""The numbers of one person's (or a batch of people's) body, on a skeleton."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from kinertia.bodies.skeleton import Skeleton

STANDARD_GRAVITY = 9.81  # m/s^2, as kinertia.recording.GRAVITY


@dataclass(frozen=True)
class Body:
    """Parameters of a multibody model; every tensor may carry leading batch dimensions and gradients.

    Vectors have D components: two where the skeleton is planar, else three. ValueError: the numbers have two dimensions and the
    skeleton three, or the other way round.
    """

    skeleton: Skeleton  # the topology (S segments, n coordinates, P contact points)
    total_mass: Tensor  # (...,) body mass [kg]
    height: Tensor  # (...,) body height [m]
    mass: Tensor  # (..., S) segment masses [kg]
    # moments of inertia about the segment's centre of mass [kg m^2]: (..., S) about z in the plane, in space (..., S, 3, 3) in
    # the segment frame
    inertia: Tensor
    com: Tensor  # (..., S, D) centre of mass in the segment frame, from the proximal joint [m]
    joint_offset: Tensor  # (..., S, D) proximal joint in the parent's frame [m] (zero for the root)
    contact_position: Tensor  # (..., P, D) contact points in their segment's frame, from the proximal joint [m]
    # coordinate_min, coordinate_max: (..., n) range of motion [m or rad] (infinite where unlimited)
    coordinate_min: Tensor
    coordinate_max: Tensor
    gravity: float = STANDARD_GRAVITY  # magnitude of gravity, along -y [m/s^2]
    # (..., S, 3, 3) axes of each joint's frame in the parent's frame, in space only; None: they are parallel
    joint_rotation: Tensor | None = None
    contact_radius: Tensor | None = None  # (..., P) of the arc of the sole about each contact point [m]; None: no arcs
    contact_reach: Tensor | None = None  # (..., P) how far ahead of its arc the strip under the toes carries [m]

    def __post_init__(self) -> None:
        wanted = 2 if self.skeleton.planar else 3
        if self.com.shape[-1] != wanted:
            raise ValueError(f"skeleton {self.skeleton.name!r} needs vectors of {wanted} components, got {self.com.shape[-1]}")

    def __repr__(self) -> str:
        batch = f"{tuple(self.total_mass.shape)} bodies" if self.total_mass.dim() else "Body"
        mass, height = self.total_mass.mean(), self.height.mean()
        mean = " in the mean" if self.total_mass.dim() else ""
        return f"{batch} {self.skeleton.name}: {float(mass):.4g} kg, {float(height):.3g} m{mean}"

    @property
    def weight(self) -> Tensor:
        """(...,) body weight [N]."""
        return self.total_mass * self.gravity

    @property
    def moment_scale(self) -> Tensor:
        """(...,) body weight times height [N m], the unit of BWBH."""
        return self.weight * self.height

    @property
    def ankle_height(self) -> Tensor:
        """(...,) height of the ankle over the sole of a foot that stands flat, by the first contact point [m]."""
        below = -self.contact_position[..., 0, 1]
        return below if self.contact_radius is None else below + self.contact_radius[..., 0]

    @property
    def force_scale(self) -> Tensor:
        """(..., n) units of generalized forces: body weight [N] for translations, weight times height [N m] for rotations."""
        units = {"translation": self.weight, "rotation": self.moment_scale}
        return torch.stack([units[c.kind] for c in self.skeleton.coordinates], -1)

    def map_tensors(self, function: Callable[[Tensor, int], Tensor]) -> Body:
        """Apply ``function(tensor, trailing_dimensions)`` to every parameter."""
        trailing = {"total_mass": 0, "height": 0, "com": 2, "joint_offset": 2, "contact_position": 2, "joint_rotation": 3}
        trailing["inertia"] = 1 if self.skeleton.planar else 3
        changes = {
            f.name: function(getattr(self, f.name), trailing.get(f.name, 1))
            for f in fields(self)
            if isinstance(getattr(self, f.name), Tensor)
        }
        return replace(self, **changes)

    def with_time_axis(self) -> Body:
        """Insert a time dimension after the batch dimensions, to broadcast against (..., T, n) motion."""
        return self.map_tensors(lambda t, trailing: t.unsqueeze(t.dim() - trailing))

    def to(self, dtype: torch.dtype | None = None, device: torch.device | str | None = None) -> Body:
        """Copy with every tensor moved to ``dtype`` and ``device``."""
        return self.map_tensors(lambda t, _: t.to(dtype=dtype, device=device))

    def scaled(self, size: Tensor) -> Body:
        """Copy whose lengths are ``size`` (...,) times as large, at the same mass."""

        def grown(length: Tensor | None) -> Tensor | None:
            return None if length is None else length * size[..., None]

        return replace(
            self,
            height=self.height * size,
            # I = m (k L)^2
            inertia=self.inertia * size[(..., None) if self.skeleton.planar else (..., None, None, None)].square(),
            com=self.com * size[..., None, None],
            joint_offset=self.joint_offset * size[..., None, None],
            contact_position=self.contact_position * size[..., None, None],
            contact_radius=grown(self.contact_radius),
            contact_reach=grown(self.contact_reach),
        )

    def shod(self, sole: Tensor, length: Tensor) -> Body:
        """Copy whose ankles are ``sole`` (...,) [m] higher over the ground and whose soles are ``length`` (...,) times as long.

        Arcs keep their radii and feet their mass where it is: 3 % of a foot's length move 1.5 % of the mass by 3 mm.
        """
        along, up = self.contact_position[..., 0], self.contact_position[..., 1]
        moved = [along * length[..., None], up - sole[..., None], *self.contact_position.unbind(-1)[2:]]
        reach = None if self.contact_reach is None else self.contact_reach * length[..., None]
        return replace(self, contact_position=torch.stack(moved, -1), contact_reach=reach)

    def select(self, index: Tensor | slice) -> Body:
        """Pick entries of the first batch dimension by integer ``index``, or a slice of them."""
        return self.map_tensors(lambda t, _: t[index])


def stack(bodies: list[Body]) -> Body:
    """Stack bodies of one skeleton along a new first batch dimension; ValueError: the list is empty or the skeletons differ."""
    if not bodies:
        raise ValueError("no bodies to stack")
    if any(b.skeleton != bodies[0].skeleton for b in bodies):
        raise ValueError("only bodies of one skeleton can be stacked")
    columns = {
        f.name: torch.stack([getattr(b, f.name) for b in bodies])
        for f in fields(bodies[0])
        if isinstance(getattr(bodies[0], f.name), Tensor)
    }
    return replace(bodies[0], **columns)


@dataclass(frozen=True)
class SegmentLengths:
    """Measured segment lengths [m], each (...,) or None for those that follow from height."""

    # thigh, shank, foot: hip to knee, knee to ankle, heel to toe
    thigh: Tensor | float | None = None
    shank: Tensor | float | None = None
    foot: Tensor | float | None = None
    hip_width: Tensor | float | None = None  # distance of the hip joints; for bodies in space only


def measured(value: Tensor | float | None, scaled: Tensor) -> Tensor:
    """The measured length, or the scaled one where there is none."""
    return scaled if value is None else torch.as_tensor(value, dtype=scaled.dtype).expand(scaled.shape)
