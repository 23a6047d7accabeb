/** Edit distance with unit costs for insert, delete, substitute and swap of neighbours (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = last[j - 1] + Number(a[i - 1] !== b[j - 1]);
      const swap = isSwap(a, b, i, j) ? beforeLast[j - 2] + 1 : substitute;
      row.push(Math.min(last[j] + 1, row[j - 1] + 1, substitute, swap));
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length];
}

function isSwap(a: string, b: string, i: number, j: number): boolean {
  return i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
}

/** The nearest known name, if it is near enough to be meant: at most a third of its letters differ. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const most = Math.max(1, candidate.length / 3);
    // The distance is at least the difference in length: a name of a million letters is not compared at all.
    if (Math.abs(name.length - candidate.length) > most) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= most && (best === undefined || distance < best.distance)) {
      best = { name: candidate, distance };
    }
  }
  return best?.name;
}
