// Which files of the compiler's package a C program can need, and the directory they become.
// The package carries headers of a dozen other processors and a C++ library: 29.7 MB, of which these are 2.

import { HEADER_ADDITIONS, OWN_HEADERS } from "../sdk/headers.ts";
import { type TarFile, readTar } from "./tar.ts";
import { InodeCounter, VirtualDirectory, VirtualFile } from "./virtual-files.ts";

/** Paths in the package's archive; the archive is the contents of `/usr`. */
const NEEDED: readonly RegExp[] = [
  // The compiler's own headers, those that are about the language and not about a processor.
  /^include\/__(float|stdarg|stddef)_[a-z_]+\.h$/,
  /^include\/(float|inttypes|iso646|limits|stdalign|stdarg|stdatomic|stdbool|stdckdint|stdcountof|stddef|stddefer)\.h$/,
  /^include\/(stdint|stdnoreturn|tgmath|varargs|builtins)\.h$/,
  // The C library.
  /^include\/wasm32-wasip1\/(?!c\+\+\/)/,
  /^lib\/wasm32-wasip1\/(crt1-command\.o|libc\.a|libm\.a|libwasi-emulated-[a-z-]+\.a)$/,
  /^lib\/wasm32-unknown-wasip1\/libclang_rt\.builtins\.a$/,
];

/** The files that C needs, those of the package's `archive` and our own, ordered by name. Bytes may be views of `archive`. */
export function selectSysroot(archive: Uint8Array): readonly TarFile[] {
  const needed = readTar(archive).filter(({ name }) => NEEDED.some((pattern) => pattern.test(name)));
  const own = Object.entries(OWN_HEADERS).map(([name, text]) => ({ name, bytes: new TextEncoder().encode(text) }));
  return [...needed.map(withAddition), ...own].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function withAddition(file: TarFile): TarFile {
  const addition = HEADER_ADDITIONS[file.name];
  if (addition === undefined) return file;
  return { ...file, bytes: new TextEncoder().encode(new TextDecoder().decode(file.bytes) + addition) };
}

/** The read-only `/usr` of the compiler, built once in a worker and shared by all its compiles. */
export interface Sysroot {
  readonly directory: VirtualDirectory;
  /** File numbers from here on are free. */
  readonly nextInode: number;
}

export function createSysroot(files: readonly TarFile[]): Sysroot {
  const inodes = new InodeCounter();
  const directory = new VirtualDirectory(inodes.next(), true);
  for (const { name, bytes } of files) {
    const steps = name.split("/");
    const last = steps.pop();
    if (last === undefined) continue;
    let parent = directory;
    for (const step of steps) {
      let child = parent.entries.get(step);
      if (child?.kind !== "directory") {
        child = new VirtualDirectory(inodes.next(), true);
        parent.entries.set(step, child);
      }
      parent = child;
    }
    parent.entries.set(last, new VirtualFile(inodes.next(), bytes));
  }
  return { directory, nextInode: inodes.next() };
}
