// The README's code, run as it stands there in a real page.

import { IndexedDbStore } from "gasworks/persistence";
import { expect, it, vi } from "vitest";

it("the README's code compiles, runs, saves and goes on", { timeout: 120_000 }, async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  // Phaser greets with a text of its own.
  const texts = () => log.mock.calls.map(([text]) => String(text)).filter((text) => !text.includes("Phaser"));
  const printed = (): string => texts().join("");

  await import("virtual:readme/main.ts");
  await vi.waitFor(() => expect(printed()).toContain("3 tiles free\n3 tiles free\n"), { timeout: 90_000 });
  await vi.waitFor(async () => expect(await new IndexedDbStore().list()).toMatchObject([{ slot: "slot-1" }]), 20_000);
  const before = printed().length;
  await vi.waitFor(() => expect(printed().length).toBeGreaterThan(before), 20_000);
  expect(printed().replaceAll("3 tiles free\n", "")).toMatch(/^.{0,13}$/);
});
