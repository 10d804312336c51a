// The toolchain: a player's C into WebAssembly. This entry is for pages (and for types anywhere); the compiler for Node
// is in `gasworks/toolchain/node`.

export { BUILDS, OPTIMIZATION_LEVELS } from "./compiler.ts";
export type {
  Build,
  CompileOptions,
  CompileResult,
  Compiler,
  DownloadProgress,
  OptimizationLevel,
  Sources,
} from "./compiler.ts";
export { C_LIBRARY } from "./c-library.ts";
export type { LibraryName } from "./c-library.ts";
export { createCompiler } from "./create-compiler.ts";
export type { CompilerChoice } from "./create-compiler.ts";
export { formatDiagnostic } from "./diagnostic.ts";
export type { Diagnostic, FixIt, SourceRange } from "./diagnostic.ts";
export { createBrowserCompiler } from "./embedded/browser-compiler.ts";
export type { BrowserCompilerOptions } from "./embedded/browser-compiler.ts";
export type { CompilerLimits, EmbeddedLimits } from "./embedded/limits.ts";
export { explainDiagnostics, FRIENDLY_KINDS } from "./friendly/explain-diagnostics.ts";
export type { ExplainContext, ExplainedDiagnostic, Fix, FriendlyWords, KnownName } from "./friendly/friendly-words.ts";
export { ToolchainError } from "./errors.ts";
export type { ToolchainErrorCode } from "./errors.ts";
export { createServiceCompiler } from "./service/service-compiler.ts";
export type { ServiceCompilerOptions, ServiceFailure, ServiceResult } from "./service/service-compiler.ts";
export { createPageResultCache } from "./page-result-cache.ts";
export { createMemoryResultCache } from "./result-cache.ts";
export type { ResultCache, ResultCacheOption } from "./result-cache.ts";
