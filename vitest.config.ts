import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

import { chromiumLaunchOptions } from "./scripts/chromium.mjs";
import { ownExports } from "./scripts/own-exports.mjs";
import { documentSnippets } from "./test/support/document-snippets.ts";

// Half the time to import of the readable build, and the same code.
const minifiedPhaser = (name: string) => ({
  find: /^phaser$/,
  replacement: fileURLToPath(new URL(`node_modules/${name}/dist/phaser.esm.min.js`, import.meta.url)),
});

const inNode = {
  resolve: { alias: [...ownExports(), minifiedPhaser("phaser")] },
};

const built = {
  environment: "node" as const,
  globalSetup: ["test/support/build-once.ts", "test/support/compile-service.ts"],
  // Vitest would leave one core idle, of two as of sixteen.
  maxWorkers: availableParallelism(),
  // Node reads what tsc emitted faster than Vite does, and needs no alias for it but where Phaser is imported.
  server: { deps: { external: [/\/dist\/(?:src\/(?:vm|persistence|game\/(?:computer|headless))|toolchain)\//] } },
  // Twenty times what the longest take: a busy machine is no fault.
  testTimeout: 60_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 30_000 } },
};

export default defineConfig({
  test: {
    // One group after the other: Chromium's tests in one page, then whole browsers, must not share the cores with a crowd.
    projects: [
      {
        ...inNode,
        plugins: [documentSnippets()],
        test: {
          ...built,
          name: "unit",
          sequence: { groupOrder: 0 },
          include: ["test/unit/**/*.test.ts", "test/checks/**/*.test.ts"],
        },
      },
      {
        // What the plugin does in Phaser 4, it does in the last 3.
        resolve: { alias: [...ownExports(), minifiedPhaser("phaser3")] },
        test: {
          ...built,
          name: "phaser3",
          sequence: { groupOrder: 0 },
          include: ["test/unit/phaser/**/*.test.ts"],
        },
      },
      {
        ...inNode,
        test: {
          ...built,
          name: "conformance",
          sequence: { groupOrder: 0 },
          include: ["test/conformance/**/*.test.ts"],
        },
      },
      {
        ...inNode,
        test: {
          ...built,
          name: "firefox",
          sequence: { groupOrder: 2 },
          include: ["test/firefox/**/*.test.ts"],
        },
      },
      {
        ...inNode,
        test: {
          ...built,
          name: "e2e",
          globalSetup: [...built.globalSetup, "test/e2e/support/build-pages.ts"],
          sequence: { groupOrder: 2 },
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 120_000,
        },
      },
      {
        resolve: { alias: ownExports() },
        plugins: [documentSnippets()],
        // CommonJS, and what has many files, is named here: what Vite finds only while a test runs makes it reload the
        // page under the test.
        optimizeDeps: { noDiscovery: true, include: ["fast-check", "idb-keyval", "phaser", "wabt"] },
        worker: { format: "es" },
        test: {
          name: "browser",
          sequence: { groupOrder: 1 },
          include: ["test/browser/**/*.test.ts"],
          globalSetup: ["test/support/build-once.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 30_000 } },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: chromiumLaunchOptions() }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
