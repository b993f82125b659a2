"""What is not documented about Oveit, and what goes wrong at night, as switches."""

from dataclasses import dataclass

from app.simulators.switchboard import choice, count, on_off, share
from app.simulators.weather import Weather


@dataclass(slots=True, kw_only=True)
class Switches(Weather):
    """Every switch of the Oveit simulator; the defaults are the likeliest platform on a good night."""

    # Who may call
    bodies: str = choice("both", ("both", "json", "form"), "request bodies that are read; others are as if empty")
    token_in: str = choice("both", ("both", "header", "body"), "where the token is looked for: Bearer header, body")
    token_life: int = count(172800, "seconds after the last call with it when a token expires", lowest=1)
    token_revoked: bool = on_off(False, "every token is answered 403, fresh ones too")
    tokens_die_after: int = count(0, "calls after which a token is dead, however fresh; 0 is never")
    several_tokens: bool = on_off(True, "off: a login ends every token that was handed out before")
    bad_login: str = choice("200", ("200", "403"), "status of a wrong password; both carry error")
    api_permission: str = choice(
        "granted", ("granted", "no-login", "no-calls"), "without it login, or every call after it, is 200 with error"
    )
    seller_id_key: str = choice("blank", ("blank", "plain"), "the key in login's user: 'seller_id ' as printed, or not")
    rate_limit: int = count(0, "requests per second, of all callers together, before 429; 0 is no limit")

    # How it is written
    errors: str = choice("bare", ("bare", "ok-false"), "error alone, or with ok: false; turnstiles always send ok")
    scan_ok: bool = on_off(True, "a scan carries ok: true, as a check-in does")
    wrong_path: str = choice(
        "200", ("200", "404"), "a path that does not exist, or not with GET: 200 with error, or 404"
    )
    offsets: str = choice("utc", ("utc", "venue"), "the offset that dates with one are written in")
    event_counts: str = choice("both", ("both", "tickets", "tickets_sold"), "keys that tell how many tickets there are")
    order: str = choice(
        "stable", ("stable", "shuffled"), "ticket list: the same order always, or another in every answer"
    )
    list_rfid: bool = on_off(False, "the ticket list tells rfid_codes too")
    cancelled: str = choice(
        "vanish", ("vanish", "stay"), "a cancelled ticket is unknown everywhere, or still listed but not let in"
    )
    checked_in: str = choice(
        "entrance", ("entrance", "any"), "what makes checked_in true: an entrance only, or the use of an addon too"
    )

    # Addons
    multi_access: bool = on_off(True, "off: no addons key anywhere, and a check-in with addon_id is refused")
    addon_fields: str = choice(
        "full", ("full", "old"), "addons with is_bundled and enabled, or without (older answers)"
    )
    addons_exhausted: bool = on_off(False, "every addon is refused as used up")
    addons_disabled: bool = on_off(False, "every addon is switched off (enabled: false) and refused")
    optional_addons: str = choice("refused", ("refused", "accepted"), "what becomes of addons with is_bundled: false")

    # What a check-in means
    reentry: str = choice(
        "refused", ("refused", "multi-access", "all"), "a second entrance: never, for types with addons, for everybody"
    )
    gate_between: float = share(0.0, "check-ins that find that another gate was just before them")
    gate_between_next: int = count(0, "the next N check-ins find another gate just before them; counts down")

    # Turnstiles
    turnstile: bool = on_off(True, "off: the account has no turnstiles, and both calls answer ok: false")
    turnstile_shows: bool = on_off(True, "an entrance at a turnstile is among checkins; it counts in any case")
    after_checkout: str = choice(
        "turnstile", ("turnstile", "everywhere", "refused"), "who lets a guest in again that went out at a turnstile"
    )

    # Wristbands and codes
    shared_wristband: str = choice("first", ("first", "error"), "a wristband with several tickets: the first, or error")
    rfid_case: str = choice("exact", ("exact", "any"), "is the case of an rfid_code told apart")
    qr: str = choice("bare", ("bare", "url", "prefixed"), "what the sheet's codes hold: the code, or more around it")

    # Registration forms
    forms: bool = on_off(True, "off: attendees answer error, and tickets carry no form")
    attendee_page: int = count(50, "attendees in one answer", lowest=1)
    lost_cursor: str = choice("start", ("start", "empty", "error"), "what a since leads to whose ticket is gone")
