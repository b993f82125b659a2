// Scans on their way. Each reading becomes one scan with one id; a scan without an answer is kept and asked again
// with that id until the hub has answered, also after a reload.

import { newId } from "./ids.js";
import { recall, remember } from "./storage.js";
import { hubNow } from "./times.js";

const SAME_READING = 3000; // ms: a code still in view, or a gun that fired twice
const DELAYS = [1000, 2000, 4000, 8000, 15000];
const FORGETFUL = 200; // codes remembered for SAME_READING

/**
 * onSent(scan), onAnswer(scan, answer), onTrouble(scan, trouble), onWaiting(count).
 * A scan: {id, seq (order of reading), at, attempts, body (what is posted)}.
 */
export function createDesk({ api, onSent, onAnswer, onTrouble, onWaiting }) {
  const waiting = new Map(recall("waiting", []).map((scan) => [scan.id, { ...scan, busy: false }]));
  const seen = new Map();
  let seq = 0;
  let timer = 0;
  let round = 0;

  function isRepeat(code) {
    const now = performance.now();
    const before = seen.get(code) ?? -Infinity;
    seen.delete(code);
    seen.set(code, now);
    if (seen.size > FORGETFUL) seen.delete(seen.keys().next().value);
    return now - before < SAME_READING;
  }

  /** A reading by camera or gun; false when it is the one before, still in view. `more` ({heads, party}) is asked for new ones only. */
  function read(code, more) {
    if (isRepeat(code)) return false;
    ask({ code, ...more() });
    return true;
  }

  /** A wish: typed, chosen, or the next step after a verdict. */
  function ask(wish) {
    const again = [...waiting.values()].find((scan) => sameWish(scan.body, wish));
    seq += 1;
    seen.set(wish.code, performance.now());
    if (again) again.seq = seq;
    const scan = again ?? { id: newId(), seq, at: new Date(hubNow()).toISOString(), attempts: 0, body: wish, busy: false };
    onSent(scan);
    return attempt(scan);
  }

  async function attempt(scan, { unasked = false } = {}) {
    if (scan.busy) return;
    scan.busy = true;
    scan.attempts += 1;
    // A first attempt happens now by the hub's own clock; a later one has to say when it was.
    const at = scan.attempts > 1 ? { at: scan.at } : {};
    try {
      const answer = await api.scan({ id: scan.id, heads: 1, ...scan.body, ...at });
      drop(scan);
      onAnswer(scan, answer);
    } catch (trouble) {
      if (trouble.passing) keep(scan, trouble);
      else drop(scan);
      // Nobody stands at the door for a retry that failed once more; a final no has to be seen.
      if (!unasked || !trouble.passing) onTrouble(scan, trouble);
    } finally {
      scan.busy = false;
    }
  }

  function keep(scan, trouble) {
    waiting.set(scan.id, scan);
    save();
    if (trouble.kind !== "signed-out") later(trouble.retryAfter);
  }

  function drop(scan) {
    seen.set(scan.body.code, performance.now());
    if (waiting.delete(scan.id)) save();
    if (waiting.size === 0) round = 0;
  }

  function save() {
    remember("waiting", [...waiting.values()].map(({ id, at, attempts, body }) => ({ id, seq: 0, at, attempts, body })));
    onWaiting(waiting.size);
  }

  function later(atLeast = 0) {
    clearTimeout(timer);
    timer = setTimeout(retry, Math.max(atLeast, DELAYS[Math.min(round, DELAYS.length - 1)]));
    round += 1;
  }

  /** Asks again for everything that waits, oldest first; stops at the first that gets no answer. */
  async function retry() {
    clearTimeout(timer);
    for (const scan of [...waiting.values()]) {
      await attempt(scan, { unasked: true });
      if (waiting.has(scan.id)) return;
    }
  }

  function dropAll() {
    clearTimeout(timer);
    waiting.clear();
    save();
  }

  return {
    read, ask, retry, dropAll, forgetReading: (code) => seen.delete(code), start: () => { save(); retry(); },
    get waiting() { return waiting.size; },
  };
}

// Showing the same code again while it waits is the same guest, not a second entry.
function sameWish(body, wish) {
  const plain = (one) => JSON.stringify([one.code, one.heads ?? 1, one.party ?? null, one.admission ?? null, one.override ?? null]);
  return plain(body) === plain(wish);
}
