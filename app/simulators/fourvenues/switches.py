"""What is not documented about Fourvenues, and what goes wrong at night, as switches."""

from dataclasses import dataclass

from app.simulators.switchboard import choice, count, on_off, words
from app.simulators.weather import Weather

RESOURCES = (
    "channels",
    "events",
    "tickets",
    "tickets-rates",
    "lists",
    "lists-rates",
    "passes",
    "passes-rates",
    "v2/passes",
    "bookings",
)
STAMPS = ("iso", "seconds", "ms", "zero", "null", "absent")
REFUSALS = ("400", "403", "409", "200")


@dataclass(slots=True, kw_only=True)
class Switches(Weather):
    """Every switch of the Fourvenues simulator; the defaults are the likeliest platform on a good night."""

    # Who may call
    auth: str = choice("both", ("both", "key", "pair"), "headers accepted: X-Api-Key, integration_id + secret, or both")
    key_revoked: bool = on_off(False, "every key is answered 401 with an empty body")
    forbidden: frozenset[str] = words(
        frozenset(), (*RESOURCES, "checkin"), "resources that answer 403 to this key (checkin: every check-in)"
    )
    rate_limit: int = count(10, "requests per second and key before 429; 0 is no limit")

    # Finding and listing
    ticket_lookup: str = choice(
        "by-code", ("by-code", "code", "both"), "paths that find a ticket by code; the others answer 404 like no ticket"
    )
    events_filter: str = choice("strict", ("strict", "lax"), "strict: 400 'Date is empty' without start and end")
    page_default: int = count(0, "rows when no limit is asked; 0 is everything")
    page_max: int = count(0, "most rows in one answer whatever is asked; 0 is no maximum")
    paged: frozenset[str] = words(
        frozenset({"tickets"}),
        ("tickets", "lists", "passes", "v2/passes", "bookings"),
        "resources that honour limit and offset at all; documented for tickets only",
    )
    ignore_limit: bool = on_off(False, "limit is ignored everywhere")
    ignore_offset: bool = on_off(False, "offset is ignored everywhere: every page is the first")
    order: str = choice(
        "stable",
        ("stable", "shuffled", "shifting"),
        "the same always; another in every pass; another in every page, so that rows repeat and go missing",
    )
    start_bound: str = choice("inclusive", ("inclusive", "exclusive"), "is a row stamped exactly start_date returned")
    end_bound: str = choice("exclusive", ("inclusive", "exclusive"), "is a row stamped exactly end_date returned")
    deleted_per_poll: int = count(0, "tickets that vanish without trace each time a ticket list is begun")
    sold_per_page: int = count(0, "tickets sold just before each page of tickets, so that rows shift between pages")

    # How rows are written
    created_at: str = choice("iso", STAMPS, "how created_at is written")
    updated_at: str = choice("ms", STAMPS, "how updated_at is written")
    entry_date: str = choice("seconds", STAMPS, "how entry_date is written after an entry")
    no_entry_date: str = choice("zero", ("zero", "null", "absent"), "how entry_date is written before an entry")
    stamps_on_lists: bool = on_off(False, "list entries and passes carry created_at and updated_at too")
    entry_moves_updated_at: bool = on_off(True, "a check-in moves updated_at")

    # What a check-in means
    already_in: str = choice("400", REFUSALS, "status that refuses a ticket already in (200 carries success: false)")
    not_valid: str = choice("400", REFUSALS, "status that refuses what is cancelled, refunded, removed or pending")
    enter_means: str = choice("absolute", ("absolute", "increment"), "enter is the total inside, or people to add")
    partial_entry: str = choice("allowed", ("allowed", "refused"), "may a ticket for several be entered in parts")
    list_put: str = choice("replace", ("replace", "add"), "options of a list or pass replace what is stored, or add")
    v2_checkin: bool = on_off(True, "passes that only v2 knows can be checked in on the v1 path with the same _id")
