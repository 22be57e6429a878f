"""Settings of the cluster, from the environment (``NWATCH_…``) or as arguments."""

import os
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.errors import InputError


class ClusterSettings(BaseSettings):
    """Where the partitions run.

    A new kind of cluster is a new word in `kind` here and a branch in `cluster.client.connect`.

    Attributes:
        kind: ``local`` starts workers on this machine (``NWATCH_KIND``); ``address`` joins a scheduler that
            runs already, and is meant wherever an address is given.
        address: The scheduler's address, as ``tcp://10.0.0.5:8786`` (``NWATCH_ADDRESS``).
        workers: Worker processes of a local cluster, one thread each (``NWATCH_WORKERS``); by default as
            many as this process may use processors.
        memory_fraction: Share of the machine's memory that the workers of a local cluster may use together
            (``NWATCH_MEMORY_FRACTION``); a worker that goes beyond its part is restarted.

    Example:
        >>> ClusterSettings(address="tcp://10.0.0.5:8786").kind
        'address'
    """

    model_config = SettingsConfigDict(
        env_prefix="NWATCH_", env_ignore_empty=True, extra="ignore", frozen=True
    )

    kind: Literal["local", "address"] = "local"
    address: str | None = Field(default=None, pattern=r"^[a-z]+://.+")
    workers: int = Field(default_factory=lambda: len(os.sched_getaffinity(0)), ge=1)
    memory_fraction: float = Field(default=0.75, gt=0, le=1)

    @model_validator(mode="before")
    @classmethod
    def _an_address_means_address(cls, values: dict[str, object]) -> dict[str, object]:
        return {"kind": "address", **values} if values.get("address") else values

    @model_validator(mode="after")
    def _address_needs_one(self) -> Self:
        if self.kind == "address" and self.address is None:
            raise ValueError("kind 'address' needs an address")
        return self


def settings_from_environment(**given: object) -> ClusterSettings:
    """The settings, with a mistake told as one line.

    Args:
        given: Settings that override the environment; None leaves one as it is.

    Raises:
        InputError: A variable, or a value given, is wrong.
    """
    try:
        return ClusterSettings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = f"NWATCH_{first['loc'][0]}".upper() if first["loc"] else "NWATCH_ADDRESS"
        message = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{name} is wrong: {message}; correct it in the environment") from error
