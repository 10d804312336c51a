# Written by `npm run generate` from toolchain/flags.json; a test says when it is old.
#
# Reads the variables $target, $cpu, $optimization, $debug, $stackBytes and $sysroot. compile.sh has refuse, run_clang and
# run_linker.

check_settings() {
  case $target in wasi | freestanding) ;; *) refuse "target $target" ;; esac
  case $target:$cpu in wasi:lime1 | wasi:generic | freestanding:lime1 | freestanding:generic | freestanding:mvp) ;; *) refuse "target:$cpu $target:$cpu" ;; esac
  case $optimization in -O0 | -O1 | -O2 | -O3 | -Oz) ;; *) refuse "optimization $optimization" ;; esac
  case $debug in false | true | lines) ;; *) refuse "debug $debug" ;; esac
  case $stackBytes in "" | *[!0-9]* | ????????*) refuse "stackBytes $stackBytes" ;; esac
  [ "$stackBytes" -ge 1024 ] && [ "$stackBytes" -le 8388608 ] && [ $((stackBytes % 16)) -eq 0 ] || refuse "stackBytes $stackBytes"
}

with_compile_flags() {
  case $target in wasi) set -- "$@" "--target=wasm32-unknown-wasip1" ;; esac
  case $target in freestanding) set -- "$@" "--target=wasm32-unknown-unknown" ;; esac
  set -- "$@" "-mcpu=$cpu"
  set -- "$@" "$optimization"
  set -- "$@" "-std=gnu17"
  case $target in freestanding) set -- "$@" "-ffreestanding" ;; esac
  case $debug in true | lines) set -- "$@" "-gdwarf-4" ;; esac
  case $debug in lines) set -- "$@" "-gline-tables-only" ;; esac
  case $debug in true) set -- "$@" "-g" ;; esac
  set -- "$@" "-ffp-contract=off"
  set -- "$@" "-fdebug-compilation-dir=/"
  case $target in wasi) set -- "$@" "-D_WASI_EMULATED_PROCESS_CLOCKS" "-D_WASI_EMULATED_SIGNAL" ;; esac
  set -- "$@" "-resource-dir" "$sysroot"
  set -- "$@" "--sysroot=$sysroot"
  set -- "$@" "-idirafter" "."
  set -- "$@" "-Wall" "-Wextra" "-Wno-unused-parameter" "-Wdate-time" "-Wunreachable-code"
  set -- "$@" "-fdiagnostics-parseable-fixits" "-fdiagnostics-print-source-range-info"
  set -- "$@" "-fno-color-diagnostics"
  set -- "$@" "-ferror-limit=19"
  run_clang "$@"
}

with_link_flags() {
  case $target in wasi) set -- "-L$sysroot/lib/wasm32-wasip1" "$sysroot/lib/wasm32-wasip1/crt1-command.o" "$@" ;; esac
  case $target in freestanding) set -- "--no-entry" "--export-all" "--import-memory" "$@" ;; esac
  case $target in wasi) set -- "--trace-symbol=__main_argc_argv" "$@" ;; esac
  set -- "--stack-first" "-z" "stack-size=$stackBytes" "$@"
  set -- "-m" "wasm32" "$@"
  case $target in wasi) set -- "$@" "-lwasi-emulated-process-clocks" "-lwasi-emulated-signal" "-lc" ;; esac
  case $target in wasi) set -- "$@" "$sysroot/lib/wasm32-unknown-wasip1/libclang_rt.builtins.a" ;; esac
  run_linker "$@"
}
