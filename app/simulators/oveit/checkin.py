"""Finding a ticket and using it, under the switches that say what is not documented."""

from app.simulators.oveit.asking import Fields, No, number, text
from app.simulators.oveit.rows import Addon, Ticket
from app.simulators.oveit.world import World
from app.simulators.weather import Dice


def ticket_asked(world: World, fields: Fields) -> Ticket:
    """The ticket that the codes of a call mean, of whatever event; raises No."""
    code, rfid = text(fields, "ticket_code") or text(fields, "code"), text(fields, "rfid_code")
    if code is None and rfid is None:
        raise No("no_code")
    ticket = None if code is None else world.by_code(code)
    if code is not None and ticket is None:
        raise No("unknown_ticket")
    paired = [] if rfid is None else world.by_rfid(rfid)
    if rfid is not None and not paired:
        raise No("unknown_wristband")
    if ticket is None:
        return _of_wristband(world, paired)
    if rfid is not None and ticket not in paired:
        raise No("codes_disagree")
    return ticket


def _of_wristband(world: World, paired: list[Ticket]) -> Ticket:
    if len(paired) > 1 and world.switches.shared_wristband == "error":
        raise No("several_tickets")
    return paired[0]


def check_in(world: World, dice: Dice, fields: Fields) -> Ticket:
    """Let a guest in, or use one of an addon; raises No and then nothing has changed."""
    ticket, addon_id, wanted = ticket_asked(world, fields), number(fields, "addon_id"), number(fields, "ticket_type_id")
    if wanted is not None and wanted != ticket.type.id:
        raise No("wrong_type")
    _use(world, dice, ticket, addon_id, "checkin")
    return ticket


def _use(world: World, dice: Dice, ticket: Ticket, addon_id: int | None, by: str) -> None:
    """Count one use; perhaps somebody at another gate, who may, is just before us."""
    _may(world, ticket, addon_id, by)
    if dice.counts_down("gate_between_next") or dice.falls(world.switches.gate_between):
        world.enter_elsewhere(ticket, addon_id)
        _may(world, ticket, addon_id, by)
    world.count_use(ticket, addon_id, by)


def _may(world: World, ticket: Ticket, addon_id: int | None, by: str) -> None:
    """Raise No when the ticket is not good for that."""
    if ticket.cancelled:
        raise No("cancelled")
    if addon_id is None:
        _may_enter(world, ticket, by)
    else:
        _may_use(world, ticket, addon_id)


def _may_enter(world: World, ticket: Ticket, by: str) -> None:
    """Raise No when the guest was let in before and may not be again."""
    switches, ways = world.switches, ticket.entrances()
    if not ways:
        return
    if ways[-1].direction == "out":
        again = switches.after_checkout in ("everywhere", by)
    else:
        several = switches.multi_access and bool(ticket.type.addons)
        again = switches.reentry == "all" or (switches.reentry == "multi-access" and several)
    if not again:
        raise No("already_in")


def _may_use(world: World, ticket: Ticket, addon_id: int) -> None:
    """Raise No when the addon can't be used with the ticket; being inside is not needed."""
    switches = world.switches
    if not switches.multi_access:
        raise No("no_multi_access")
    addon = _addon(ticket, addon_id)
    if not addon.is_bundled and switches.optional_addons == "refused":
        raise No("no_such_addon")
    if switches.addons_disabled or not addon.enabled:
        raise No("addon_disabled")
    if switches.addons_exhausted or ticket.used(addon_id) >= addon.uses:
        raise No("addon_used_up")


def _addon(ticket: Ticket, addon_id: int) -> Addon:
    found = next((addon for addon in ticket.type.addons if addon.id == addon_id), None)
    if found is None:
        raise No("no_such_addon")
    return found


def turn_in(world: World, dice: Dice, fields: Fields) -> None:
    """Somebody goes in at a turnstile; raises No."""
    _use(world, dice, _at_turnstile(world, fields), None, "turnstile")


def turn_out(world: World, fields: Fields) -> None:
    """Somebody goes out at a turnstile; raises No."""
    ticket = _at_turnstile(world, fields)
    ways = ticket.entrances()
    if not ways or ways[-1].direction == "out":
        raise No("not_inside")
    world.count_use(ticket, None, "turnstile", "out")


def _at_turnstile(world: World, fields: Fields) -> Ticket:
    if not world.switches.turnstile:
        raise No("no_turnstile")
    return ticket_asked(world, fields)
