// Which locals and slots each point must store: those that may still be read behind it. Backward over the nodes, loops to
// a fixpoint; at most one pass more than loops are nested, and one to record.

import type { BodyIr, Node, Point } from "./body-ir.ts";

/** What may be read at the function's entry, and at each point (for calls: behind the call, without its results). */
export interface Liveness {
  readonly entry: readonly number[];
  readonly points: ReadonlyMap<Point, readonly number[]>;
}

export function findLive(ir: BodyIr): Liveness {
  return new LivenessAnalysis(ir).run();
}

class LivenessAnalysis {
  readonly #ir: BodyIr;
  readonly #words: number;
  readonly #atEnd: Uint32Array[] = [];
  readonly #atElse: Uint32Array[] = [];
  readonly #atHeader: Uint32Array[] = [];
  readonly #points = new Map<Point, readonly number[]>();
  #live: Uint32Array;
  #isRecording = false;
  #hasChanged = false;

  constructor(ir: BodyIr) {
    this.#ir = ir;
    this.#words = (ir.localTypes.length + 31) >>> 5;
    this.#live = new Uint32Array(this.#words);
    ir.constructs.forEach(({ kind }, index) => {
      if (kind === "loop") this.#atHeader[index] = new Uint32Array(this.#words);
    });
  }

  run(): Liveness {
    do {
      this.#hasChanged = false;
      this.#pass();
    } while (this.#hasChanged);
    this.#isRecording = true;
    this.#pass();
    return { entry: list(this.#live), points: this.#points };
  }

  #pass(): void {
    this.#live = new Uint32Array(this.#words);
    for (let at = this.#ir.nodes.length - 1; at >= 0; at--) this.#step(this.#ir.nodes[at] as Node);
  }

  #step(node: Node): void {
    const live = this.#live;
    switch (node.op) {
      case "charge":
        return;
      case "code":
        for (const local of node.defines) remove(live, local);
        return node.code.forEachRead((local) => add(live, local));
      case "call":
        for (const local of node.point.results) remove(live, local);
        this.#record(node.point);
        return node.args.forEachRead((local) => add(live, local));
      case "bulk":
        for (const local of node.slots) add(live, local);
        return this.#record(node.point);
      case "check":
        return this.#record(node.point);
      case "end":
        this.#atEnd[node.construct] = live.slice();
        return;
      case "else":
        this.#atElse[node.construct] = live;
        this.#live = (this.#atEnd[node.construct] as Uint32Array).slice();
        return;
      case "if": {
        const other = this.#ir.constructs[node.construct]?.hasElse === true ? this.#atElse : this.#atEnd;
        unite(live, other[node.construct] as Uint32Array);
        return node.condition.forEachRead((local) => add(live, local));
      }
      case "block":
        return;
      case "loop": {
        const before = this.#atHeader[node.construct] as Uint32Array;
        if (unite(before, live)) this.#hasChanged = true;
        const point = this.#ir.constructs[node.construct]?.point;
        if (point !== undefined) this.#record(point);
        return;
      }
      case "br":
        this.#live = this.#label(node.target).slice();
        return;
      case "br_if":
        unite(live, this.#label(node.target));
        return node.condition.forEachRead((local) => add(live, local));
      case "br_table":
        this.#live = new Uint32Array(this.#words);
        for (const target of new Set(node.targets)) unite(this.#live, this.#label(target));
        return node.index.forEachRead((local) => add(this.#live, local));
      case "return":
        this.#live = new Uint32Array(this.#words);
        return node.values.forEachRead((local) => add(this.#live, local));
      case "unreachable":
        this.#live = new Uint32Array(this.#words);
        return;
      default:
        return node satisfies never;
    }
  }

  #label(construct: number): Uint32Array {
    return (this.#atHeader[construct] ?? this.#atEnd[construct]) as Uint32Array;
  }

  #record(point: Point): void {
    if (this.#isRecording) this.#points.set(point, list(this.#live));
  }
}

function add(set: Uint32Array, local: number): void {
  set[local >>> 5] = (set[local >>> 5] ?? 0) | (1 << (local & 31));
}

function remove(set: Uint32Array, local: number): void {
  set[local >>> 5] = (set[local >>> 5] ?? 0) & ~(1 << (local & 31));
}

/** Adds all of `more`; says whether that changed anything. */
function unite(set: Uint32Array, more: Uint32Array): boolean {
  let hasChanged = false;
  for (let word = 0; word < set.length; word++) {
    const before = set[word] as number;
    const after = (before | (more[word] as number)) >>> 0;
    if (after !== before) {
      set[word] = after;
      hasChanged = true;
    }
  }
  return hasChanged;
}

function list(set: Uint32Array): number[] {
  const members: number[] = [];
  set.forEach((bits, word) => {
    for (let rest = bits; rest !== 0; rest &= rest - 1) members.push(word * 32 + 31 - Math.clz32(rest & -rest));
  });
  return members;
}
