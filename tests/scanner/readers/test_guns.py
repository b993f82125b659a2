"""USB guns over real pipes: nothing lost, nothing wrong, whatever happens to the cable."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import stat
import threading
from pathlib import Path

import pytest

from scanner.readers import hid
from scanner.readers.contract import LONGEST, Condition
from scanner.readers.hid import HidGun
from scanner.readers.keymaps import LAYOUTS
from scanner.readers.keys import EVENT
from tests.scanner.readers.listening import Listen, Listener, wait_until
from tests.scanner.readers.typing_gun import ENTER, TAB, Gun, Port


@pytest.fixture
def port(tmp_path: Path) -> Port:
    return Port(tmp_path / "event7")


def codes(dice: random.Random, letters: str, count: int) -> list[str]:
    return ["".join(dice.choices(letters, k=dice.randint(4, 24))) for _ in range(count)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_ten_thousand_codes_arrive_whole_in_whatever_pieces_they_come(layout: str, port: Port, listen: Listen) -> None:
    """1,700 codes in each of six layouts: plain, with Caps Lock on, and by Alt and numbers; Enter or Tab at the end."""
    dice = random.Random(f"gun {layout}")
    plain, caps, alt = Gun(layout), Gun(layout, caps=True), Gun(layout, alt=True)
    sent: list[tuple[Gun, str]] = [(plain, code) for code in codes(dice, plain.characters, 1200)]
    sent += [(caps, code) for code in codes(dice, caps.characters, 250)]
    western = "".join(letter for letter in plain.characters if letter.encode("cp1252", "ignore"))
    sent += [(alt, code) for code in codes(dice, western, 250)]
    dice.shuffle(sent)
    listener = listen(HidGun(str(port.path), layout=layout))
    data = b"".join(gun.types(code, dice.choice((ENTER, TAB))) for gun, code in sent)
    port.send(data, (dice.randint(1, 700) for _ in range(2000)))
    assert listener.wait_for(len(sent)) == [code for _, code in sent]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_printable_character_of_ascii_has_its_key(layout: str, port: Port, listen: Listen) -> None:
    gun = Gun(layout)
    missing = {chr(number) for number in range(32, 127)} - set(gun.characters)
    listener = listen(HidGun(str(port.path), layout=layout))
    port.send(gun.types("x" + "".join(sorted(set(gun.characters)))))
    assert listener.wait_for(1) == ["x" + "".join(sorted(set(gun.characters)))]
    assert missing <= {"`", "~", "{", "}", "^"}, "keys that the country's own keyboards do not show"


def test_a_gun_without_enter_ends_its_codes_by_a_pause(port: Port, listen: Listen) -> None:
    listener = listen(HidGun(str(port.path)))
    for at, code in enumerate(("ZQ4K81MD7", "HT55PW2Q", "second-3")):
        port.send(Gun("us").types(code, end=None))
        assert listener.wait_for(at + 1)[-1] == code


def test_prefix_and_suffix_are_taken_off_where_they_are(port: Port, listen: Listen) -> None:
    listener = listen(HidGun(str(port.path), prefix="]C1", suffix="#"))
    for code in ("]C1ABC123#", "PLAIN1", "]C1]C1X9"):
        port.send(Gun("us").types(code))
    assert listener.wait_for(3) == ["ABC123", "PLAIN1", "]C1X9"]


def test_unplugged_in_the_middle_of_a_code_and_plugged_in_again(port: Port, listen: Listen) -> None:
    listener = listen(HidGun(str(port.path)))
    gun = Gun("us")
    port.send(gun.types("FIRST001"))
    listener.wait_for(1)
    for at in range(3):
        port.send(gun.types("HALF", end=None)[: -EVENT.size - 5])
        port.unplug()
        listener.becomes(Condition.MISSING)
        assert "unplugged" in listener.reader.health.words or "not plugged in" in listener.reader.health.words
        port.plug()
        listener.becomes(Condition.READY)
        port.send(gun.types(f"AFTER00{at}"))
        listener.wait_for(2 + at)
    assert listener.codes == ["FIRST001", "AFTER000", "AFTER001", "AFTER002"]


def test_two_guns_typing_at_once_are_never_mixed(tmp_path: Path, listen: Listen) -> None:
    ports = [Port(tmp_path / "event1"), Port(tmp_path / "event2")]
    listeners = [listen(HidGun(str(one.path))) for one in ports]
    sent = [codes(random.Random(at), "ABCDEFGH0123456789", 300) for at in range(2)]

    def type_all(at: int) -> None:
        for code in sent[at]:
            ports[at].send(Gun("us").types(code), (7, 31))

    typists = [threading.Thread(target=type_all, args=(at,)) for at in range(2)]
    for typist in typists:
        typist.start()
    for typist in typists:
        typist.join()
    assert [one.wait_for(300) for one in listeners] == sent


def test_a_code_of_ten_kilobytes_is_given_on_too_long_and_the_next_one_is_fine(port: Port, listen: Listen) -> None:
    listener = listen(HidGun(str(port.path)))
    port.send(Gun("us").types("X" * 10_240))
    port.send(Gun("us").types("ZQ4K81MD7"))
    first, second = listener.wait_for(2)
    assert (len(first), second) == (LONGEST, "ZQ4K81MD7")


def test_a_gun_that_types_garbage_is_read_again_as_soon_as_it_makes_sense(port: Port, listen: Listen) -> None:
    """Random events, as a broken cable makes them: never an error, never a reader that is gone."""
    listener = listen(HidGun(str(port.path), layout="es"))
    dice = random.Random(7)
    for _ in range(300):
        events = (
            EVENT.pack(0, 0, dice.choice((0, 1, 1, 1, 4)), dice.randrange(0, 600), dice.choice((0, 1, 1, 2, -5)))
            for _ in range(100)
        )
        port.send(b"".join(events))
    releases = b"".join(EVENT.pack(0, 0, 1, key, 0) for key in (29, 42, 54, 56, 97, 100))
    port.send(releases + Gun("es").types("")[-EVENT.size * 6 :])
    caps_or_not = Gun("es").types("12345678")
    port.send(caps_or_not)
    wait_until(lambda: bool(listener.codes) and listener.codes[-1].endswith("12345678"), "the code after the garbage")
    assert listener.reader.health.condition is Condition.READY
    assert max(map(len, listener.codes)) <= LONGEST


def test_events_that_the_kernel_dropped_spoil_only_their_own_code(port: Port, listen: Listen) -> None:
    gun, listener = Gun("us"), listen(HidGun(str(port.path)))
    dropped = EVENT.pack(0, 0, 0, 3, 0)
    rest_of_batch = EVENT.pack(0, 0, 1, 30, 1) + EVENT.pack(0, 0, 0, 0, 0)
    port.send(gun.types("WHOLE001") + gun.types("HALF", end=None) + dropped + rest_of_batch + gun.types("WHOLE002"))
    assert listener.wait_for(2) == ["WHOLE001", "WHOLE002"]


def test_control_characters_of_a_gun_arrive(port: Port, listen: Listen) -> None:
    def key(code: int, value: int) -> bytes:
        return EVENT.pack(0, 0, 1, code, value)

    listener = listen(HidGun(str(port.path)))
    group = key(29, 1) + key(27, 1) + key(27, 0) + key(29, 0)
    port.send(Gun("us").types("01A", end=None) + group + Gun("us").types("B"))
    assert listener.wait_for(1) == ["01A\x1dB"]


def test_a_path_that_is_not_there_is_waited_for(tmp_path: Path, listen: Listen) -> None:
    listener = listen(HidGun(str(tmp_path / "event9")))
    listener.becomes(Condition.MISSING)
    port = Port(tmp_path / "event9")
    listener.becomes(Condition.READY)
    port.send(Gun("us").types("HELLO123"))
    assert listener.wait_for(1) == ["HELLO123"]


@pytest.mark.parametrize("device", ["1a86:e329", "1a86:e329:SN0042", "no/such\x00path", "/", "nonsense"])
def test_a_device_that_nobody_knows_is_missing_and_not_an_error(device: str, listen: Listen) -> None:
    listen(HidGun(device)).becomes(Condition.MISSING)


@pytest.mark.parametrize(("number", "words"), [(errno.EBUSY, "held by another program"), (errno.EACCES, "group input")])
def test_a_device_that_another_program_holds_is_locked_and_tried_again(
    number: int, words: str, port: Port, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    grabs: list[tuple[int, int]] = []

    def refuse(_fd: int, request: int, value: int) -> int:
        grabs.append((request, value))
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(stat, "S_ISCHR", lambda _mode: True)
    monkeypatch.setattr(fcntl, "ioctl", refuse)
    listener = listen(HidGun(str(port.path)))
    listener.becomes(Condition.LOCKED)
    assert words in listener.reader.health.words
    assert grabs[0] == (hid.EVIOCGRAB, 1)
    monkeypatch.setattr(fcntl, "ioctl", lambda *_: 0)
    listener.becomes(Condition.READY)


def test_closing_is_prompt_and_may_come_twice(port: Port) -> None:
    gun = HidGun(str(port.path))
    listener = Listener(gun)
    listener.becomes(Condition.READY)
    listener.close()
    gun.close()
    HidGun(str(port.path)).close()
