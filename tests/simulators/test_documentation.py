"""What the documentation tells of the Fourvenues simulator."""

from pathlib import Path

from app.simulators.fourvenues import Switches
from app.simulators.fourvenues.channels.control import VERBS, VIEWS

TOLD = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8").split("## Oveit")[0]


def test_every_switch_is_told_with_what_it_takes() -> None:
    missing = [
        name
        for name, kind in Switches.kinds().items()
        if f"| `{name}` |" not in TOLD or kind.about not in TOLD or kind.allowed.replace(" | ", r" \| ") not in TOLD
    ]
    assert missing == []


def test_every_verb_and_view_of_sales_is_told() -> None:
    assert [name for name in (*VERBS, *VIEWS) if f"/_control/{name}`" not in TOLD and f"`/{name}`" not in TOLD] == []
