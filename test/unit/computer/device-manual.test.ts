// Manual pages come from the declarations. Those in docs/devices are what `npx vitest run --project unit
// test/unit/computer/device-manual.test.ts -u` writes.

import {
  costTableOf,
  defineDevice,
  generateDevicePage,
  generateManual,
  generateSystemPage,
  i32,
  query,
} from "gasworks/computer";
import { describe, expect, it } from "vitest";

import { SHIPPED_DEVICES } from "../../support/shipped-devices.ts";

const DOCS = new URL("../../../docs/devices/", import.meta.url);

describe("docs/devices", () => {
  it.each([
    ["every-computer", generateSystemPage],
    ...SHIPPED_DEVICES.map((device): [string, () => string] => [device.type, () => generateDevicePage(device)]),
  ])("%s.md is what the declarations say", async (name, generate) => {
    await expect(generate()).toMatchFileSnapshot(new URL(`${name}.md`, DOCS).pathname);
  });
});

describe("the manual of a computer", () => {
  const Gauge = defineDevice<{ read(): number }>({
    type: "gauge",
    doc: "Reads | something.",
    constants: { LOW: { value: 1, doc: "Little." }, HIGH: { value: 2, doc: "Much." } },
    queries: {
      read: query(
        {
          doc: "Reads it.",
          args: {
            scale: i32("Which scale", { oneOf: ["LOW", "HIGH"] }),
            least: i32("Not less", { min: 3 }),
            most: i32("Not more", { max: 9 }),
            free: i32("Anything"),
          },
          returns: "what it shows",
          cost: 7,
        },
        (port) => port.read(),
      ),
    },
  });

  it("has a page for each attached type, with its names, and none for others", () => {
    const gauge = Gauge.attach({ read: () => 0 });
    const manual = generateManual({ left: gauge, "the right": gauge });
    expect(manual.split("\n").filter((line) => line.startsWith("# "))).toEqual(["# Every computer", "# gauge"]);
    expect(manual).toContain('Attached to this computer as `"left"`, `"the right"`.');
  });

  it("says what each argument may be, and what a call costs", () => {
    const text = generateDevicePage(Gauge);
    expect(text).toContain("## `int gauge_read(gauge_t gauge, int scale, int least, int most, int free)`");
    expect(text).toContain("| `scale` | `int` | `GAUGE_LOW` (1), `GAUGE_HIGH` (2) | Which scale |");
    expect(text).toContain("| `least` | `int` | from 3 | Not less |");
    expect(text).toContain("| `most` | `int` | up to 9 | Not more |");
    expect(text).toContain("| `free` | `int` | any | Anything |");
    expect(text).toContain("Gives what it shows; negative on an error. Costs 507 gas.");
  });

  it("the table of prices has every call, and nothing that is not called", () => {
    const prices = costTableOf({ gauge: Gauge.attach({} as never) });
    expect(prices).toMatchObject({ gauge_open: 2_000, gauge_read: 507, sleep_ticks: 500, event_wait: 1_000 });
    expect(Object.keys(prices)).not.toContain("GAUGE_LOW");
  });
});
