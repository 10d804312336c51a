// What a game developer imports.

export * from "./phaser/index.ts";
export * from "./computer/index.ts";
