// Says that the page is asking when an answer does not come at once.

const PATIENCE = 250; // ms

/** chip: the element that says so. */
export function createChecking(chip) {
  const asked = new Set();

  function begin(scan) {
    asked.add(scan);
    setTimeout(() => { chip.hidden = asked.size === 0; }, PATIENCE);
  }

  function end(scan) {
    asked.delete(scan);
    if (asked.size === 0) chip.hidden = true;
  }

  return { begin, end };
}
