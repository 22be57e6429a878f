"""What is in a mailbox, and what is unknown because of damage."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

import pypff
import pytest

from data.synthetic.pst import PstWriter
from tasks.mail.layout import NBT, TYPE_FOLDER, NotAMailboxError, nid_type
from tasks.mail.ndb import LocalFile
from tasks.mail.outcomes import Mail
from tasks.mail.pff import _counted
from tasks.mail.plan import ORPHANED, open_plan, plan_mailbox

if TYPE_CHECKING:
    from tests.tasks.mail.conftest import Box, Kit, Surgery

LISTED = {
    "ansi.pst": 1,
    "body-types.pst": 4,
    "dist-list.pst": 4,
    "enron.pst": 71,
    "faulty-items.pst": 61,
    "ingest-file.pst": 6,
    "outlook2013-4k.ost": 183,
    "outlook2019.pst": 2,
    "passworded.pst": 3,
    "sample.ost": 92,
}
"""Message objects of the real mailboxes, counted by other means (their README)."""


def plain_folders(folder: pypff.folder, path: tuple[str, ...] = ()) -> dict[int, str]:
    """Paths of folders by node id, as libpff itself lists them."""
    found = {}
    for index in range(folder.number_of_sub_folders):
        below = folder.get_sub_folder(index)
        if nid_type(below.identifier) == TYPE_FOLDER:
            here = (*path, below.name or f"(folder 0x{below.identifier:x})")
            found[below.identifier] = "/".join(here)
            found |= plain_folders(below, here)
    return found


def test_every_message_of_a_real_mailbox_is_listed(real_pst: Path):
    plan = open_plan(real_pst)
    assert plan.listed == LISTED[real_pst.name] == len(plan.nodes)
    assert (plan.unknown, plan.warnings, plan.cut) == (None, [], 0)


def test_the_folders_of_a_real_mailbox_are_those_that_libpff_lists(real_pst: Path):
    plain = pypff.file()
    plain.open(str(real_pst))
    wanted = plain_folders(plain.root_folder)
    found = {folder.node_id: folder.path for folder in open_plan(real_pst).folders}
    assert wanted
    assert {node: path for node, path in found.items() if node in wanted} == wanted


def test_the_folders_of_a_real_mailbox_state_what_its_index_holds(real_pst: Path):
    plan = open_plan(real_pst)
    assert sum(folder.messages for folder in plan.folders) == len(plan.nodes)
    assert sum(folder.stated or 0 for folder in plan.folders) == len(plan.nodes)


def test_nodes_are_listed_in_order_with_their_folders(alerts_box: Box):
    plan = open_plan(alerts_box.path)
    assert plan.nodes["nid"].tolist() == sorted(alerts_box.nodes)
    names = plan.folder_names(0, 100)
    inbox = "Top of Personal Folders/Inbox"
    assert [names[node] for node in alerts_box.nodes] == [inbox, f"{inbox}/Part 001"] * 50
    assert {folder.path: (folder.messages, folder.stated) for folder in plan.folders if folder.messages} == {
        inbox: (50, 50),
        f"{inbox}/Part 001": (50, 50),
    }


def test_without_names_folders_are_named_by_their_ids(alerts_box: Box):
    with_names, without = open_plan(alerts_box.path), open_plan(alerts_box.path, facts={})
    assert without.nodes.tolist() == with_names.nodes.tolist()
    assert {folder.path.split("/")[-1] for folder in without.folders if folder.path} == {
        f"(folder 0x{folder.node_id:x})" for folder in without.folders if folder.path
    }
    assert {folder.stated for folder in without.folders} == {None}


def test_a_name_that_libpff_cannot_read_costs_only_the_name(damaged: Surgery, box: Box, kit: Kit):
    inbox = 0x8082
    damaged.flip(damaged.block(damaged.node(inbox)[0])[0] + 3)
    found = kit.read(damaged.save())
    assert set(found.plan.folder_names(0, 340).values()) == {"Top of Personal Folders/(folder 0x8082)"}
    assert found.failures == {}


# Damage to the index.


def test_a_zeroed_leaf_leaves_the_number_unknown_and_says_why(damaged: Surgery, box: Box, kit: Kit):
    offset, entries = damaged.leaves(NBT)[12]
    lost = {int(nid) for nid in entries["nid"]}
    damaged.zero(offset)
    found = kit.read(damaged.save())
    assert found.plan.listed is None
    assert found.plan.unknown == (
        f"page of the node index at byte {offset:,}: is zeroed; "
        f"{340 - len(lost)} messages were found in what is left"
    )
    assert found.outcomes.keys() == set(box.nodes) - lost
    assert all(isinstance(outcome, Mail) for outcome in found.outcomes.values())
    assert found.plan.warnings == [f"messages listed: unknown, {found.plan.unknown}"]


def test_several_lost_leaves_are_counted_in_one_line(damaged: Surgery):
    for offset, _ in damaged.leaves(NBT)[10:13]:
        damaged.zero(offset)
    unknown = open_plan(damaged.save()).unknown
    assert unknown is not None
    assert "(and 2 more); 295 messages" in unknown


def test_a_folder_that_states_more_than_its_index_holds_is_a_warning(damaged: Surgery, box: Box):
    # A node that is gone without a trace in the index: only the folder's own count shows it.
    damaged.set(NBT, box.nodes[5], nid=box.nodes[5] - 4 + 8)  # now of a type that is not a message
    plan = open_plan(damaged.save())
    assert plan.listed == 339
    assert plan.warnings == [
        "folder 'Top of Personal Folders/Inbox' states 340 messages, its index holds 339",
    ]


def test_messages_whose_folder_is_missing_are_orphans_and_still_read(damaged: Surgery, box: Box, kit: Kit):
    damaged.set(NBT, box.nodes[20], parent=0xABCD02)
    found = kit.read(damaged.save())
    names = found.plan.folder_names(0, 340)
    assert names.pop(box.nodes[20]) == ORPHANED == "(orphaned)"
    assert set(names.values()) == {"Top of Personal Folders/Inbox"}
    mail = found.outcomes[box.nodes[20]]
    assert isinstance(mail, Mail)
    assert mail.subject == "Crime Alert: number 20"


def test_a_folder_whose_own_folder_is_gone_is_under_the_orphans(damaged: Surgery, kit: Kit):
    damaged.set(NBT, 0x8082, parent=0xABCD02)
    found = kit.read(damaged.save())
    assert set(found.plan.folder_names(0, 340).values()) == {"(orphaned)/Inbox"}
    assert found.failures == {}


def test_folders_that_are_each_other_s_parents_end_under_the_orphans(tmp_path: Path, kit: Kit):
    box = kit.write(tmp_path / "box.pst", [kit.letter()], ("A", "B", "C"))
    knife = kit.surgery(box.path, tmp_path / "knife.pst")
    path = {folder.path.split("/")[-1]: folder.node_id for folder in open_plan(box.path).folders}
    knife.set(NBT, path["A"], parent=path["C"])
    found = kit.read(knife.save())
    assert set(found.plan.folder_names(0, 1).values()) == {"(orphaned)/A/B/C"}
    assert len(found.failures) == 0


def test_a_folder_that_is_its_own_parent_is_under_the_orphans(damaged: Surgery):
    damaged.set(NBT, 0x8082, parent=0x8082)
    assert set(open_plan(damaged.save()).folder_names(0, 340).values()) == {"(orphaned)/Inbox"}


def test_a_name_with_a_slash_stays_one_folder(tmp_path: Path, kit: Kit):
    box = kit.write(tmp_path / "box.pst", [kit.letter()], ("In / Out",))
    assert open_plan(box.path).folder_names(0, 1) == {box.nodes[0]: "Top of Personal Folders/In / Out"}


# Files that are hardly mailboxes.


def test_a_mailbox_without_messages_lists_none(tmp_path: Path, kit: Kit):
    plan = open_plan(kit.write(tmp_path / "box.pst", []).path)
    assert plan.listed == 0
    assert plan.warnings == []
    assert plan.folder_names(0, 0) == {}


def test_a_wrong_header_checksum_is_a_warning_and_everything_is_read(damaged: Surgery, kit: Kit):
    damaged.data[4] ^= 1
    found = kit.read(damaged.save())
    assert found.plan.warnings == ["its header's checksum is wrong; copy it again"]
    assert found.plan.listed == 340
    assert found.failures == {}


def test_a_file_cut_before_its_indexes_says_how_much_is_missing(damaged: Surgery):
    size = len(damaged.data)
    assert min(offset for offset, _ in damaged.leaves(NBT)) > 4096
    with pytest.raises(
        NotAMailboxError, match=f"cut: {size - 4096:,} bytes are missing at its end.*copy it again"
    ):
        open_plan(damaged.save(4096))


def test_a_file_cut_inside_its_index_keeps_what_is_before_the_cut(damaged: Surgery):
    leaves = [offset for offset, _ in damaged.leaves(NBT)]
    cut = leaves[len(leaves) // 2]
    plan = open_plan(damaged.save(cut))
    assert plan.cut == len(damaged.data) - cut
    assert plan.listed is None
    assert 0 < len(plan.nodes) < 340
    assert plan.warnings[0].startswith(
        f"cut: {plan.cut:,} of {len(damaged.data):,} bytes are missing at its end"
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"!BDN", "cut off after 4 bytes"),
        (b"From: someone@example.org\n" * 100, "not a PST or OST"),
        (bytes(10_000), "not a PST or OST"),
    ],
)
def test_a_file_that_is_not_a_mailbox_is_an_error_that_says_so(tmp_path: Path, content: bytes, words: str):
    path = tmp_path / "box.pst"
    path.write_bytes(content)
    with pytest.raises(NotAMailboxError, match=words):
        open_plan(path)


def test_a_completely_destroyed_index_is_an_error_that_says_so(damaged: Surgery):
    for offset, _, _ in damaged.pages(NBT):
        damaged.zero(offset)
    with pytest.raises(NotAMailboxError, match=r"its index is destroyed .*is zeroed.*copy it again"):
        open_plan(damaged.save())


def test_messages_are_found_even_if_the_header_points_nowhere(damaged: Surgery, box: Box, kit: Kit):
    struct.pack_into("<Q", damaged.data, 224, 1 << 62)  # offset of the node index's root
    found = kit.read(damaged.save())
    assert found.plan.listed is None
    assert list(found.outcomes) == box.nodes
    assert found.failures == {}


def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        open_plan(tmp_path / "absent.pst")


def test_a_folder_s_name_and_path_are_kept_within_bounds(tmp_path: Path, kit: Kit):
    with PstWriter(tmp_path / "box.pst") as writer:
        deep = writer.add_folder(tuple(f"{'x' * 5_000}{n}" for n in range(30)))
        writer.add_message(deep, kit.letter(0))
    with LocalFile(tmp_path / "box.pst") as file:
        plan = plan_mailbox(file)
    [name] = plan.folder_names(0, 1).values()
    assert len(name) < 4_200
    assert name.endswith(f"(folder 0x{deep:x})")
    assert max(len(step) for folder in plan.folders for step in folder.path.split("/")) <= 300


def test_a_number_of_messages_that_no_folder_can_hold_is_bounded_and_still_a_lie():
    assert [_counted(stated) for stated in (None, 0, 340, 1 << 31, (1 << 32) - 1, (1 << 64) - 1)] == [
        None, 0, 340, 1 << 31, (1 << 32) - 1, (1 << 32) - 1,
    ]  # fmt: skip
