// Selling, as the door sees it: a button where the hub says that this station sells. What is behind it comes when it is needed.

import type { Status } from "../hub/api.ts";
import { rememberDraft } from "../sell/kept.ts";
import type { Shop, Told, Wiring } from "../sell/shop.ts";

export interface Selling {
  open(): void;
  /** Does this station sell at all? */
  readonly isOn: boolean;
  onStatus(status: Status): void;
  onSale(told: Told): void;
  paint(): void;
  forget(): void;
}

/** `onStale`: the hub has another version of the page, and what is behind the button is not to be had any more. */
export function createSelling({ onStale, ...wiring }: Wiring & { onStale: () => void }): Selling {
  const { opener, chip } = wiring;
  let loading: Promise<Shop> | null = null;
  let shop: Shop | null = null;
  let isOn = false;

  async function load(): Promise<Shop> {
    const { createShop } = await import("../sell/shop.ts");
    shop ??= createShop(wiring);
    return shop;
  }

  function withShop(act: (shop: Shop) => void, onFailed: () => void = () => undefined): void {
    loading ??= load();
    loading.then(act, () => { loading = null; onFailed(); });
  }

  function onStatus({ sells = [] }: Status): void {
    isOn = sells.length > 0;
    opener.hidden = !isOn;
    if (isOn) withShop((one) => one.onStatus());
  }

  function forget(): void {
    isOn = false;
    opener.hidden = true;
    chip.hidden = true;
    rememberDraft(null);
    shop?.forget();
  }

  return {
    get isOn() { return isOn; },
    open: () => withShop((one) => one.open(), onStale), onStatus, forget,
    onSale: (told) => shop?.hear(told), paint: () => shop?.paint(),
  };
}
