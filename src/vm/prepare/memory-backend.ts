/**
 * Where the memory of a computer is: `own`, in a WebAssembly.Memory of its own, whose bounds the engine checks; or `arena`,
 * with others in one large WebAssembly.Memory, where the code checks every access itself.
 */
export type MemoryBackend = "own" | "arena";
