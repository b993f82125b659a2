// Who is called what, for a search without the hub. Of 100,000 guests few have a first name, an initial and a rate that
// they share with nobody: each such text is looked at once, however many guests it stands for.

import { fold } from "../domain/text.ts";

interface Shared { folded: string; ids: Set<string> }

export class Names {
  private readonly texts = new Map<string, Shared>();

  add(text: string, id: string): void {
    const known = this.texts.get(text);
    if (known) known.ids.add(id);
    else this.texts.set(text, { folded: fold(text), ids: new Set([id]) });
  }

  remove(text: string, id: string): void {
    const known = this.texts.get(text);
    known?.ids.delete(id);
    if (known?.ids.size === 0) this.texts.delete(text);
  }

  /** Those whose text holds every word, at most `limit`. */
  find(words: string, limit: number): string[] {
    const wanted = fold(words).split(" ").filter(Boolean);
    const found: string[] = [];
    for (const { folded, ids } of this.texts.values()) {
      if (!wanted.every((word) => folded.includes(word))) continue;
      for (const id of ids) {
        if (found.length >= limit) return found;
        found.push(id);
      }
    }
    return found;
  }
}
