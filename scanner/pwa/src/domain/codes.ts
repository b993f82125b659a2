// Raw reading -> the code to look up, as app/domain/codes.py does it: readers add prefixes and web addresses, platforms
// know the bare code. Both run tests/scenarios/codes.json.

export const LONGEST = 512; // characters of a cleaned code
const LONGEST_RAW = 8192; // a QR code holds 7,089 digits at most

const SIMPLE = /^[A-Za-z0-9]+$/;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu; // control, zero width, byte order mark, lone surrogates, separators
const SCANNER_PREFIX = /^(?:\][A-Za-z][0-9A-Za-z]|\\[0-9]{6})/; // AIM symbology (`]Q3`), ECI (`\000026`)
const WEB_ADDRESS = /^https?:\/\//i;
const CODE = /^[A-Za-z0-9_-]{4,64}$/;
const NAMED = /^[A-Za-z][A-Za-z0-9]{1,15}:([A-Za-z0-9_-]{4,64})$/;
const TAG_SEPARATORS = /[\s:-]/g;
const TAG = /^[0-9A-F]{4,32}$/;
const CODE_PARAMETERS = ["code", "ticket", "c", "qr"];

/** The code in a raw reading, in its own case; "" when the reading is empty or unreadable. */
export function clean(raw: string): string {
  if (raw.length <= LONGEST && SIMPLE.test(raw)) return raw;
  if ([...raw].length > LONGEST_RAW) return "";
  const code = unwrap(peel(raw.replace(UNSEEN, "").normalize("NFC")));
  return [...code].length > LONGEST || !/[\p{L}\p{N}]/u.test(code) ? "" : code;
}

/** The one form of a wristband's or card's id, however a reader writes it: upper case, without separators or zeros before
 * it; null for what can't be one. Both run tests/scenarios/tags.json. */
export function tag(raw: string): string | null {
  const value = raw.replace(TAG_SEPARATORS, "").toUpperCase();
  return TAG.test(value) ? value.replace(/^0+/, "") || null : null;
}

/** The credentials that a reading may be, likeliest first, in the form in which they are kept. */
export function readings(code: string, scheme = "qr"): { scheme: string; value: string }[] {
  const [found, inner] = [tag(code), NAMED.exec(code)?.[1]];
  if (scheme === "rfid") return [{ scheme, value: found ?? code }];
  return [
    { scheme, value: code },
    ...(inner === undefined ? [] : [{ scheme, value: inner }]), // behind a platform's name, as in `OVEIT:a19c02fe`
    ...(found === null ? [] : [{ scheme: "rfid", value: found }]),
  ];
}

function peel(text: string): string {
  let left = text.trim();
  for (let prefix = SCANNER_PREFIX.exec(left); prefix; prefix = SCANNER_PREFIX.exec(left)) left = left.slice(prefix[0].length).trim();
  return left;
}

/** The code inside a web address; the text itself when it is none, or when nothing in it looks like a code. */
function unwrap(text: string): string {
  if (!WEB_ADDRESS.test(text)) return text;
  return parts(text).find((part) => CODE.test(part)) ?? text;
}

/** Where an address may carry the code, likeliest first: the known parameters, then the last part of the path. */
function parts(address: string): string[] {
  const [, path = "", query = ""] = /^https?:\/\/(?:\[[0-9a-f:.]+\](?::\d+)?|[^/?#[\]]+)(?=[/?#]|$)([^?#]*)(?:\?([^#]*))?/i.exec(address) ?? [];
  const given = [...new URLSearchParams(query)];
  const named = CODE_PARAMETERS.flatMap((wanted) => given.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value));
  return [...named, unquoted(path.replace(/\/+$/, "").split("/").at(-1) ?? "")];
}

function unquoted(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
