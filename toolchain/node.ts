// The toolchain in Node: all ways of compiling, the service, and the packer of the files that a page loads.

export { createCompiler } from "./create-node-compiler.ts";
export type { CompilerChoice } from "./create-node-compiler.ts";
export { createDockerCompiler, DOCKER_IMAGE, dockerRunArguments } from "./docker/docker-compiler.ts";
export type { DockerCompilerOptions } from "./docker/docker-compiler.ts";
export { createNodeCompiler } from "./embedded/node-compiler.ts";
export type { NodeCompilerOptions } from "./embedded/node-compiler.ts";
export type { LanguageLimits } from "./languages/language-compiler.ts";
export { withLanguages } from "./languages/node-languages.ts";
export type { Bubblewrap } from "./native/bubblewrap.ts";
export type { ClangCandidate, ClangSearch, FoundClang } from "./native/find-clang.ts";
export { createNativeCompiler, findNativeTools } from "./native/native-compiler.ts";
export type { NativeCompilerOptions, NativeTools } from "./native/native-compiler.ts";
export { packClang, packSysroot, type PackOptions, type PackedFile } from "./pack-clang.ts";
export type { ClientLimits } from "./service/client-limits.ts";
export { createCompileServer } from "./service/compile-server.ts";
export type { CompileServerOptions } from "./service/compile-server.ts";
export { createServiceCompiler } from "./service/service-compiler.ts";
export type { ServiceCompilerOptions } from "./service/service-compiler.ts";
