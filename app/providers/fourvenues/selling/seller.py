"""Fourvenues behind the port `Seller`. Its quirks are listed in README.md of the provider.

Two APIs: Integrations issues what was paid at the door, the Channel Manager has payment pages. Each has its own key,
Transport and Pacer; the Integrations one is shared with the door's provider, since the platform counts by key.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

import httpx
import structlog

from app.domain.model import Event
from app.domain.outbox import AnswerKind, Receipt
from app.domain.sale import Rate, Sale, Tender
from app.ports import Clock, Damaged, ProviderError
from app.ports.selling import Payment, PaymentPage, Told
from app.providers.fourvenues.account import FourvenuesAccount
from app.providers.fourvenues.client import Client
from app.providers.fourvenues.selling import bodies, payments, rates, webhook
from app.providers.fourvenues.selling.channels import ChannelsClient
from app.providers.fourvenues.selling.issuing import Issuing, TicketFinder, event_of
from app.providers.fourvenues.selling.rates import Terms
from app.providers.lookups import Lookups
from app.providers.pace import Pacer
from app.providers.transport import Limits, Secret, Transport

log = structlog.get_logger()

WEBHOOK = "doorcheck"
"""What our webhook is called at the platform."""
NO_KEY = "there is no channels_api_key: this account has no payment pages"
PATIENCE = timedelta(seconds=10)
"""For asking the Integrations API of a payment that the Channel Manager does not know."""


class FourvenuesSeller:
    """Sells through one account at Fourvenues. Thread-safe; every failure is a `ProviderError`.

    `transport` is the Integrations API's, which whoever gave it closes; `pacer` and `http` are for the Channel Manager.
    """

    def __init__(
        self,
        settings: FourvenuesAccount,
        clock: Clock,
        transport: Transport,
        *,
        pacer: Pacer | None = None,
        http: httpx.BaseTransport | None = None,
    ) -> None:
        self.account = settings.account
        self._settings = settings
        self._clock = clock
        self._client = Client(transport)
        self._transport = _channels_transport(settings, clock, pacer, http)
        self._channels = ChannelsClient(self._transport) if self._transport else None
        self.tenders = rates.AT_THE_DOOR | ({Tender.PHONE} if self._channels else frozenset())
        self._issuing = Issuing(self._client, settings)
        self._finder = TicketFinder(self._client, settings.ticket_lookup_path)
        self._lookups = Lookups(self.account)
        self._secret = Secret(settings.webhook_secret.strip())
        for one in (transport, self._transport):
            if one is not None:
                one.hide(*settings.secrets())

    def __repr__(self) -> str:
        return f"FourvenuesSeller({self.account!r})"

    def rates(self, event: Event) -> Sequence[Rate]:
        """See the port. Where one API can't be asked, the rates of the other come; raises when none can."""
        terms = Terms(
            event=event, currency=self._settings.currency.strip().upper(), needed=self._settings.needed,
            now=self._clock(),
        )  # fmt: skip
        asked = [self._tried("integrations", lambda: self._ours(terms))]
        if self._channels is not None:
            channels = self._channels
            asked.append(self._tried("channels", lambda: self._theirs(channels, terms)))
        told = [one for one in asked if not isinstance(one, ProviderError)]
        if not told:
            raise next(one for one in asked if isinstance(one, ProviderError))
        ours, theirs = (() if isinstance(one, ProviderError) else one for one in (*asked, ())[:2])
        return rates.merged(ours, theirs, terms)

    def page(self, sale: Sale, back: str) -> PaymentPage:
        """See the port. The tickets get our codes, and the payment our id of the sale."""
        if self._channels is None:
            raise ProviderError(AnswerKind.BROKEN, NO_KEY)
        try:
            body = bodies.checkout(sale, back)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            words = f"the sale can't be put into words ({type(error).__name__})"
            raise ProviderError(AnswerKind.BROKEN, words) from None
        rows = self._channels.checkout(body).rows
        if not rows:
            raise ProviderError(AnswerKind.DOUBTFUL, "the platform's answer has no payment page")
        return payments.page(rows[0], sale)

    def payment(self, sale: Sale) -> Payment:
        """See the port. One ticket that is paid, or can still be, tells of all: they are paid together."""
        known = Payment.UNKNOWN
        for sold in sale.tickets:
            stands = self._stands(sold.code)
            if stands in {Payment.PAID, Payment.WAITING}:
                return stands
            known = Payment.FAILED if Payment.FAILED in {known, stands} else Payment.UNKNOWN
        return known if known is Payment.FAILED or not sale.tickets else self._elsewhere(sale)

    def issue(self, sale: Sale, without: Collection[str]) -> Receipt:
        """See the port."""
        return self._issuing(sale, without)

    def issued(self, sale: Sale, budget: timedelta) -> frozenset[str]:
        """See the port. A "not found" counts only from a path that is known to find tickets."""
        codes = [sold.code for sold in sale.tickets]
        return self._lookups.within(budget, lambda: self._finder.there(codes, event_of(sale), budget))

    def listen(self, body: bytes, signature: str, message_id: str) -> Told | None:
        """See the port. Without a `webhook_secret` nothing is believed."""
        return webhook.listen(self._secret, body, signature, message_id)

    def register_webhook(self, url: str) -> str:
        """See the port. The secret belongs into the setting `webhook_secret`."""
        if self._channels is None:
            raise ProviderError(AnswerKind.BROKEN, NO_KEY)
        return self._channels.register_webhook(WEBHOOK, url).reveal()

    def close(self) -> None:
        """Let go of what is not shared with the provider."""
        self._lookups.close()
        if self._transport is not None:
            self._transport.close()

    # Rates

    def _ours(self, terms: Terms) -> list[Rate]:
        rows = self._client.rates("tickets", terms.event.ref).rows
        return list(self._whole(rates.integrations(raw, terms) for raw in rows))

    def _theirs(self, channels: ChannelsClient, terms: Terms) -> list[Rate]:
        rows = [raw for raw in channels.rates(terms.event.ref).rows if not rates.of_another_event(raw, terms.event)]
        return list(self._whole(rates.channels(_detailed(channels, raw, terms.event), terms) for raw in rows))

    def _whole(self, told: Iterable[Rate | Damaged]) -> Iterable[Rate]:
        for one in told:
            if isinstance(one, Rate):
                yield one
            else:
                log.warning("rate.damaged", account=self.account, ref=one.ref, why=one.why)

    def _tried(self, which: str, ask: Callable[[], Sequence[Rate]]) -> Sequence[Rate] | ProviderError:
        try:
            return ask()
        except ProviderError as error:
            log.warning("rates.untold", account=self.account, interface=which, kind=error.kind, status=error.status)
            return error

    # Payments

    def _stands(self, code: str) -> Payment:
        """What the Channel Manager tells of one code."""
        if self._channels is None:
            return Payment.UNKNOWN
        try:
            return payments.by_channels(list(self._channels.by_code(code).rows), code)
        except ProviderError as error:
            if error.status == 404 and error.kind is AnswerKind.BROKEN:
                return Payment.UNKNOWN
            raise

    def _elsewhere(self, sale: Sale) -> Payment:
        """What the Integrations API tells, where the Channel Manager knows nothing. A key that may not ask there, and
        paths that find nothing, leave it unknown."""
        code = sale.tickets[0].code
        try:
            return payments.by_integrations(list(self._finder.rows(code, event_of(sale), PATIENCE)), code)
        except ProviderError as error:
            if self._channels is not None and error.kind in {AnswerKind.BARRED, AnswerKind.BROKEN}:
                return Payment.UNKNOWN
            raise


def _detailed(channels: ChannelsClient, raw: bytes, event: Event) -> bytes:
    """A row of the list; asked for by itself where the list does not tell its prices."""
    if not rates.lacks_details(raw):
        return raw
    ref, slug = rates.handles(raw)
    asks: list[Callable[[], Sequence[bytes]]] = []
    if ref:
        asks.append(lambda: channels.rate(ref).rows)
    if slug:
        asks.append(lambda: channels.rate_by_slug(slug, event.ref).rows)
    for ask in asks:
        try:
            rows = [row for row in ask() if not rates.lacks_details(row)]
        except ProviderError as error:
            if error.kind is not AnswerKind.BROKEN and error.status != 403:
                raise
            continue
        if rows:
            return rows[0]
    return raw


def _channels_transport(
    settings: FourvenuesAccount, clock: Clock, pacer: Pacer | None, http: httpx.BaseTransport | None
) -> Transport | None:
    headers = settings.channels_headers()
    if not headers:
        return None
    return Transport(
        settings.channels_base_url,
        headers,
        pacer or Pacer(settings.requests_per_second),
        clock,
        limits=replace(Limits(), read=settings.timeout.total_seconds()),
        http=http,
    )
