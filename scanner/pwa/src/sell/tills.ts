// The ways between the sheets of the till.

import { Trouble } from "../hub/api.ts";
import { openReport, openShifts, openTillClosing, openTillOpening } from "./till.ts";
import type { Counter, Shift } from "./wire.ts";
import { t, troubleWords } from "./words.ts";

interface Wiring {
  counter: Counter;
  currency: () => string;
  /** Where one came from. */
  home: () => void;
}

export interface Tills { show(): Promise<void> }

export function createTills({ counter, currency, home }: Wiring): Tills {
  async function show(): Promise<void> {
    const till = await counter.till().catch(() => null);
    if (till === null) openShifts({ items: null, back: home, open: () => undefined });
    else if (till.shift === null) opening();
    else report(till.shift, home);
  }

  function opening(): void {
    openTillOpening({
      currency: currency(), back: home, shifts: () => void shifts(),
      done: (filled) => wrongOf(counter.openTill(filled), home),
    });
  }

  function closing(shift: Shift): void {
    openTillClosing({
      shift, back: () => report(shift, home),
      done: (filled) => wrongOf(counter.closeTill(filled), (closed) => report(closed, home)),
    });
  }

  function report(shift: Shift, back: () => void): void {
    openReport({ shift, back, close: shift.closed_at ? null : () => closing(shift), shifts: () => void shifts(), print: (say) => void print(shift, say) });
  }

  async function print({ id }: Shift, say: (words: string) => void): Promise<void> {
    say(await counter.printShift(id).then(({ printed, message }) => message || t(printed ? "printed" : "print.not"), troubleWords));
  }

  async function shifts(): Promise<void> {
    const items = await counter.shifts().then((told) => told.items, () => null);
    openShifts({ items, back: () => void show(), open: (shift) => report(shift, () => void shifts()) });
  }

  return { show };
}

/** What is wrong with what was filled in, by field; when nothing is, it goes on. */
async function wrongOf(asked: Promise<Shift>, then: (shift: Shift) => void): Promise<{ field: string; words: string }[]> {
  try {
    then(await asked);
    return [];
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    if (trouble.errors.length > 0) return trouble.errors.map(({ field, message }) => ({ field, words: message }));
    return [{ field: "", words: troubleWords(trouble) }];
  }
}
