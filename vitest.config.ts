import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

import { chromiumLaunchOptions } from "./scripts/chromium.mjs";

const node = { environment: "node", globalSetup: ["test/support/build-once.ts"] } as const;

export default defineConfig({
  test: {
    projects: [
      { test: { ...node, name: "unit", include: ["test/unit/**/*.test.ts", "test/checks/**/*.test.ts"] } },
      { test: { ...node, name: "conformance", include: ["test/conformance/**/*.test.ts"], testTimeout: 60_000 } },
      {
        test: {
          ...node,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
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
