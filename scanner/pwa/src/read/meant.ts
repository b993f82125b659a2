// What a gun meant: it types key positions of its own country, and this machine reads them by its layout. A code that
// the snapshot knows tells which country that is.

import type { Typed } from "./gun.ts";
import { LAYOUTS, readAs } from "./layouts.ts";

interface Memory { chosen: () => string; learned: () => string; learn: (layout: string) => void }

/** The code in what was typed. `chosen`: a layout that a person set goes before all. */
export function meantBy({ typed, keys }: Typed, knows: (code: string) => boolean, { chosen, learned, learn }: Memory): string {
  const set = chosen();
  if (set) return (readAs(set, keys) || typed).trim();
  if (knows(typed.trim())) {
    learn(""); // as this machine has it
    return typed.trim();
  }
  const before = learned();
  const layout = [before, ...LAYOUTS].find((one) => one && knows(readAs(one, keys).trim()));
  if (layout !== undefined && layout !== "") learn(layout);
  const as = layout || before;
  return ((as && readAs(as, keys)) || typed).trim();
}
