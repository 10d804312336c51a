/** What stops the set-up, as one sentence for a person: what failed, then what to do about it. */
export class SetupError extends Error {
  /** @param {string} sentence */
  constructor(sentence) {
    super(sentence);
    this.name = "SetupError";
  }
}

/**
 * Runs a command's main function. A {@link SetupError} ends the process with its sentence alone and exit code 1;
 * anything else is a bug and keeps its stack.
 *
 * @param {() => Promise<void>} main
 */
export async function endInOneSentence(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
