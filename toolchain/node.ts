// The toolchain in Node: the compiler in a worker thread, and the packer of the files that a page loads.

export { createNodeCompiler } from "./embedded/node-compiler.ts";
export type { NodeCompilerOptions } from "./embedded/node-compiler.ts";
export type { Bubblewrap } from "./native/bubblewrap.ts";
export type { ClangCandidate, ClangSearch, FoundClang } from "./native/find-clang.ts";
export { createNativeCompiler, findNativeTools } from "./native/native-compiler.ts";
export type { NativeCompilerOptions, NativeTools } from "./native/native-compiler.ts";
export { packClang } from "./pack-clang.ts";
export type { PackedFile } from "./pack-clang.ts";
