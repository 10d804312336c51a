// Written for Nodes that are too old for the rest, so that they get a sentence and not a syntax error.

const OLDEST = { major: 20, minor: 19 };

/**
 * Ends the process with one sentence if this Node cannot run what follows.
 *
 * @param {string} [version] - As in `process.versions.node`.
 */
export function requireNode(version = process.versions.node) {
  const [major, minor] = version.split(".").map(Number);
  if (Number(major) > OLDEST.major || (Number(major) === OLDEST.major && Number(minor) >= OLDEST.minor)) return;
  console.error(`Cannot run on Node ${version}: install Node ${OLDEST.major}.${OLDEST.minor} or newer and try again.`);
  process.exit(1);
}
