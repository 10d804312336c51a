// Numbers of WASI preview 1 (wasi_snapshot_preview1), those that the compiler's host uses.

export const Errno = {
  success: 0,
  badDescriptor: 8,
  exists: 20,
  invalid: 28,
  isDirectory: 31,
  tooManyOpen: 33,
  noEntry: 44,
  noSpace: 51,
  notDirectory: 54,
  notSupported: 58,
  readOnly: 69,
  invalidSeek: 70,
} as const;

export const FileType = { characterDevice: 2, directory: 3, regularFile: 4 } as const;

export const OpenFlags = { create: 1, directory: 2, exclusive: 4, truncate: 8 } as const;

export const Whence = { set: 0, current: 1 } as const;

/** Byte offsets in the records `fdstat` (24 bytes) and `filestat` (64 bytes). */
export const Offset = {
  fdStatRights: 8,
  fdStatInheriting: 16,
  fileStatInode: 8,
  fileStatType: 16,
  fileStatLinks: 24,
  fileStatLength: 32,
  fileStatSize: 64,
} as const;
