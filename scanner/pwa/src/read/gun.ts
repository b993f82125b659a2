// A USB gun is a keyboard that types fast. It is told from a person by its pace, wherever the focus is, and what it
// types never lands in a field. A person's fast pair of letters, held back for a moment, is given back to the field.

import type { Key } from "./layouts.ts";
import { BURST, LEAST, QUICK, typistOf } from "./pace.ts";

const SILENCE = 120; // ms that end a code of a gun that sends no Enter and no Tab
const PATIENT = 1000; // the same for a gun that sends one, or was not heard yet: a hiccup must not split its code
const UNSURE = 300; // the same while it may be a person
const LATE_SUFFIX = 500; // ms in which an Enter still belongs to the code before it: a late one, or a second one

type Field = HTMLInputElement | HTMLTextAreaElement;
interface Held { field: Field; value: string; start: number | null; end: number | null }

/** `typed` as this machine's keyboard layout has it; `keys`: which keys it were, for a gun of another country. */
export interface Typed { typed: string; keys: Key[] }

/** onCode(typed) from a gun; onTyped(letters) from a person while no field has the focus. */
export function createGun({ onCode, onTyped }: { onCode: (typed: Typed) => void; onTyped: (letters: string) => void }): void {
  let letters: string[] = [];
  let keys: Key[] = [];
  let gaps: number[] = []; // ms between the letters
  let isGun = false;
  let last = 0;
  let held: Held | null = null; // the field in focus and what it contained before the burst
  let timer = 0;
  let endedAt = Number.NEGATIVE_INFINITY;
  let sendsSuffix = true; // until a code ends without

  /** ms of silence that end what is typed now. */
  function pause(): number {
    if (isGun) return sendsSuffix ? PATIENT : SILENCE;
    return held !== null ? QUICK : UNSURE; // a person's pair of letters, held back from its field, is not for long
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.isComposing || isShortcut(event)) return;
    if (event.key === "Enter" || event.key === "Tab") onSuffix(event);
    else if (event.repeat) settle();
    else if ([...event.key].length === 1) onLetter(event, event.key); // Shift and its kind have longer names
    else if (event.key === "Dead") onLetter(event, ""); // an accent of this machine's layout, that a gun of another one never meant
  }

  function onLetter(event: KeyboardEvent, letter: string): void {
    const field = fieldInFocus();
    const gap = event.timeStamp - last;
    if (letters.length > 0 && gap > (field !== null && !isGun ? BURST : pause())) settle(event.timeStamp);
    if (letters.length === 0) held = snapshot(field);
    else gaps.push(gap);
    letters.push(letter);
    keys.push({ code: event.code, shift: event.shiftKey, caps: event.getModifierState("CapsLock") });
    last = event.timeStamp;
    keepFromPage(event);
    const typist = isGun ? "gun" : typistOf(gaps);
    isGun = typist === "gun";
    if (typist === "person") return settle();
    clearTimeout(timer);
    // Keys that came while the page was busy are ahead of the second timer.
    timer = window.setTimeout(() => { timer = window.setTimeout(onPause); }, pause());
  }

  function onPause(): void {
    if (isGun) sendsSuffix = false;
    settle(last);
  }

  function keepFromPage(event: KeyboardEvent): void {
    if (letters.length === 2 && held !== null) put(held.field, held.value, held.start, held.end);
    const first = letters.length === 1;
    // The first letter may be a person's: a field takes it, and Space still presses a button.
    if (first && (held !== null || event.key === " ")) return;
    consume(event);
  }

  function onSuffix(event: KeyboardEvent): void {
    if (letters.length > 0 && event.timeStamp - last > pause()) settle(event.timeStamp);
    if (isGun || letters.length >= LEAST) {
      isGun = true; // a short code with a hiccup
      sendsSuffix = true;
      consume(event);
      settle(event.timeStamp);
    } else if (event.timeStamp - endedAt < LATE_SUFFIX && !fieldInFocus()?.value) {
      sendsSuffix = true;
      consume(event); // it would press whatever button has the focus; what a person typed keeps its Enter
    } else settle();
  }

  function settle(at?: number): void {
    clearTimeout(timer);
    const [typed, pressed, from, gun] = [letters.join(""), keys, held, isGun];
    letters = [];
    keys = [];
    gaps = [];
    isGun = false;
    held = null;
    if (gun) {
      endedAt = at ?? last;
      onCode({ typed, keys: pressed });
    } else if (from === null && typed.trim()) onTyped(typed);
    else if (typed.length > 1 && from !== null) giveBack(from.field, typed);
  }

  window.addEventListener("keydown", onKeyDown, { capture: true });
}

function isShortcut(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState("AltGraph");
}

function consume(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}

const WRITABLE = /^(text|search|password|email|tel|url)$/;

function fieldInFocus(): Field | null {
  const node = document.activeElement;
  if (node instanceof HTMLTextAreaElement) return node;
  return node instanceof HTMLInputElement && WRITABLE.test(node.type) ? node : null;
}

function snapshot(field: Field | null): Held | null {
  return field && { field, value: field.value, start: field.selectionStart, end: field.selectionEnd };
}

function put(field: Field, value: string, start: number | null, end: number | null): void {
  field.value = value;
  try {
    field.setSelectionRange(start, end);
  } catch {
    // Some kinds of field have no selection.
  }
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function giveBack(field: Field, typed: string): void {
  const [start, end] = [field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length];
  put(field, field.value.slice(0, start) + typed + field.value.slice(end), start + typed.length, start + typed.length);
}
