"""A small synthetic investigation, and a plain reader to compare it with its truth."""

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pypff
import pytest

from data.schema import TABLES
from data.synthetic import create
from data.tables import read_table


@pytest.fixture(scope="session")
def create_small() -> Callable[..., Path]:
    """A function that writes an investigation of about 300 e-mails, with every situation, into a folder."""
    return partial(create, scale=0.001, seed=7, message_bytes=26_000)


@pytest.fixture(scope="session")
def small(create_small: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Such an investigation; do not write into it."""
    return create_small(tmp_path_factory.mktemp("synthetic") / "small")


@pytest.fixture(scope="session")
def truth(small: Path) -> Callable[[str], list[dict[str, Any]]]:
    """The rows of a table of truth by its name."""
    return lambda name: read_table(TABLES[name], small / "truth").to_pylist()


@pytest.fixture(scope="session")
def read_back() -> Callable[[Path], list[dict[str, Any]]]:
    """A function that gives what libpff finds in a mailbox: one row per item, whether mail or not."""
    return lambda path: list(_read(path))


def _read(path: Path) -> Iterator[dict[str, Any]]:
    box = pypff.file()
    box.open(str(path))
    for folder, message in _walk(box.root_folder, []):
        properties = message.get_record_set(0)
        addresses = list(_addresses(message))
        yield {
            "node_id": message.identifier,
            "folder": "/".join(folder),
            "message_class": _text(properties, 0x001A),
            "message_id": _text(properties, 0x1035),
            "subject": message.subject,
            "sender": _text(properties, 0x5D01) or message.sender_name,
            "to": [address for kind, address in addresses if kind == 1],
            "cc": [address for kind, address in addresses if kind == 2],
            "submitted_at": _utc(message.client_submit_time),
            "delivered_at": _utc(message.delivery_time),
            "headers": message.transport_headers,
            "html": message.html_body,
            "text": message.plain_text_body,
            "attachments": message.number_of_attachments,
        }
        del message, properties
    box.close()


def _walk(folder: Any, path: list[str]) -> Iterator[tuple[list[str], Any]]:
    for i in range(folder.number_of_sub_messages):
        yield path, folder.get_sub_message(i)
    for i in range(folder.number_of_sub_folders):
        child = folder.get_sub_folder(i)
        yield from _walk(child, [*path, child.name])


def _addresses(message: Any) -> Iterator[tuple[int, str]]:
    for i in range(message.recipients.number_of_recipients):
        one = message.recipients.get_recipient(i)
        yield one.get_entry_by_type(0x0C15).get_data_as_integer(), _text(one, 0x39FE) or _text(one, 0x3001)


def _text(properties: Any, tag: int) -> Any:
    entry = properties.get_entry_by_type(tag)
    return None if entry is None else entry.get_data_as_string()


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


@pytest.fixture
def near() -> Callable[[int, int], bool]:
    """A test of whether two sizes differ by at most the last section of a mailbox (248 kB), or 0.5 %."""
    return lambda size, target: math.isclose(size, target, rel_tol=0.005, abs_tol=300_000)
