// Written by `npm run generate` from flags.json; a test says when it is old.

export const FLAG_LIST = {
  options: {
    optimization: { values: ["-O0", "-O1", "-O2", "-O3", "-Oz"], default: "-O1" },
    debug: { values: [false, true, "lines"], default: false },
    target: { values: ["wasi", "freestanding"], default: "wasi" },
    cpu: {
      valuesOf: { wasi: ["lime1", "generic"], freestanding: ["lime1", "generic", "mvp"] },
      default: "lime1",
    },
    stackBytes: { min: 1024, max: 8388608, multipleOf: 16, default: 65536 },
  },
  builds: {
    debug: { optimization: "-O0", debug: true },
    fast: { optimization: "-O2", debug: "lines" },
    size: { optimization: "-Oz", debug: false },
  },
  compile: [
    {
      about: "What comes out.",
      when: { target: ["wasi"] },
      driver: ["--target=wasm32-unknown-wasip1"],
      cc1: ["-triple", "wasm32-unknown-wasip1"],
    },
    {
      when: { target: ["freestanding"] },
      driver: ["--target=wasm32-unknown-unknown"],
      cc1: ["-triple", "wasm32-unknown-unknown"],
    },
    { driver: ["-mcpu={cpu}"], cc1: ["-target-cpu", "{cpu}"] },
    { both: ["{optimization}"] },
    { when: { optimization: ["-O2", "-O3"] }, cc1: ["-vectorize-loops"] },
    { when: { optimization: ["-O2", "-O3", "-Oz"] }, cc1: ["-vectorize-slp"] },
    { both: ["-std=gnu17"] },
    { when: { target: ["freestanding"] }, both: ["-ffreestanding"] },
    {
      about:
        "Key instructions keep stepping sensible in optimized code; the driver leaves them out where nothing moves.",
      when: { debug: [true, "lines"], optimization: ["-O1", "-O2", "-O3", "-Oz"] },
      cc1: ["-gkey-instructions"],
    },
    {
      about: "Before the amount: in the driver the version alone would ask for everything.",
      when: { debug: [true, "lines"] },
      driver: ["-gdwarf-4"],
      cc1: ["-dwarf-version=4"],
    },
    { when: { debug: ["lines"] }, driver: ["-gline-tables-only"], cc1: ["-debug-info-kind=line-tables-only"] },
    { when: { debug: [true] }, driver: ["-g"], cc1: ["-debug-info-kind=constructor"] },
    {
      about: "A fused multiply-add would round differently from the two operations wherever an engine has it.",
      both: ["-ffp-contract=off"],
    },
    {
      cc1: ["-mrelocation-model", "static", "-mframe-pointer=none", "-fno-rounding-math", "-fvisibility=hidden"],
    },
    { cc1: ["-mconstructor-aliases", "-debugger-tuning=gdb", "-fgnuc-version=4.2.1"] },
    { both: ["-fdebug-compilation-dir=/"] },
    { cc1: ["-disable-free", "-clear-ast-before-backend"] },
    {
      about: "clock() and <signal.h> are standard C; wasi-libc offers them when asked.",
      when: { target: ["wasi"] },
      driver: ["-D_WASI_EMULATED_PROCESS_CLOCKS", "-D_WASI_EMULATED_SIGNAL"],
      cc1: ["-D", "_WASI_EMULATED_PROCESS_CLOCKS", "-D", "_WASI_EMULATED_SIGNAL"],
    },
    { about: "Where headers are.", both: ["-resource-dir", "{sysroot}"] },
    {
      driver: ["--sysroot={sysroot}"],
      cc1: ["-isysroot", "{sysroot}", "-internal-isystem", "{sysroot}/include"],
    },
    { when: { target: ["wasi"] }, cc1: ["-internal-isystem", "{sysroot}/include/wasm32-wasip1"] },
    {
      about: "<gasworks.h> is beside the sources; a player's own string.h does not take the library's place.",
      both: ["-idirafter", "."],
    },
    {
      about: "What is said about it.",
      both: ["-Wall", "-Wextra", "-Wno-unused-parameter", "-Wdate-time", "-Wunreachable-code"],
    },
    { both: ["-fdiagnostics-parseable-fixits", "-fdiagnostics-print-source-range-info"] },
    { driver: ["-fno-color-diagnostics"] },
    { driver: ["-ferror-limit=19"], cc1: ["-ferror-limit", "19"] },
  ],
  link: [
    { flags: ["-m", "wasm32"] },
    {
      about: "The stack lies first, so that overflowing it traps instead of running into the program's data.",
      flags: ["--stack-first", "-z", "stack-size={stackBytes}"],
    },
    {
      about:
        "The C library refers to main weakly, so a program without one links, and traps when it starts. The trace tells.",
      when: { target: ["wasi"] },
      flags: ["--trace-symbol=__main_argc_argv"],
    },
    { when: { target: ["freestanding"] }, flags: ["--no-entry", "--export-all", "--import-memory"] },
    {
      when: { target: ["wasi"] },
      flags: ["-L{sysroot}/lib/wasm32-wasip1", "{sysroot}/lib/wasm32-wasip1/crt1-command.o"],
    },
    { flags: ["{objects}"] },
    {
      when: { target: ["wasi"] },
      flags: ["-lwasi-emulated-process-clocks", "-lwasi-emulated-signal", "-lc"],
    },
    {
      when: { target: ["wasi"] },
      flags: ["{sysroot}/lib/wasm32-unknown-wasip1/libclang_rt.builtins.a"],
    },
  ],
} as const;
