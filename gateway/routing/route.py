"""A route: the target a call goes to and the model it is asked for there."""

from __future__ import annotations

from keeptrusts.gateway.providers.targets import UpstreamTarget
from keeptrusts.schemas.frozen import frozen


@frozen
class Route:
    """Where a call goes: the target and the model it is asked for."""

    target: UpstreamTarget
    model: str

    @property
    def slot(self) -> str:
        """The name under which rotations and latencies know the route."""
        return f"{self.target.id}\n{self.model}"
