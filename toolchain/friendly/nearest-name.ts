// Finds the name that was probably meant.

/**
 * The candidate that is typed most like `word`, if one is near. Of the letters behind the common beginning a third may
 * differ, at least one: `motor_go` is not nearly `motor_at`. Capital letters count as small ones, and two neighbors that
 * changed places as one mistake. A word of one or two letters is like too many.
 */
export function nearestName(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length < 3) return undefined;
  let nearest: string | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    const [rest, candidateRest] = withoutCommonBeginning(word.toLowerCase(), candidate.toLowerCase());
    const limit = Math.max(1, Math.floor(rest.length / 3));
    if (Math.abs(candidateRest.length - rest.length) > limit || candidate === word) continue;
    const distance = editDistance(rest, candidateRest);
    if (distance <= limit && distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

function withoutCommonBeginning(a: string, b: string): readonly [string, string] {
  let common = 0;
  while (common < a.length && a[common] === b[common]) common++;
  // The last common letter stays: it may be one of two that changed places.
  const from = Math.max(0, common - 1);
  return [a.slice(from), b.slice(from)];
}

/** Letters to insert, delete, replace or swap with their neighbor to make one word of the other. */
function editDistance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped ? (before[j - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
