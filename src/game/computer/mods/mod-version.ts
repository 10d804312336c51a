// Versions of mods, as semantic versioning 2.0 orders them.

const PRERELEASE = /(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)/.source;

/** What a version looks like: `1.4.0`, `2.0.0-beta.1`; what stands behind a `+` is ignored. At most 100 characters. */
export const MOD_VERSION: RegExp = new RegExp(
  String.raw`^(?=.{5,100}$)(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(?:-(${PRERELEASE}(?:\.${PRERELEASE})*))?(?:\+[0-9A-Za-z.-]+)?$`,
);

/** How a version that is there stands to the one that is needed. */
export type VersionFit = "fits" | "older" | "incompatible";

/**
 * A version fits if it is the same or newer and promises to be compatible: the first number other than 0 is the same, of
 * the first two. So 1.9.0 fits 1.2.0, and 2.0.0 does not; 0.2.5 fits 0.2.0, and 0.3.0 does not.
 */
export function fitOf(needed: string, present: string): VersionFit {
  if (needed === present) return "fits";
  const [a, b] = [parse(needed), parse(present)];
  // A save may say anything.
  if (a === undefined || b === undefined) return "incompatible";
  if (compare(b, a) < 0) return "older";
  const isCompatible = a.numbers[0] === b.numbers[0] && (a.numbers[0] > 0 || a.numbers[1] === b.numbers[1]);
  return isCompatible ? "fits" : "incompatible";
}

interface Version {
  readonly numbers: readonly [major: number, minor: number, patch: number];
  /** Empty for a release. */
  readonly prerelease: readonly string[];
}

function parse(text: string): Version | undefined {
  const [, major, minor, patch, prerelease] = MOD_VERSION.exec(text) ?? [];
  if (major === undefined) return undefined;
  return { numbers: [Number(major), Number(minor), Number(patch)], prerelease: prerelease?.split(".") ?? [] };
}

function compare(a: Version, b: Version): number {
  for (const [index, number] of a.numbers.entries()) {
    const difference = number - (b.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  // A release comes after all that led to it.
  if (a.prerelease.length === 0 || b.prerelease.length === 0) return b.prerelease.length - a.prerelease.length;
  for (const [index, part] of a.prerelease.entries()) {
    const other = b.prerelease[index];
    if (other === undefined) return 1;
    const difference = comparePart(part, other);
    if (difference !== 0) return difference;
  }
  return a.prerelease.length - b.prerelease.length;
}

/** Numbers by their value and before texts, texts by their characters. */
function comparePart(a: string, b: string): number {
  const [isNumber, isOtherNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumber && isOtherNumber) return Number(a) - Number(b);
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
