// What a computer's gas comes out of beside its own: a battery, a power line.

/** Asked and told inside ticks, in the order in which the computers have their slices. */
export interface EnergySource {
  /** Gas that it can give now, an integer ≥ 0. While it is 0, the program stands still. */
  readonly gasLeft: number;
  /** The program has used so much of it, at most what was left. */
  use(gas: number): void;
}
