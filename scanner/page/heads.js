// How many come in with the next scan: 1, 2, 3, or more; back to one after each scan, so that it surprises nobody.

import { button } from "./dom.js";
import { t } from "./words.js";

export function createHeads({ place, onMore }) {
  let wanted = { heads: 1, party: undefined };

  function set(next) {
    wanted = { heads: next.heads, party: next.party };
    paint();
  }

  function paint() {
    const { heads, party } = wanted;
    const many = heads > 3 || party !== undefined;
    const plain = [1, 2, 3].map((n) => choice(String(n), `heads-${n}`, heads === n && !many, () => set({ heads: n })));
    const more = choice(many ? String(heads) : "+", "heads-more", many, () => onMore(wanted));
    more.setAttribute("aria-label", `${t("heads.more")}${many ? `: ${heads}` : ""}`);
    place.dataset.value = String(heads);
    place.replaceChildren(...plain, more);
  }

  function take() {
    const taken = wanted;
    set({ heads: 1 });
    return taken;
  }

  paint();
  return { set, take, paint };
}

function choice(label, id, pressed, act) {
  return button(label, act, { "data-testid": id, "aria-pressed": String(pressed) });
}
