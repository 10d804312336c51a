// The unit of computing time. What each instruction costs is in `gas-schedule.ts`.

/** A whole number of gas units. One unit is one plain instruction of the guest's own module. */
export type Gas = number & { readonly __unit: "gas" };

/** Largest budget of one slice, in gas: one bit is kept free so that overshoot cannot wrap the 32-bit counter. */
export const MAX_SLICE_GAS: Gas = (2 ** 30 - 1) as Gas;

/**
 * Checks and brands a budget.
 *
 * @param amount - Whole gas units, 0 to {@link MAX_SLICE_GAS}.
 * @throws {RangeError} if `amount` is not an integer in that range.
 */
export function gas(amount: number): Gas {
  if (!Number.isInteger(amount) || amount < 0 || amount > MAX_SLICE_GAS) {
    throw new RangeError(`Cannot use ${amount} as gas: expected an integer from 0 to ${MAX_SLICE_GAS}`);
  }
  return amount as Gas;
}
