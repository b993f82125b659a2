// A supervisor's PIN, checked without the hub against the proof that came with the snapshot. With the hub, the hub checks.

import type { PinProof } from "../keep/snapshot.ts";

/** Is it the PIN of this proof? null: this browser can't tell (an address without https). */
export async function isPin(pin: string, proof: PinProof): Promise<boolean | null> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) return null;
  const key = await subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveBits"]);
  const bits = await subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: bytes(proof.salt), iterations: proof.rounds }, key, 256);
  return hex(new Uint8Array(bits)) === proof.digest;
}

const bytes = (text: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array((text.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));

const hex = (data: Uint8Array): string => Array.from(data, (one) => one.toString(16).padStart(2, "0")).join("");
