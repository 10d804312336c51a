// Written by `npm run generate`; a test says when it is old.

/** `sysroot-c.tar` as `packClang()` writes it: headers, start files and libraries of C. */
export const C_SYSROOT = {
  bytes: 1963008,
  sha256: "28acd4e64071b3e5031cbdad8b210269a2afcf486b3865289246e8ac3aedfbce",
} as const;

/** The code that makes a result of what clang and wasm-ld write, with the flags that they are given. */
export const RESULT_CODE_SHA256 = "86824fd51ff541dac97dec976b66daf3c41f47a51c9ba2d0efea3ec580efdde2";
