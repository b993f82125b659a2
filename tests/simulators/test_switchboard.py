import re

import pytest

from app.simulators.fourvenues import Switches
from app.simulators.switchboard import SwitchError


def test_text_settings_become_typed_positions() -> None:
    board = Switches.parse(["lose-next=3", "lose_answers=0.25", "down=on", "forbidden=lists,v2/passes", "auth=pair"])
    assert (board.lose_next, board.lose_answers, board.down, board.auth) == (3, 0.25, True, "pair")
    assert board.forbidden == {"lists", "v2/passes"}


def test_all_and_none_are_understood_by_sets() -> None:
    assert "tickets" in Switches.parse(["forbidden=all"]).forbidden
    assert Switches.parse(["forbidden=none"]).forbidden == frozenset()


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("colour=red", "there is no switch 'colour'"),
        ("auth=password", "it takes: both | key | pair"),
        ("down=perhaps", "it takes: on | off"),
        ("lose_answers=2", "probability from 0 to 1"),
        ("page_max=-1", "whole number from 0"),
        ("down", "name=value"),
    ],
)
def test_a_bad_setting_is_told_what_would_be_good(setting: str, told: str) -> None:
    with pytest.raises(SwitchError, match=re.escape(told)):
        Switches.parse([setting])


def test_several_switches_are_turned_all_or_none() -> None:
    board = Switches()
    with pytest.raises(SwitchError):
        board.update({"down": True, "auth": "password"})
    assert board.down is False


def test_every_switch_says_what_it_does_and_accepts_its_own_default() -> None:
    for row in Switches().describe():
        assert row["about"]
        Switches().set(row["name"], row["default"])


def test_reset_puts_every_switch_back() -> None:
    board = Switches.parse(["down=on", "page_max=5"])
    board.reset()
    assert board == Switches()
