"""When an agency is announced: looks one after another, on a clock of the test's own."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from data.records import Scan, Seen
from tasks.arrivals.agency import AGAIN, LONG, Facts, announced
from tasks.arrivals.decide import PLACES, Decision, decide
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
    published: set[str] = field(default_factory=set)
    troubles: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    busy: bool = False
    known: set[str] = field(default_factory=set)
    emptied: dict[str, str] = field(default_factory=dict)
    memory: Memory = field(default_factory=dict)

    def look(self, at: float, *seen: Seen) -> Decision:
        facts = Facts(Path("/case"), self.configured, self.read, self.published, self.busy, self.problems.get,
                      known=self.known, emptied=self.emptied)  # fmt: skip
        decision = decide(Scan(seen, self.troubles), self.memory, START + at, SETTLE, facts)
        kept = dict(decision.memory)
        for arrival in decision.arrived:
            kept[arrival.agency] = announced(kept[arrival.agency], arrival, START + at)
        self.memory = kept
        return decision

    def names(self, at: float, *seen: Seen) -> list[str]:
        return [arrival.agency for arrival in self.look(at, *seen).arrived]


def test_an_agency_is_announced_when_nothing_changed_for_the_settling_time_and_never_once_read():
    watch, box = Watch(), file("lapd", "a.pst", changed=5)
    assert watch.names(10, box) == []
    assert watch.names(64, box) == []
    found = watch.look(65, box)
    assert [(one.agency, one.files, one.bytes) for one in found.arrived] == [("lapd", 1, 10)]
    assert watch.names(125, box) == []
    watch.read = {"lapd"}
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


def test_an_agency_waits_while_a_file_grows_from_look_to_look():
    watch = Watch()
    for minute in range(20):
        grown = file("lapd", "a.pst", size=minute + 1, changed=minute * 60 - 1)
        assert watch.names(minute * 60, grown) == []
    assert watch.names(19 * 60 + 59, grown) == ["lapd"]


def test_a_change_is_seen_in_any_one_of_a_files_size_and_times():
    for other in (file("lapd", "a.pst", size=11), file("lapd", "a.pst", changed=1)):
        watch = Watch()
        watch.look(0, file("lapd", "a.pst"))
        assert watch.names(61, other) == []


def test_a_new_file_makes_the_whole_agency_wait():
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


def test_a_new_file_that_is_not_a_mailbox_announces_nothing_again():
    watch, box = Watch(), file("lapd", "a.pst")
    watch.look(0, box)
    assert watch.names(61, box) == ["lapd"]
    letter = file("lapd", "letter.pdf", changed=100)
    assert watch.names(200, box, letter) == []
    assert watch.names(300, box, letter) == []


def test_agencies_are_judged_independently():
    watch = Watch()
    ready, growing = file("lapd", "a.pst"), file("sdpd", "b.pst", size=1)
    watch.look(0, ready, growing)
    assert watch.names(61, ready, file("sdpd", "b.pst", size=2, changed=60)) == ["lapd"]


def test_a_copy_under_way_holds_its_agency_back_and_the_reason_is_given():
    watch, box, part = Watch(), file("lapd", "a.pst"), file("lapd", "b.pst.part")
    watch.look(0, box, part)
    found = watch.look(500, box, part)
    assert found.arrived == ()
    assert found.waiting == (
        "lapd: records/lapd/b.pst.part is part of a copy under way; if it is not, remove or rename it",
    )
    assert found.again is None


def test_a_mailbox_that_was_emptied_is_no_copy_under_way_and_needs_a_person_once_it_has_settled():
    empty, other = file("lapd", "a.pst", size=0, changed=100), file("lapd", "b.pst")
    watch = Watch(known={"records/lapd/a.pst"}, emptied={"lapd": "lapd: it was emptied"})
    found = watch.look(100, empty, other)
    assert (found.stuck, found.again) == ((), 60.0)
    assert found.waiting == ("lapd: changed lately; waits until nothing has changed for 60 s",)
    found = watch.look(161, empty, other)
    assert [(one.agency, one.line) for one in found.stuck] == [("lapd", "lapd: it was emptied")]
    assert (found.arrived, found.waiting) == ((), ())
    # Confirmed as gone, it holds up nothing: neither is it a copy, nor does anybody wait for it.
    watch.emptied.clear()
    assert watch.names(200, empty, other) == ["lapd"]


def test_a_mailbox_that_was_emptied_after_it_was_announced_is_said_so_before_any_run_has_read_it():
    watch = Watch()
    watch.look(0, file("lapd", "a.pst"), file("lapd", "b.pst"))
    assert watch.names(61, file("lapd", "a.pst"), file("lapd", "b.pst")) == ["lapd"]
    empty = [file("lapd", name, size=0, changed=100) for name in ("a.pst", "b.pst")]
    assert watch.look(100, *empty).stuck == ()
    [stuck] = watch.look(161, *empty).stuck
    assert stuck.line == (
        "lapd: records/lapd/a.pst was emptied before a run read it (and 1 more); copy it again, or remove it"
    )
    back = [file("lapd", name, changed=200) for name in ("a.pst", "b.pst")]
    watch.look(200, *back)
    assert watch.names(261, *back) == ["lapd"]


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


def test_changed_settings_announce_an_agency_again_even_if_its_mailboxes_were_read():
    watch = Watch(configured=set())
    box, settings = file("newcity", "a.pst"), file("newcity", "agency.toml")
    watch.look(0, box, settings)
    assert watch.names(61, box, settings) == ["newcity"]
    watch.read = {"newcity"}
    other = file("newcity", "agency.toml", changed=200)
    watch.look(210, box, other)
    assert watch.names(270, box, other) == ["newcity"]


def test_what_a_run_has_read_is_not_announced_and_not_mentioned():
    watch, box = Watch(read={"lapd"}), file("lapd", "a.pst")
    found = watch.look(0, box)
    assert (found.arrived, found.waiting) == ((), ())
    watch.read = set()
    [line] = watch.look(200, box).waiting
    assert line.startswith(
        "lapd: was read, but is not in the published tables as it is now; read it with: nwatch"
    )


def test_what_was_announced_but_is_not_read_is_reported_by_each_look():
    watch, box = Watch(), file("lapd", "a.pst")
    watch.look(0, box)
    watch.look(61, box)
    assert watch.look(121, box).waiting == (
        "lapd: announced, but not read yet; will be announced again in 9 min if it is still not",
    )
    watch.busy = True
    assert watch.look(121, box).waiting == (
        "lapd: announced, but not read yet; a run is active in this investigation",
    )
    watch.read = {"lapd"}
    assert watch.look(181, box).waiting == ()


def test_a_folder_without_a_mailbox_is_not_an_arrival():
    watch, settings = Watch(), file("lapd", "agency.toml")
    watch.look(0, settings)
    assert watch.look(500, settings) == Decision((), (), (), None, watch.memory)


def test_a_disk_whose_clock_is_ahead_makes_nothing_wait_longer_than_our_own_clock_would():
    watch, future = Watch(), file("lapd", "a.pst", changed=9_999)
    watch.look(0, future)
    assert watch.names(59, future) == []
    assert watch.names(60, future) == ["lapd"]


def test_after_our_clock_was_set_back_an_agency_waits_again_but_not_for_ever():
    watch, box = Watch(), file("lapd", "a.pst", changed=9_999)
    watch.look(5_000, box)
    assert watch.names(0, box) == []
    assert watch.names(60, box) == ["lapd"]


def test_the_times_of_a_disk_whose_clock_is_behind_are_not_trusted():
    """Ten minutes behind; the file grows, and then nothing comes for a while, as on a network that stalls."""
    watch = Watch()
    watch.look(0, file("lapd", "a.pst", size=1, changed=-600))
    stalled = file("lapd", "a.pst", size=2, changed=-590)
    watch.look(30, stalled)
    assert watch.names(89, stalled) == []
    assert watch.names(90, stalled) == ["lapd"]


def test_the_time_of_a_file_that_was_moved_into_its_place_is_trusted():
    watch = Watch()
    watch.look(0, file("lapd", "a.pst", changed=-600))
    other = Seen("lapd", "records/lapd/a.pst", [5, int(START * 1e9), int(START * 1e9), 8])
    watch.look(30, other)
    assert watch.names(60, other) == ["lapd"]


def test_an_agency_whose_announcement_was_not_recorded_is_announced_once_more():
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


# Announced but not read: the event was lost with the server, or the run failed or was cancelled.


def test_an_agency_that_is_not_read_is_announced_again_after_each_pause_and_then_a_person_is_needed():
    watch, box = Watch(), file("lapd", "a.pst")
    watch.look(0, box)
    assert watch.names(61, box) == ["lapd"]
    at, times = 61.0, []
    for pause in AGAIN:
        assert watch.names(at + pause - 1, box) == []
        at += pause
        times += [arrival.times for arrival in watch.look(at, box).arrived]
    assert times == [2, 3, 4]
    found = watch.look(at + 1, box)
    assert found.waiting == ()
    [stuck] = found.stuck
    assert stuck.agency == "lapd"
    assert stuck.line == (
        "lapd: announced 4 times, but still not read; see the log of its runs for the reason, fix it, "
        "then: nwatch run /case --agency lapd"
    )
    assert watch.names(at + 1e6, box) == []


def test_while_a_run_is_at_work_nothing_is_announced_again():
    watch, box = Watch(), file("lapd", "a.pst")
    watch.look(0, box)
    watch.look(61, box)
    watch.busy = True
    assert watch.names(61 + 10 * AGAIN[0], box) == []
    watch.busy = False
    assert watch.names(62 + 10 * AGAIN[0], box) == ["lapd"]


def test_changed_records_start_from_the_beginning_however_often_they_were_announced():
    watch, box = Watch(), file("lapd", "a.pst")
    for at in (0.0, 61.0, 61 + AGAIN[0], 61 + AGAIN[0] + AGAIN[1]):
        watch.look(at, box)
    assert watch.memory["lapd"].times == 3
    mended = file("lapd", "a.pst", size=11, changed=9_000)
    watch.look(9_010, mended)
    [arrival] = watch.look(9_070, mended).arrived
    assert arrival.times == 1


def test_a_clock_that_is_set_back_does_not_put_off_the_next_announcement_for_ever():
    watch, box = Watch(), file("lapd", "a.pst", changed=-9_000)
    watch.look(5_000, box)
    assert watch.names(5_061, box) == ["lapd"]
    assert watch.names(0, box) == []
    assert watch.names(5_061 + AGAIN[0], box) == ["lapd"]


def test_no_more_agencies_than_there_are_places_wait_to_be_read():
    watch = Watch(configured={f"city-{number:02d}" for number in range(20)})
    boxes = [file(agency, "a.pst") for agency in watch.configured]
    watch.look(0, *boxes)
    first = watch.look(61, *boxes)
    assert [arrival.agency for arrival in first.arrived] == [f"city-{number:02d}" for number in range(PLACES)]
    assert sum("has arrived, and will be announced when fewer than" in line for line in first.waiting) == 12
    assert watch.names(62, *boxes) == []
    watch.read = {"city-00", "city-05"}
    assert watch.names(63, *boxes) == ["city-08", "city-09"]
    assert len(watch.memory) == 20


# What only a person can fix.


def test_what_holds_an_agency_back_for_long_needs_a_person():
    part = file("sdpd", "b.pst.part")
    watch, box = Watch(configured=set()), file("lapd", "a.pst")
    watch.look(0, box, part)
    assert watch.look(LONG - 1, box, part).stuck == ()
    found = watch.look(LONG, box, part)
    assert [stuck.agency for stuck in found.stuck] == ["lapd"]
    assert "no settings yet" in found.stuck[0].line
    watch.configured = {"lapd", "sdpd"}
    boxes = (box, file("sdpd", "b.pst"), part)
    watch.look(0, *boxes)
    assert [stuck.agency for stuck in watch.look(LONG, *boxes).stuck] == ["sdpd"]


def test_wrong_settings_need_a_person_and_the_agency_is_announced_once_they_are_right():
    watch, box = Watch(configured=set()), file("newcity", "a.pst")
    settings = file("newcity", "agency.toml")
    watch.problems = {"newcity": "records/newcity/agency.toml: the key 'timezone' is missing; add it"}
    watch.look(0, box, settings)
    found = watch.look(61, box, settings)
    assert found.arrived == ()
    assert [stuck.line for stuck in found.stuck] == [f"newcity: {watch.problems['newcity']}"]
    mended, watch.problems = file("newcity", "agency.toml", size=11, changed=70), {}
    watch.look(80, box, mended)
    assert watch.names(130, box, mended) == ["newcity"]


@pytest.mark.parametrize("published", [True, False])
def test_a_published_agency_whose_mailboxes_are_gone_needs_a_person(published: bool):
    watch, box = Watch(read={"lapd"}), file("lapd", "a.pst")
    watch.published = {"lapd"} if published else set()
    watch.look(0, box)
    watch.look(61, box)
    assert watch.look(100).stuck == ()
    lines = [stuck.line for stuck in watch.look(100 + LONG).stuck]
    assert len(lines) == published
    assert all(
        "is in the published tables, but records/lapd no longer has a mailbox; put the mailboxes back" in line
        for line in lines
    )
    # They come back unchanged, and nothing was announced meanwhile.
    assert watch.names(2_000, box) == []
    assert watch.look(2_100, box) == Decision((), (), (), None, watch.memory)


def test_what_cannot_be_listed_holds_up_no_other_agency_and_needs_a_person():
    watch, box = Watch(), file("lapd", "a.pst")
    watch.troubles = {
        "sdpd": "records/sdpd: cannot be looked at",
        "x.pst": "records/x.pst: belongs to no agency",
    }
    watch.look(0, box)
    found = watch.look(61, box)
    assert [arrival.agency for arrival in found.arrived] == ["lapd"]
    assert found.waiting == tuple(watch.troubles.values())
    assert {stuck.line for stuck in watch.look(LONG, box).stuck} == set(watch.troubles.values())
    watch.troubles = {}
    assert watch.look(LONG + 1, box).stuck == ()


def test_a_report_is_forgotten_once_the_problem_is_fixed():
    from dataclasses import replace

    watch, box = Watch(configured=set()), file("lapd", "a.pst")
    watch.look(0, box)
    watch.look(LONG, box)
    watch.memory = {name: replace(one, reported="something") for name, one in watch.memory.items()}
    watch.look(LONG + 1, box)
    assert watch.memory["lapd"].reported == "something"
    watch.configured = {"lapd"}
    watch.look(LONG + 2, box)
    assert watch.memory["lapd"].reported == ""
