// The published pipeline as a peer of our engine: baseline of the benchmark, oracle in tests. See `docs/seed-pipeline.md`.

export { instrumentSeedModule, prepareSeedModule, type SeedBinary, type SeedModule } from "./prepare-seed-module.ts";
export { SeedExecutor, type SeedEnvironment } from "./seed-executor.ts";
export { createSeedVm, restoreSeedVm, SEED_ENGINE, type SeedVmOptions } from "./seed-vm.ts";
export { compileExample, EXAMPLE_COUNT } from "./compile-example.ts";
export { playScenario } from "./scenario.ts";
