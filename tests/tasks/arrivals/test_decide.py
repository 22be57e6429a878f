"""When an agency is announced: looks one after another, on a clock of the test's own."""

from dataclasses import dataclass, field

from data.records import Seen
from tasks.arrivals.decide import Decision, announced, decide
from tasks.arrivals.memory import Memory

SETTLE = 60.0
START = 1_700_000_000.0


def file(agency: str, name: str, size: int = 10, changed: float = 0.0) -> Seen:
    """A file on a disk whose clock says that it was changed at this second of the test."""
    time = int((START + changed) * 1e9)
    return Seen(agency, f"records/{agency}/{name}", [size, time, time, 7])


@dataclass
class Watch:
    """Looks, with the memory from one to the next."""

    configured: set[str] = field(default_factory=lambda: {"lapd", "sdpd"})
    read: set[str] = field(default_factory=set)
    memory: Memory = field(default_factory=dict)

    def look(self, at: float, *seen: Seen) -> Decision:
        decision = decide(seen, self.memory, START + at, SETTLE, configured=self.configured, read=self.read)
        self.memory = decision.memory
        for arrival in decision.arrived:
            self.memory = announced(self.memory, arrival.agency)
        return decision

    def names(self, at: float, *seen: Seen) -> list[str]:
        return [arrival.agency for arrival in self.look(at, *seen).arrived]


def test_an_agency_is_announced_when_it_stood_still_for_the_settling_time_and_then_never_again():
    watch, box = Watch(), file("lapd", "a.pst", changed=5)
    assert watch.names(10, box) == []
    assert watch.names(64, box) == []
    found = watch.look(65, box)
    assert [(one.agency, one.files, one.bytes) for one in found.arrived] == [("lapd", 1, 10)]
    assert watch.names(125, box) == []
    assert watch.names(100_000, box) == []


def test_one_look_never_announces_however_old_the_file_says_it_is():
    watch, old = Watch(), file("lapd", "a.pst", changed=-90_000)
    first = watch.look(0, old)
    assert first.arrived == ()
    assert first.again == 10.0
    assert watch.names(9, old) == []
    assert watch.names(10, old) == ["lapd"]


def test_a_look_says_when_the_next_one_may_find_something():
    watch = Watch()
    assert watch.look(30, file("lapd", "a.pst", changed=1)).again == 31.0
    assert watch.look(40, file("lapd", "a.pst", changed=1), file("sdpd", "b.pst", changed=38)).again == 21.0
    assert Watch().look(30).again is None


def test_a_file_that_grows_from_look_to_look_is_waited_for():
    watch = Watch()
    for minute in range(20):
        grown = file("lapd", "a.pst", size=minute + 1, changed=minute * 60 - 1)
        assert watch.names(minute * 60, grown) == []
    assert watch.names(19 * 60 + 59, grown) == ["lapd"]


def test_a_file_whose_size_and_time_stay_apart_from_one_is_seen_to_change():
    for other in (file("lapd", "a.pst", size=11), file("lapd", "a.pst", changed=1)):
        watch = Watch()
        watch.look(0, file("lapd", "a.pst"))
        assert watch.names(61, other) == []


def test_a_file_that_comes_to_the_others_makes_all_of_the_agency_wait():
    watch, first = Watch(), file("lapd", "a.pst")
    watch.look(0, first)
    second = file("lapd", "b.pst", changed=50)
    assert watch.names(61, first, second) == []
    assert watch.names(111, first, second) == ["lapd"]


def test_an_agency_that_changed_after_it_was_announced_is_announced_again_once():
    watch, first = Watch(), file("lapd", "a.pst")
    watch.look(0, first)
    assert watch.names(61, first) == ["lapd"]
    second = file("lapd", "b.pst", changed=1_000)
    assert watch.names(1_010, first, second) == []
    assert watch.names(1_070, first, second) == ["lapd"]
    assert watch.names(1_200, first, second) == []


def test_notes_beside_the_mailboxes_announce_nothing_anew():
    watch, box = Watch(), file("lapd", "a.pst")
    watch.look(0, box)
    assert watch.names(61, box) == ["lapd"]
    letter = file("lapd", "letter.pdf", changed=100)
    assert watch.names(200, box, letter) == []
    assert watch.names(300, box, letter) == []


def test_each_agency_is_for_itself():
    watch = Watch()
    ready, growing = file("lapd", "a.pst"), file("sdpd", "b.pst", size=1)
    watch.look(0, ready, growing)
    assert watch.names(61, ready, file("sdpd", "b.pst", size=2, changed=60)) == ["lapd"]


def test_part_of_a_copy_holds_its_agency_back_and_the_reason_is_said():
    watch, box, part = Watch(), file("lapd", "a.pst"), file("lapd", "b.pst.part")
    watch.look(0, box, part)
    found = watch.look(500, box, part)
    assert found.arrived == ()
    assert found.waiting == (
        "lapd: records/lapd/b.pst.part is part of a copy under way; if it is not, remove or rename it",
    )
    assert found.again is None


def test_an_agency_without_settings_waits_for_them_whether_in_its_folder_or_in_the_configuration():
    watch, box = Watch(configured=set()), file("newcity", "a.pst")
    watch.look(0, box)
    [line] = watch.look(100, box).waiting
    assert line == (
        "newcity: no settings yet; write records/newcity/agency.toml, or its lines in investigation.toml"
    )
    settings = file("newcity", "agency.toml", changed=110)
    assert watch.names(120, box, settings) == []
    assert watch.names(180, box, settings) == ["newcity"]


def test_other_settings_announce_an_agency_again_though_its_mailboxes_were_read():
    watch = Watch(configured=set())
    box, settings = file("newcity", "a.pst"), file("newcity", "agency.toml")
    watch.look(0, box, settings)
    assert watch.names(61, box, settings) == ["newcity"]
    watch.read = {"newcity"}
    other = file("newcity", "agency.toml", changed=200)
    watch.look(210, box, other)
    assert watch.names(270, box, other) == ["newcity"]


def test_what_a_run_has_read_is_not_announced_and_not_spoken_of():
    watch, box = Watch(read={"lapd"}), file("lapd", "a.pst")
    watch.look(0, box)
    found = watch.look(100, box)
    assert (found.arrived, found.waiting) == ((), ())
    watch.read = set()
    assert watch.look(200, box).arrived == ()


def test_what_was_announced_and_is_not_read_is_said_at_each_look():
    watch, box = Watch(), file("lapd", "a.pst")
    watch.look(0, box)
    watch.look(61, box)
    assert watch.look(121, box).waiting == ("lapd: announced, and not read yet",)
    watch.read = {"lapd"}
    assert watch.look(181, box).waiting == ()


def test_a_folder_without_a_mailbox_is_no_arrival():
    watch, settings = Watch(), file("lapd", "agency.toml")
    watch.look(0, settings)
    assert watch.look(500, settings) == Decision((), (), None, watch.memory)


def test_a_disk_whose_clock_is_ahead_makes_nothing_wait_longer_than_our_own_clock_would():
    watch, ahead = Watch(), file("lapd", "a.pst", changed=9_999)
    watch.look(0, ahead)
    assert watch.names(59, ahead) == []
    assert watch.names(60, ahead) == ["lapd"]


def test_a_clock_of_ours_that_was_set_back_makes_an_agency_wait_anew_and_not_for_ever():
    watch, box = Watch(), file("lapd", "a.pst", changed=9_999)
    watch.look(5_000, box)
    assert watch.names(0, box) == []
    assert watch.names(60, box) == ["lapd"]


def test_an_agency_that_was_announced_but_whose_mark_was_lost_is_announced_once_more():
    watch, box = Watch(), file("lapd", "a.pst")
    watch.look(0, box)
    before = watch.memory
    assert watch.names(61, box) == ["lapd"]
    watch.memory = before
    assert watch.names(62, box) == ["lapd"]
    assert watch.names(63, box) == []


def test_the_order_of_the_files_does_not_matter():
    boxes = [file("sdpd", "b.pst"), file("lapd", "c.pst"), file("lapd", "a.pst")]
    forward, backward = Watch(), Watch()
    for at in (0, 61):
        assert forward.look(at, *boxes) == backward.look(at, *boxes[::-1])
