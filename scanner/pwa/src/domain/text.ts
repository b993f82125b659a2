// Text as people search for it: without accents, case and doubled spaces (as app/store/folding.py does it).

export function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();
}
