// Asyncify with inline gas, the engine that ours replaced, as a peer: baseline of the benchmark, oracle in tests.

export { buildAsyncifyModule, type AsyncifyBinary } from "./build-asyncify-module.ts";
export { createAsyncifyVm, loadAsyncifyModule, restoreAsyncifyVm, type AsyncifyModule } from "./asyncify-vm.ts";
