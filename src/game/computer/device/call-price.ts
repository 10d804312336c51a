// What calls cost beside what devices declare. `bench/calls` measures it, docs/gas.md tells it to players.

/**
 * Gas of each call that a program makes outside itself, of devices, of what every computer offers, and of WASI: as much
 * plain code as the engine could run while it leaves a program and comes back. It is part of what computers allow their
 * programs (`policyOf`), so no device can be without it. What the call does comes on top.
 */
export const HOST_CALL_COST = 500;

/** Gas of each byte that a WASI call moves, e.g. of each character that is printed. */
export const HOST_BYTE_COST = 10;
