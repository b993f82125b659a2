// A USB gun is a keyboard that types fast. It is told from a person by its pace, wherever the focus is, and what it
// types never lands in a field. A person's fast pair of letters, held back for a moment, is given back to the field.

const BURST = 35; // ms between two letters; nobody types four letters at this pace
const PAUSE = 80; // ms of silence that end a code when the gun sends no Enter and no Tab
const PATIENT = 300; // the same for a gun that was heard to send one: a hiccup must not split its code
const LEAST = 4; // letters in the shortest code
const LATE_SUFFIX = 500; // ms in which an Enter still belongs to the code before it: a late one, or a second one

/** onCode(code) from a gun; onTyped(letters) from a person while no field has the focus. */
export function createGun({ onCode, onTyped }) {
  let letters = [];
  let last = 0;
  let held = null; // the field in focus and what it contained before the burst
  let timer = 0;
  let endedAt = -Infinity;
  let sendsSuffix = false;

  const pause = () => (sendsSuffix ? PATIENT : PAUSE);
  const isGun = () => letters.length >= LEAST;

  function onKeyDown(event) {
    if (event.isComposing || isShortcut(event)) return;
    if (event.key === "Enter" || event.key === "Tab") onSuffix(event);
    else if (event.repeat) settle();
    else if ([...event.key].length === 1) onLetter(event); // Shift and its kind have longer names
  }

  function onLetter(event) {
    const field = fieldInFocus();
    const limit = field !== null && !isGun() ? BURST : pause();
    if (letters.length > 0 && event.timeStamp - last > limit) settle(event.timeStamp);
    if (letters.length === 0) held = snapshot(field);
    letters.push(event.key);
    last = event.timeStamp;
    keepFromPage(event);
    clearTimeout(timer);
    timer = setTimeout(() => settle(last), pause());
  }

  function keepFromPage(event) {
    if (letters.length === 2 && held !== null) put(held.field, held.value, held.start, held.end);
    const first = letters.length === 1;
    // The first letter may be a person's: a field takes it, and Space still presses a button.
    if (first && (held !== null || event.key === " ")) return;
    consume(event);
  }

  function onSuffix(event) {
    if (letters.length > 0 && event.timeStamp - last > pause()) settle(event.timeStamp);
    if (isGun()) {
      sendsSuffix = true;
      consume(event);
      settle(event.timeStamp);
    } else if (event.timeStamp - endedAt < LATE_SUFFIX && !fieldInFocus()?.value) {
      sendsSuffix = true;
      consume(event); // it would press whatever button has the focus; what a person typed keeps its Enter
    } else settle();
  }

  function settle(at) {
    clearTimeout(timer);
    const [typed, from] = [letters.join(""), held];
    const gun = isGun();
    letters = [];
    held = null;
    if (gun) {
      endedAt = at ?? last;
      onCode(typed);
    } else if (from === null && typed.trim()) onTyped(typed);
    else if (typed.length > 1 && from !== null) giveBack(from.field, typed);
  }

  window.addEventListener("keydown", onKeyDown, { capture: true });
}

function isShortcut(event) {
  return (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState("AltGraph");
}

function consume(event) {
  event.preventDefault();
  event.stopPropagation();
}

const WRITABLE = /^(text|search|password|email|tel|url)$/;

function fieldInFocus() {
  const node = document.activeElement;
  if (node instanceof HTMLTextAreaElement) return node;
  return node instanceof HTMLInputElement && WRITABLE.test(node.type) ? node : null;
}

function snapshot(field) {
  return field && { field, value: field.value, start: field.selectionStart, end: field.selectionEnd };
}

function put(field, value, start, end) {
  field.value = value;
  try {
    field.setSelectionRange(start, end);
  } catch {
    // Some kinds of field have no selection.
  }
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function giveBack(field, typed) {
  const [start, end] = [field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length];
  put(field, field.value.slice(0, start) + typed + field.value.slice(end), start + typed.length, start + typed.length);
}
