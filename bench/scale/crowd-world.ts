// A world of computers that run programs and have no devices: it can be cut into parts that run on threads of their own.

import { ComputerWorld } from "gasworks/computer";
import type { MemoryBackend } from "gasworks/vm";

/** A part of a world; plain data. */
export interface CrowdPart {
  readonly memory: MemoryBackend;
  readonly gasPerTick: number;
  /** Programs, and the ids of the computers, which run them in turn. */
  readonly programs: readonly Uint8Array[];
  readonly computers: readonly { readonly id: string; readonly program: number }[];
}

export async function createCrowd({ memory, gasPerTick, programs, computers }: CrowdPart): Promise<ComputerWorld> {
  const world = new ComputerWorld({ memory });
  const loads = computers.map(({ id, program }) =>
    world.add({ id, gasPerTick, memoryPages: 2 }).load(programs[program] as Uint8Array),
  );
  await Promise.all(loads);
  return world;
}

/** Everything of each computer's state as text, in the order of the ids. */
export function statesOf(world: ComputerWorld): string[] {
  return world.capture().computers.map(({ id, snapshot }) => {
    if (snapshot === null) return `${id} has no program`;
    const { memory, stack, gasUsed, globals, debt } = snapshot;
    return `${id} ${gasUsed} ${debt} ${globals.join()} ${digest(memory)} ${digest(stack)}`;
  });
}

function digest(bytes: Uint8Array): number {
  let sum = bytes.length;
  for (const byte of bytes) sum = (Math.imul(sum, 31) + byte) | 0;
  return sum;
}
