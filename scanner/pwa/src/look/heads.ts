// How many come in with the next scan: 1, 2, 3, or more; back to one after each scan, so that it surprises nobody.

import type { Party } from "../domain/model.ts";
import { t } from "../words/words.ts";
import { button } from "./dom.ts";

export interface Wanted { heads: number; party?: Party | undefined }
export interface Heads { set(next: Wanted): void; take(): Wanted; paint(): void }

export function createHeads({ place, onMore }: { place: HTMLElement; onMore: (wanted: Wanted) => void }): Heads {
  let wanted: Wanted = { heads: 1 };

  function set(next: Wanted): void {
    wanted = { heads: next.heads, party: next.party };
    paint();
  }

  function paint(): void {
    const { heads, party } = wanted;
    const many = heads > 3 || party !== undefined;
    const plain = [1, 2, 3].map((n) => choice(String(n), `heads-${n}`, heads === n && !many, () => set({ heads: n })));
    const more = choice(many ? String(heads) : "+", "heads-more", many, () => onMore(wanted));
    more.setAttribute("aria-label", `${t("heads.more")}${many ? `: ${heads}` : ""}`);
    place.dataset.value = String(heads);
    place.replaceChildren(...plain, more);
  }

  function take(): Wanted {
    const taken = wanted;
    set({ heads: 1 });
    return taken;
  }

  paint();
  return { set, take, paint };
}

function choice(label: string, id: string, pressed: boolean, act: () => void): HTMLButtonElement {
  return button(label, act, { "data-testid": id, "aria-pressed": String(pressed) });
}
