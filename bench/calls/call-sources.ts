// Calls that belong to no device, in C.

import type { CallSource } from "./call-programs.ts";

const NO_TASK = 99;

/** What every computer offers; the first one does nothing in its ticks. */
export const SYSTEM_SOURCES: readonly CallSource[] = [
  { name: "yield_tick", round: "yield_tick();" },
  { name: "sleep_ticks(0)", round: "sleep_ticks(0);" },
  { name: "tick_now", round: "tick_now();" },
  { name: "gas_left", round: "gas_left();" },
  { name: "gas_bank", round: "gas_bank();" },
  { name: "rand_u32", round: "rand_u32();" },
  { name: "event_wait, none there", round: "event_wait((void *)room, 0);" },
  { name: "event_lost", round: "event_lost();" },
  { name: "task_poll, no such task", round: `task_poll(${NO_TASK});` },
  { name: "task_wait, no such task", round: `task_wait(${NO_TASK});` },
  { name: "task_cancel, no such task", round: `task_cancel(${NO_TASK});` },
  { name: "device_count", device: "lamp", round: "device_count();" },
  { name: "device_name", device: "lamp", round: "device_name(0, (char *)room, 32);" },
  { name: "device_type", device: "lamp", round: "device_type(0, (char *)room, 32);" },
  { name: "device_open", device: "lamp", round: 'device_open("lamp");' },
  { name: "device_open, no such name", device: "lamp", round: "device_open(words);" },
  { name: "setjmp", before: "static jmp_buf at;", round: "setjmp(at);" },
  { name: "setjmp, longjmp", before: "static jmp_buf at;", round: "if (setjmp(at) == 0) longjmp(at, 1);" },
];

function declared(name: string, parameters: string): string {
  const attribute = `__attribute__((import_module("wasi_snapshot_preview1"), import_name("${name}")))`;
  return `${attribute} int wasi_${name}(${parameters});\n`;
}

export const WASI_DECLARATIONS = [
  declared("args_get", "void *, void *"),
  declared("args_sizes_get", "void *, void *"),
  declared("clock_res_get", "int, void *"),
  declared("clock_time_get", "int, long long, void *"),
  declared("environ_sizes_get", "void *, void *"),
  declared("environ_get", "void *, void *"),
  declared("fd_close", "int"),
  declared("fd_fdstat_get", "int, void *"),
  declared("fd_prestat_get", "int, void *"),
  declared("fd_read", "int, void *, int, void *"),
  declared("fd_seek", "int, long long, int, void *"),
  declared("fd_write", "int, void *, int, void *"),
  declared("path_open", "int, int, void *, int, int, long long, long long, int, void *"),
  declared("poll_oneoff", "void *, void *, int, void *"),
  declared("random_get", "void *, int"),
  declared("sched_yield", "void"),
].join("");

/** Fills the vectors at the beginning of the room: `count` of `length` bytes each. */
function vectors(count: number, length: number, fill = "a"): string {
  return `
  for (int i = 0; i < ${count}; i++) {
    ((unsigned *)room)[2 * i] = (unsigned)(room + 16384);
    ((unsigned *)room)[2 * i + 1] = ${length};
  }
  memset(room + 16384, '${fill}', 16384);`;
}

function written(name: string, [count, length, fill]: readonly [number, number, string?]): CallSource {
  return {
    name: `fd_write, ${name}`,
    before: vectors(count, length, fill),
    round: `wasi_fd_write(1, room, ${count}, room + 16380);`,
  };
}

export const WASI_SOURCES: readonly CallSource[] = [
  { name: "sched_yield", round: "wasi_sched_yield();" },
  { name: "clock_time_get", round: "wasi_clock_time_get(0, 0, room);" },
  { name: "clock_res_get", round: "wasi_clock_res_get(0, room);" },
  { name: "args_sizes_get", round: "wasi_args_sizes_get(room, room + 8);" },
  { name: "args_get", round: "wasi_args_get(room, room + 64);" },
  { name: "environ_sizes_get", round: "wasi_environ_sizes_get(room, room + 8);" },
  { name: "environ_get", round: "wasi_environ_get(room, room + 64);" },
  { name: "fd_close, no such stream", round: "wasi_fd_close(9);" },
  { name: "fd_fdstat_get", round: "wasi_fd_fdstat_get(1, room);" },
  { name: "fd_prestat_get", round: "wasi_fd_prestat_get(3, room);" },
  { name: "fd_seek", round: "wasi_fd_seek(1, 0, 0, room);" },
  { name: "path_open", round: "wasi_path_open(3, 0, room, 4, 0, 0, 0, 0, room);" },
  { name: "random_get, 1 byte", round: "wasi_random_get(room, 1);" },
  { name: "random_get, 4,096 bytes", round: "wasi_random_get(room, 4096);" },
  {
    name: "poll_oneoff, 1 ready",
    before: "room[8] = 1;",
    round: "wasi_poll_oneoff(room, room + 8192, 1, room + 16380);",
  },
  {
    name: "poll_oneoff, 64 ready",
    before: "for (int i = 0; i < 64; i++) room[48 * i + 8] = 1;",
    round: "wasi_poll_oneoff(room, room + 8192, 64, room + 16380);",
  },
  { name: "fd_read, no bytes", before: vectors(1, 0), round: "wasi_fd_read(0, room, 1, room + 16380);" },
  {
    name: "fd_read, 1,024 empty buffers",
    before: vectors(1_024, 0),
    round: "wasi_fd_read(0, room, 1024, room + 16380);",
  },
  written("no bytes", [1, 0]),
  written("1 byte", [1, 1]),
  written("1 line feed", [1, 1, "\\n"]),
  written("4,096 bytes", [1, 4_096]),
  written("4,096 line feeds", [1, 4_096, "\\n"]),
  written("4,096 bytes that are no UTF-8", [1, 4_096, "\\xff"]),
  written("1,024 empty buffers", [1_024, 0]),
  written("1,024 bytes, each in a buffer", [1_024, 1]),
];
