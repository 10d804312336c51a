// Writes WebAssembly modules for tests, by an encoder of its own: what it gets wrong, the engine's writer does not share.

export type ValueType = "i32" | "i64" | "f32" | "f64" | "funcref";

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** What {@link encodeModule} writes. Functions are numbered imports first. */
export interface ModuleParts {
  readonly types: readonly FunctionType[];
  readonly imports: readonly { readonly module: string; readonly field: string; readonly type: number }[];
  readonly functions: readonly {
    readonly type: number;
    readonly locals: readonly ValueType[];
    /** Instructions without the final `end`. */
    readonly code: readonly number[];
  }[];
  readonly tables: readonly { readonly minimum: number; readonly maximum: number | undefined }[];
  readonly memory: { readonly minimum: number; readonly maximum: number } | undefined;
  readonly globals: readonly {
    readonly type: ValueType;
    readonly isMutable: boolean;
    readonly init: readonly number[];
  }[];
  readonly exports: readonly { readonly name: string; readonly kind: 0 | 1 | 2 | 3; readonly index: number }[];
  readonly start: number | undefined;
  readonly elements: readonly ElementParts[];
  /** Passive without an offset. */
  readonly data: readonly { readonly offset: number | undefined; readonly bytes: readonly number[] }[];
  /** Whether the number of data segments comes before the code. @defaultValue false */
  readonly hasDataCount?: boolean;
}

export interface ElementParts {
  /** Where an active segment goes. */
  readonly mode: { readonly table: number; readonly offset: number } | "passive" | "declarative";
  /** `null` only with expressions. */
  readonly functions: readonly (number | null)[];
  /** Whether entries are expressions; @defaultValue false */
  readonly hasExpressions?: boolean;
  /** Whether an active segment names its table though it is the first. @defaultValue false */
  readonly namesTable?: boolean;
}

const TYPE_CODES: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, funcref: 0x70 };

export function typeCode(type: ValueType): number {
  return TYPE_CODES[type];
}

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt(value);
  do {
    const low = Number(rest % 128n);
    rest /= 128n;
    bytes.push(rest > 0n ? low + 128 : low);
  } while (rest > 0n);
  return bytes;
}

/** Signed LEB128. */
export function signed(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = Number(BigInt.asUintN(7, rest));
    rest >>= 7n;
    const isLast = rest === (low >= 64 ? -1n : 0n);
    bytes.push(isLast ? low : low + 128);
    if (isLast) return bytes;
  }
}

/** The instruction that pushes a constant with these bits. */
export function constant(type: ValueType, bits: bigint): number[] {
  switch (type) {
    case "i32":
      return [0x41, ...signed(BigInt.asIntN(32, bits))];
    case "i64":
      return [0x42, ...signed(BigInt.asIntN(64, bits))];
    case "f32":
      return [0x43, ...littleEndian(bits, 4)];
    case "f64":
      return [0x44, ...littleEndian(bits, 8)];
    // As frames have it: 0 for null, else the function's index + 1.
    case "funcref":
      return bits === 0n ? [0xd0, 0x70] : [0xd2, ...unsigned(Number(bits) - 1)];
    default:
      return type satisfies never;
  }
}

function littleEndian(bits: bigint, count: number): number[] {
  return Array.from({ length: count }, (_, at) => Number(BigInt.asUintN(8, bits >> BigInt(8 * at))));
}

export function encodeModule(parts: ModuleParts): Uint8Array<ArrayBuffer> {
  const sections: (readonly [number, readonly number[][]])[] = [
    [1, parts.types.map(({ params, results }) => [0x60, ...types(params), ...types(results)])],
    [2, parts.imports.map(({ module, field, type }) => [...text(module), ...text(field), 0, ...unsigned(type)])],
    [3, parts.functions.map(({ type }) => unsigned(type))],
    [
      4,
      parts.tables.map(({ minimum, maximum }) =>
        maximum === undefined ? [0x70, 0, ...unsigned(minimum)] : [0x70, 1, ...unsigned(minimum), ...unsigned(maximum)],
      ),
    ],
    [5, parts.memory === undefined ? [] : [[1, ...unsigned(parts.memory.minimum), ...unsigned(parts.memory.maximum)]]],
    [6, parts.globals.map(({ type, isMutable, init }) => [typeCode(type), isMutable ? 1 : 0, ...init, 0x0b])],
    [7, parts.exports.map(({ name, kind, index }) => [...text(name), kind, ...unsigned(index)])],
    [8, parts.start === undefined ? [] : [unsigned(parts.start)]],
    [9, parts.elements.map(elementSegment)],
    [12, parts.hasDataCount === true ? [unsigned(parts.data.length)] : []],
    [10, parts.functions.map(({ locals, code }) => body(locals, code))],
    [
      11,
      parts.data.map(({ offset, bytes }) => [
        ...(offset === undefined ? [1] : [0, ...at(offset)]),
        ...unsigned(bytes.length),
        ...bytes,
      ]),
    ],
  ];
  const out: number[] = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  for (const [id, items] of sections) {
    if (items.length === 0) continue;
    const content = id === 8 || id === 12 ? (items[0] as number[]) : vector(items);
    out.push(id, ...unsigned(content.length));
    for (const byte of content) out.push(byte);
  }
  return Uint8Array.from(out);
}

/** All eight encodings. */
function elementSegment({ mode, functions, hasExpressions = false, namesTable = false }: ElementParts): number[] {
  const isActive = typeof mode === "object";
  const hasTable = isActive && (mode.table > 0 || namesTable);
  const flags = (isActive ? 0 : 1) + (hasTable || mode === "declarative" ? 2 : 0) + (hasExpressions ? 4 : 0);
  return [
    flags,
    ...(hasTable ? unsigned(mode.table) : []),
    ...(isActive ? at(mode.offset) : []),
    ...((flags & 3) === 0 ? [] : [hasExpressions ? 0x70 : 0]),
    ...vector(
      functions.map((index) => {
        if (!hasExpressions) return unsigned(index ?? 0);
        return [...constant("funcref", BigInt(index === null ? 0 : index + 1)), 0x0b];
      }),
    ),
  ];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function types(list: readonly ValueType[]): number[] {
  return vector(list.map((type) => [typeCode(type)]));
}

function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
}

function at(offset: number): number[] {
  return [...constant("i32", BigInt(offset)), 0x0b];
}

function body(locals: readonly ValueType[], code: readonly number[]): number[] {
  const declared = vector(locals.map((type) => [1, typeCode(type)]));
  return [...unsigned(declared.length + code.length + 1), ...declared, ...code, 0x0b];
}
