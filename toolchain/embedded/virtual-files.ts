// The whole file system that the embedded compiler sees: a tree in memory, and nothing behind it.
// The C library's part is shared between compiles and read-only; the rest belongs to one compile.

/** What one compile may still write, in bytes. */
export class WriteQuota {
  #left: number;
  #isExceeded = false;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  get isExceeded(): boolean {
    return this.#isExceeded;
  }

  /** Takes `bytes` from the quota; once refused, it stays exceeded. */
  take(bytes: number): boolean {
    if (bytes > this.#left) this.#isExceeded = true;
    else this.#left -= bytes;
    return !this.#isExceeded;
  }
}

const SMALLEST_BUFFER = 4_096;

export class VirtualFile {
  readonly kind = "file";
  readonly inode: number;
  #buffer: Uint8Array;
  #length: number;

  /** Takes `bytes` over without copying; they are replaced, never overwritten, before the first write. */
  constructor(inode: number, bytes: Uint8Array = new Uint8Array(0)) {
    this.inode = inode;
    this.#buffer = bytes;
    this.#length = bytes.length;
    this.#isOwned = false;
  }

  #isOwned: boolean;

  get length(): number {
    return this.#length;
  }

  /** A view of the contents, to be read at once or copied. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Writes at `offset`, filling a gap with zeros. Growth doubles the buffer, so that writing is linear. */
  write(offset: number, bytes: Uint8Array): void {
    this.#reserve(offset + bytes.length);
    this.#buffer.set(bytes, offset);
    this.#length = Math.max(this.#length, offset + bytes.length);
  }

  resize(length: number): void {
    this.#reserve(length);
    this.#buffer.fill(0, Math.min(length, this.#length));
    this.#length = length;
  }

  #reserve(length: number): void {
    if (this.#isOwned && length <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(length, 2 * this.#length, SMALLEST_BUFFER));
    grown.set(this.bytes);
    this.#buffer = grown;
    this.#isOwned = true;
  }
}

export class VirtualDirectory {
  readonly kind = "directory";
  readonly inode: number;
  readonly isReadOnly: boolean;
  readonly entries: Map<string, VirtualFile | VirtualDirectory> = new Map();

  constructor(inode: number, isReadOnly = false) {
    this.inode = inode;
    this.isReadOnly = isReadOnly;
  }
}

export type VirtualNode = VirtualFile | VirtualDirectory;

/** Where a path leads: `directory` is the last but one step, `node` the last, if it is there. */
export interface ResolvedPath {
  readonly directory: VirtualDirectory;
  readonly name: string;
  readonly node: VirtualNode | undefined;
}

/**
 * Walks a path from the root. `..` above the root stays there, as on any system.
 *
 * @returns `undefined` if a step on the way is missing or no directory.
 */
export function resolvePath(root: VirtualDirectory, path: string): ResolvedPath | undefined {
  const trail: VirtualDirectory[] = [root];
  const steps = path.split("/").filter((step) => step !== "" && step !== ".");
  for (const [index, step] of steps.entries()) {
    const directory = trail.at(-1) ?? root;
    if (step === "..") {
      if (trail.length > 1) trail.pop();
      continue;
    }
    const node = directory.entries.get(step);
    if (index === steps.length - 1) return { directory, name: step, node };
    if (node?.kind !== "directory") return undefined;
    trail.push(node);
  }
  const directory = trail.at(-1) ?? root;
  return { directory, name: ".", node: directory };
}

/** Counts up; every file needs a number of its own, because clang tells files apart by it. */
export class InodeCounter {
  #next: number;

  constructor(first = 1) {
    this.#next = first;
  }

  next(): number {
    return this.#next++;
  }
}
