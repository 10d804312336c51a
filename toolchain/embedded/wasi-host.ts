// The WASI preview 1 functions that the compiler imports, over files in memory. It has no clock, no entropy and no
// other file system: the time is always the epoch and random numbers always the same, so that results depend on the
// sources alone. What the compiler does not need answers an error number; nothing throws except `proc_exit`.

import { Errno, FileType, Offset, OpenFlags, Whence } from "./wasi-abi.ts";
import type { InodeCounter, VirtualDirectory, VirtualNode, WriteQuota } from "./virtual-files.ts";
import { VirtualFile, resolvePath } from "./virtual-files.ts";

/** Thrown through the compiler's frames by `proc_exit`, and caught by `runTool()`. */
export class ToolExit {
  readonly exitCode: number;

  constructor(exitCode: number) {
    this.exitCode = exitCode;
  }
}

export interface WasiHostOptions {
  readonly args: readonly string[];
  readonly root: VirtualDirectory;
  readonly inodes: InodeCounter;
  /** Limits what is written to files. */
  readonly quota: WriteQuota;
  /** What is written to the error stream beyond this many bytes is dropped. */
  readonly maxLogBytes: number;
}

/** Descriptor of the one directory that is open from the start: the root. */
const ROOT_FD = 3;
/** No compile has more than a few files open; a run that keeps them open is cut off here. */
const MAX_OPEN = 512;
const ALL_RIGHTS = 0x1fff_ffffn;

interface OpenNode {
  readonly node: VirtualNode;
  readonly isAppending: boolean;
  position: number;
}

export class WasiHost {
  readonly #options: WasiHostOptions;
  readonly #open = new Map<number, OpenNode>();
  readonly #log: Uint8Array[] = [];
  #logBytes = 0;
  #randomState = 0x9e37_79b9;
  #memory: WebAssembly.Memory | undefined;

  constructor(options: WasiHostOptions) {
    this.#options = options;
    this.#open.set(ROOT_FD, { node: options.root, isAppending: false, position: 0 });
  }

  /** Call once, with the instance's memory, before its `_start`. */
  attach(memory: WebAssembly.Memory): void {
    this.#memory = memory;
  }

  /** What was written to the error stream, up to the limit. */
  get log(): string {
    const all = new Uint8Array(this.#logBytes);
    let at = 0;
    for (const chunk of this.#log) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return new TextDecoder().decode(all);
  }

  /**
   * The import object of the compiler. Paths are taken from the root whatever directory they are relative to: no other
   * is ever open as one.
   */
  get imports(): WebAssembly.ModuleImports {
    const unsupported = (): number => Errno.notSupported;
    return {
      args_sizes_get: (countAt: number, sizeAt: number) => this.#argsSizes(countAt, sizeAt),
      args_get: (pointersAt: number, textAt: number) => this.#args(pointersAt, textAt),
      environ_sizes_get: (countAt: number, sizeAt: number) => {
        this.#view.setUint32(countAt, 0, true);
        this.#view.setUint32(sizeAt, 0, true);
        return Errno.success;
      },
      environ_get: () => Errno.success,
      clock_time_get: (_clock: number, _precision: bigint, at: number) => {
        this.#view.setBigUint64(at, 0n, true);
        return Errno.success;
      },
      random_get: (at: number, length: number) => this.#random(at, length),
      proc_exit: (exitCode: number) => {
        // eslint-disable-next-line typescript/only-throw-error -- it is a jump, not an error, and carries no stack.
        throw new ToolExit(exitCode);
      },
      fd_prestat_get: (fd: number, at: number) => {
        if (fd !== ROOT_FD) return Errno.badDescriptor;
        this.#view.setUint32(at, 0, true);
        this.#view.setUint32(at + 4, 1, true);
        return Errno.success;
      },
      fd_prestat_dir_name: (fd: number, at: number, length: number) => {
        if (fd !== ROOT_FD || length < 1) return Errno.badDescriptor;
        this.#bytes[at] = "/".charCodeAt(0);
        return Errno.success;
      },
      fd_fdstat_get: (fd: number, at: number) => this.#fdStat(fd, at),
      fd_filestat_get: (fd: number, at: number) => {
        const node = this.#open.get(fd)?.node;
        return node === undefined && fd >= ROOT_FD ? Errno.badDescriptor : this.#putStat(node, at);
      },
      fd_filestat_set_size: (fd: number, size: bigint) => this.#resize(fd, Number(size)),
      fd_filestat_set_times: () => Errno.success,
      fd_close: (fd: number) => (this.#open.delete(fd) ? Errno.success : Errno.badDescriptor),
      fd_read: (fd: number, vectors: number, count: number, readAt: number) =>
        this.#read(fd, { vectors, count, readAt }),
      fd_pread: (fd: number, vectors: number, count: number, offset: bigint, readAt: number) =>
        this.#read(fd, { vectors, count, readAt, offset: Number(offset) }),
      fd_write: (fd: number, vectors: number, count: number, writtenAt: number) =>
        this.#write(fd, { vectors, count, writtenAt }),
      fd_seek: (fd: number, offset: bigint, whence: number, at: number) =>
        this.#seek(fd, { offset: Number(offset), whence, at }),
      fd_readdir: unsupported,
      path_filestat_get: (_fd: number, _flags: number, path: number, length: number, at: number) => {
        const node = resolvePath(this.#options.root, this.#text(path, length))?.node;
        return node === undefined ? Errno.noEntry : this.#putStat(node, at);
      },
      path_open: (
        _fd: number,
        _lookup: number,
        path: number,
        length: number,
        openFlags: number,
        _rights: bigint,
        _inherited: bigint,
        fdFlags: number,
        at: number,
      ) => this.#pathOpen(this.#text(path, length), { openFlags, fdFlags, at }),
      path_unlink_file: (_fd: number, path: number, length: number) => this.#unlink(this.#text(path, length)),
      path_rename: (_fd: number, from: number, fromLength: number, _toFd: number, to: number, toLength: number) =>
        this.#rename(this.#text(from, fromLength), this.#text(to, toLength)),
      path_readlink: () => Errno.invalid,
      path_create_directory: unsupported,
      path_remove_directory: unsupported,
      path_link: unsupported,
      path_symlink: unsupported,
      poll_oneoff: unsupported,
    };
  }

  /** Memory moves when it grows, so a view is taken for each use. */
  get #view(): DataView {
    return new DataView(this.#buffer);
  }

  get #bytes(): Uint8Array {
    return new Uint8Array(this.#buffer);
  }

  get #buffer(): ArrayBuffer {
    if (this.#memory === undefined) throw new Error("Unreachable: the compiler runs before its memory is attached");
    return this.#memory.buffer as ArrayBuffer;
  }

  #text(at: number, length: number): string {
    return new TextDecoder().decode(new Uint8Array(this.#buffer, at >>> 0, length >>> 0));
  }

  get #encodedArgs(): readonly Uint8Array[] {
    return this.#options.args.map((arg) => new TextEncoder().encode(`${arg}\u0000`));
  }

  #argsSizes(countAt: number, sizeAt: number): number {
    const args = this.#encodedArgs;
    this.#view.setUint32(countAt, args.length, true);
    this.#view.setUint32(
      sizeAt,
      args.reduce((sum, arg) => sum + arg.length, 0),
      true,
    );
    return Errno.success;
  }

  #args(pointersAt: number, textAt: number): number {
    let at = textAt;
    for (const [index, arg] of this.#encodedArgs.entries()) {
      this.#view.setUint32(pointersAt + 4 * index, at, true);
      this.#bytes.set(arg, at);
      at += arg.length;
    }
    return Errno.success;
  }

  /** xorshift32: names of temporary files have to differ, and nothing else asks. */
  #random(at: number, length: number): number {
    const bytes = new Uint8Array(this.#buffer, at >>> 0, length >>> 0);
    for (let index = 0; index < bytes.length; index++) {
      let x = this.#randomState;
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      this.#randomState = x;
      bytes[index] = x;
    }
    return Errno.success;
  }

  #fdStat(fd: number, at: number): number {
    const node = this.#open.get(fd)?.node;
    if (node === undefined && fd >= ROOT_FD) return Errno.badDescriptor;
    const view = this.#view;
    view.setUint32(at, fileType(node), true);
    view.setUint32(at + 4, 0, true);
    view.setBigUint64(at + Offset.fdStatRights, ALL_RIGHTS, true);
    view.setBigUint64(at + Offset.fdStatInheriting, ALL_RIGHTS, true);
    return Errno.success;
  }

  #putStat(node: VirtualNode | undefined, at: number): number {
    this.#bytes.fill(0, at, at + Offset.fileStatSize);
    const view = this.#view;
    view.setBigUint64(at + Offset.fileStatInode, BigInt(node?.inode ?? 0), true);
    view.setUint8(at + Offset.fileStatType, fileType(node));
    view.setBigUint64(at + Offset.fileStatLinks, 1n, true);
    view.setBigUint64(at + Offset.fileStatLength, BigInt(node?.kind === "file" ? node.length : 0), true);
    return Errno.success;
  }

  #vectors(at: number, count: number): readonly Uint8Array[] {
    const view = this.#view;
    return Array.from({ length: count }, (_, index) => {
      const entry = at + 8 * index;
      return new Uint8Array(this.#buffer, view.getUint32(entry, true), view.getUint32(entry + 4, true));
    });
  }

  #read(
    fd: number,
    into: { readonly vectors: number; readonly count: number; readonly readAt: number; readonly offset?: number },
  ): number {
    if (fd < ROOT_FD) {
      this.#view.setUint32(into.readAt, 0, true);
      return Errno.success;
    }
    const open = this.#open.get(fd);
    if (open === undefined) return Errno.badDescriptor;
    if (open.node.kind === "directory") return Errno.isDirectory;
    const start = into.offset ?? open.position;
    let at = start;
    for (const target of this.#vectors(into.vectors, into.count)) {
      const chunk = open.node.bytes.subarray(at, at + target.length);
      target.set(chunk);
      at += chunk.length;
    }
    if (into.offset === undefined) open.position = at;
    this.#view.setUint32(into.readAt, at - start, true);
    return Errno.success;
  }

  #write(fd: number, from: { readonly vectors: number; readonly count: number; readonly writtenAt: number }): number {
    const chunks = this.#vectors(from.vectors, from.count);
    const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (fd < ROOT_FD) {
      for (const chunk of chunks) this.#writeLog(chunk);
    } else {
      const open = this.#open.get(fd);
      if (open === undefined) return Errno.badDescriptor;
      if (open.node.kind === "directory") return Errno.isDirectory;
      if (open.isAppending) open.position = open.node.length;
      // By the end of the file and not by the bytes written: a gap made by seeking costs memory as well.
      const growth = Math.max(0, open.position + size - open.node.length);
      if (!this.#options.quota.take(growth)) return Errno.noSpace;
      for (const chunk of chunks) {
        open.node.write(open.position, chunk);
        open.position += chunk.length;
      }
    }
    this.#view.setUint32(from.writtenAt, size, true);
    return Errno.success;
  }

  #writeLog(chunk: Uint8Array): void {
    const kept = chunk.slice(0, this.#options.maxLogBytes - this.#logBytes);
    this.#log.push(kept);
    this.#logBytes += kept.length;
  }

  #seek(fd: number, to: { readonly offset: number; readonly whence: number; readonly at: number }): number {
    const open = this.#open.get(fd);
    if (open === undefined) return fd < ROOT_FD ? Errno.invalidSeek : Errno.badDescriptor;
    if (open.node.kind === "directory") return Errno.isDirectory;
    const origin = to.whence === Whence.set ? 0 : to.whence === Whence.current ? open.position : open.node.length;
    const position = origin + to.offset;
    if (position < 0) return Errno.invalid;
    open.position = position;
    this.#view.setBigUint64(to.at, BigInt(position), true);
    return Errno.success;
  }

  #resize(fd: number, length: number): number {
    const node = this.#open.get(fd)?.node;
    if (node?.kind !== "file") return Errno.badDescriptor;
    if (!this.#options.quota.take(Math.max(0, length - node.length))) return Errno.noSpace;
    node.resize(length);
    return Errno.success;
  }

  #pathOpen(path: string, how: { readonly openFlags: number; readonly fdFlags: number; readonly at: number }): number {
    const found = resolvePath(this.#options.root, path);
    if (found === undefined) return Errno.noEntry;
    let { node } = found;
    if (node === undefined) {
      if ((how.openFlags & OpenFlags.create) === 0) return Errno.noEntry;
      if (found.directory.isReadOnly) return Errno.readOnly;
      node = new VirtualFile(this.#options.inodes.next());
      found.directory.entries.set(found.name, node);
    } else if ((how.openFlags & OpenFlags.exclusive) !== 0) {
      return Errno.exists;
    } else if ((how.openFlags & OpenFlags.directory) !== 0 && node.kind !== "directory") {
      return Errno.notDirectory;
    } else if ((how.openFlags & OpenFlags.truncate) !== 0) {
      if (node.kind === "directory") return Errno.isDirectory;
      if (found.directory.isReadOnly) return Errno.readOnly;
      node.resize(0);
    }
    const fd = this.#freeDescriptor();
    if (fd === undefined) return Errno.tooManyOpen;
    this.#open.set(fd, { node, isAppending: (how.fdFlags & 1) !== 0, position: 0 });
    this.#view.setUint32(how.at, fd, true);
    return Errno.success;
  }

  #freeDescriptor(): number | undefined {
    for (let fd = ROOT_FD + 1; fd < ROOT_FD + MAX_OPEN; fd++) if (!this.#open.has(fd)) return fd;
    return undefined;
  }

  #unlink(path: string): number {
    const found = resolvePath(this.#options.root, path);
    if (found?.node === undefined) return Errno.noEntry;
    if (found.directory.isReadOnly) return Errno.readOnly;
    if (found.node.kind === "directory") return Errno.isDirectory;
    found.directory.entries.delete(found.name);
    return Errno.success;
  }

  #rename(from: string, to: string): number {
    const source = resolvePath(this.#options.root, from);
    const target = resolvePath(this.#options.root, to);
    if (source?.node === undefined || target === undefined) return Errno.noEntry;
    if (source.directory.isReadOnly || target.directory.isReadOnly) return Errno.readOnly;
    if (source.node.kind === "directory" || target.node?.kind === "directory") return Errno.isDirectory;
    source.directory.entries.delete(source.name);
    target.directory.entries.set(target.name, source.node);
    return Errno.success;
  }
}

/** `undefined` stands for the standard streams. */
function fileType(node: VirtualNode | undefined): number {
  if (node === undefined) return FileType.characterDevice;
  return node.kind === "directory" ? FileType.directory : FileType.regularFile;
}
