// Signatures of WASI preview 1, from the witx files of WebAssembly/WASI (snapshot preview1). All are offered, so that any
// program linked with wasi-libc can be loaded; `wasi.ts` says which ones do something.

import type { HostFunctionType, ValueType } from "../device/device.ts";

export const WASI_IMPORT_MODULE = "wasi_snapshot_preview1";

/** Parameters in i (i32) and l (i64). All answer an error number except `proc_exit`, which answers nothing. */
const PARAMS: Readonly<Record<string, string>> = {
  args_get: "ii",
  args_sizes_get: "ii",
  environ_get: "ii",
  environ_sizes_get: "ii",
  clock_res_get: "ii",
  clock_time_get: "ili",
  fd_advise: "illi",
  fd_allocate: "ill",
  fd_close: "i",
  fd_datasync: "i",
  fd_fdstat_get: "ii",
  fd_fdstat_set_flags: "ii",
  fd_fdstat_set_rights: "ill",
  fd_filestat_get: "ii",
  fd_filestat_set_size: "il",
  fd_filestat_set_times: "illi",
  fd_pread: "iiili",
  fd_prestat_get: "ii",
  fd_prestat_dir_name: "iii",
  fd_pwrite: "iiili",
  fd_read: "iiii",
  fd_readdir: "iiili",
  fd_renumber: "ii",
  fd_seek: "ilii",
  fd_sync: "i",
  fd_tell: "ii",
  fd_write: "iiii",
  path_create_directory: "iii",
  path_filestat_get: "iiiii",
  path_filestat_set_times: "iiiilli",
  path_link: "iiiiiii",
  path_open: "iiiiillii",
  path_readlink: "iiiiii",
  path_remove_directory: "iii",
  path_rename: "iiiiii",
  path_symlink: "iiiii",
  path_unlink_file: "iii",
  poll_oneoff: "iiii",
  proc_exit: "i",
  proc_raise: "i",
  random_get: "ii",
  sched_yield: "",
  sock_accept: "iii",
  sock_recv: "iiiiii",
  sock_send: "iiiii",
  sock_shutdown: "ii",
};

const MAY_WAIT: ReadonlySet<string> = new Set(["fd_read", "poll_oneoff"]);

/** Gas of a WASI call on top of the call itself. What moves bytes charges for them as well. */
const CALL_COST = 50;

/** Type of a WASI function, or `undefined` if preview 1 has none of that name. */
export function wasiFunctionType(name: string): HostFunctionType | undefined {
  const params = Object.hasOwn(PARAMS, name) ? PARAMS[name] : undefined;
  if (params === undefined) return undefined;
  return {
    params: Array.from(params, (letter): ValueType => (letter === "l" ? "i64" : "i32")),
    results: name === "proc_exit" ? [] : ["i32"],
    cost: CALL_COST,
    mayWait: MAY_WAIT.has(name),
  };
}
