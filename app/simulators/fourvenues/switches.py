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


SALES_RESOURCES = (
    "issue",
    "payments",
    "refunds",
    "wallet-movements",
    "channels/auth",
    "channels/organizations",
    "channels/locations",
    "channels/events",
    "channels/ticket-rates",
    "channels/checkout",
    "channels/tickets",
    "channels/payments",
    "channels/webhooks",
)
DATED = ("passes", "v2/passes", "bookings")
ODD_ROWS = ("nan", "null", "text", "decimals", "currency")


@dataclass(slots=True, kw_only=True)
class DoorSwitches(Weather):
    """Switches that a door can notice; the defaults are the likeliest platform on a good night."""

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


@dataclass(slots=True, kw_only=True)
class Switches(DoorSwitches):
    """Every switch of the Fourvenues simulator: those of the door, of selling and of the back office."""

    # Tickets issued outside of the platform's checkout
    issue_seller: str = choice(
        "required", ("required", "optional"), "without channel_id and referral_id an issue is refused, or is not"
    )
    issue_partial: bool = on_off(
        False, "an issue with a bad ticket creates those before it, and is refused all the same"
    )
    issue_answer: str = choice(
        "one", ("one", "many", "none"), "data of an issue: the first ticket however many there are, all, or no data"
    )
    issue_delay: int = count(0, "milliseconds until an issued ticket is listed and found")

    # The Channel Manager
    channels_auth: str = choice(
        "channel", ("channel", "any", "nobody"), "keys that the Channel Manager accepts: those that begin with cm_, any"
    )
    foreign_key: str = choice("401", ("401", "403"), "status that the Channel Manager answers to another API's key")
    sales_forbidden: frozenset[str] = words(
        frozenset(), SALES_RESOURCES, "resources of selling and of the back office that answer 403 to this key"
    )
    rate_fields: bool = on_off(False, "a rate of the Channel Manager tells in fields what it wants to know of a guest")
    pending_word: str = choice(
        "pending_payment", ("pending_payment", "processing"), "status of a ticket that is not paid yet"
    )
    channel_sales_seen: str = choice(
        "at_once", ("at_once", "later", "never"), "when a paid ticket of the Channel Manager is in the Integrations API"
    )
    channel_sales_delay: int = count(2000, "milliseconds that channel_sales_seen=later means")
    sold_out: bool = on_off(False, "every rate is sold out")
    price_changes: int = count(0, "the next N checkouts find that the price has just gone up; counts down")

    # The hosted payment
    payment_outcome: str = choice(
        "manual",
        ("manual", "succeeds", "fails", "expires"),
        "what becomes of a payment: what is done on its page or over the back door, or that by itself after a delay",
    )
    payment_delay: int = count(0, "milliseconds until the payment_outcome")
    payment_expires: int = count(900, "seconds until a payment that nobody made expires; 0 is never")

    # Webhooks
    webhooks: str = choice(
        "on", ("on", "off", "late", "twice"), "sent at once; never; after webhooks_delay; two times with one id"
    )
    webhooks_delay: int = count(2000, "milliseconds that webhooks=late means")
    webhook_backoff: int = count(
        1000, "milliseconds before the first retry of a webhook; doubled each time, with jitter"
    )
    webhook_attempts: int = count(40, "attempts before a webhook is given up", lowest=1)
    webhook_timeout: int = count(5000, "milliseconds that the receiver of a webhook has to answer 2xx", lowest=1)

    # The back office
    payments_shape: str = choice(
        "use_case", ("use_case", "reference"), "rows of payments: with _id and amount, or with total_amount and no _id"
    )
    refunds_shape: str = choice(
        "use_case", ("use_case", "reference"), "rows of refunds: with payment_id, or with resources_ids and no _id"
    )
    amounts: str = choice(
        "documented",
        ("documented", "cents", "units"),
        "payments, refunds and wallet: cents where the key is amount and units where it is total_amount, or always one",
    )
    takings_filter: str = choice(
        "strict", ("strict", "lax"), "strict: 400 without event_id and without start_date and end_date"
    )
    takings_paged: bool = on_off(True, "payments, refunds and wallet movements honour limit and offset")
    dated: frozenset[str] = words(
        frozenset(DATED), DATED, "resources that honour start_date, end_date and date_field besides tickets and lists"
    )
    odd_rows: int = count(0, "the next N rows of payments, refunds and wallet movements are odd; counts down")
    odd_row: str = choice(
        "text",
        ODD_ROWS,
        "what odd_rows are: amounts that are NaN, null, text, of three decimals; a currency nobody has",
    )
