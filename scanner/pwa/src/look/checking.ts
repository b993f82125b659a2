// Says that the page is asking when an answer does not come at once.

const PATIENCE = 250; // ms

export interface Checking { begin(what: object): void; end(what: object): void }

/** chip: the element that says so. */
export function createChecking(chip: HTMLElement): Checking {
  const asked = new Set<object>();
  return {
    begin(what) {
      asked.add(what);
      setTimeout(() => { chip.hidden = asked.size === 0; }, PATIENCE);
    },
    end(what) {
      asked.delete(what);
      if (asked.size === 0) chip.hidden = true;
    },
  };
}
