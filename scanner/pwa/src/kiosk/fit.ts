// Words that are too long for their place get smaller: names first, then details, the word last and least.

const LEAST: Readonly<Record<string, number>> = { name: 26, detail: 24, rate: 22, rights: 20, word: 96 };
const STEP = 0.92;
const ORDER = ["rate", "rights", "name", "detail", "word"];

/** Makes the texts of a scene fit into the stage. */
interface Sized { node: HTMLElement; least: number }

export function fit(scene: HTMLElement): void {
  const stage = scene.parentElement;
  if (!stage) return;
  const lines = ORDER.flatMap((kind) => [...scene.querySelectorAll<HTMLElement>(`.${kind}`)].map((node): Sized => ({ node, least: LEAST[kind] ?? 0 })));
  for (const { node } of lines) node.style.fontSize = "";
  for (let round = 0; round < 40 && overflows(scene, stage); round += 1) {
    if (!shrink(lines)) break;
  }
  for (const { node } of lines) while (node.scrollWidth > node.clientWidth + 1 && smaller(node, 28)) { /* one long word */ }
}

function overflows(scene: HTMLElement, stage: HTMLElement): boolean {
  const area = stage.getBoundingClientRect();
  return [...scene.querySelectorAll(".texts > *, .foot, .shape")].some((node) => {
    const box = node.getBoundingClientRect(); // centred: what is too long sticks out on both sides
    return box.top < area.top - 1 || box.bottom > area.bottom + 1 || box.right > area.right + 1;
  });
}

function shrink(lines: Sized[]): boolean {
  return lines.map(({ node, least }) => smaller(node, least)).some(Boolean);
}

function smaller(node: HTMLElement, least: number): boolean {
  const size = Number.parseFloat(getComputedStyle(node).fontSize);
  if (size <= least) return false;
  node.style.fontSize = `${Math.max(least, size * STEP)}px`;
  return true;
}
