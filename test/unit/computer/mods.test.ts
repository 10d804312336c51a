import {
  ComputerError,
  ComputerWorld,
  defineDevice,
  DEVICE_ABI,
  generateModPage,
  importMod,
  loadMod,
  MissingModsError,
  modDevice,
  ModSet,
  Motor,
  query,
  type ModModule,
} from "gasworks/computer";
import { describe, expect, it } from "vitest";

import { watGuest } from "../../support/guest.ts";

interface Robot {
  charge: number;
}

const Gauge = gauge("gauge");

/** A device type that tells a number. */
function gauge(type: string) {
  return defineDevice<{ readonly value: number }>({
    type,
    doc: "Shows a number.",
    queries: { read: query({ doc: "Reads it.", returns: "what it shows", cost: 5 }, (port) => port.value) },
  });
}

/** Every port that the mod below has made, newest first. */
const ports: { readonly value: number }[] = [];

const device = modDevice({
  definition: Gauge,
  tileProperties: {
    scale: { type: "int", doc: "What it is multiplied with.", default: 1, min: 1, max: 10 },
    offset: { type: "float", doc: "What is added.", default: 0 },
    hidden: { type: "bool", doc: "Whether it shows nothing.", default: false },
    unit: { type: "string", doc: "Printed beside it.", default: "V" },
  },
  port: (robot: Robot, { scale, offset, hidden, unit }) => {
    const port = { value: hidden ? unit.length : robot.charge * scale + offset };
    ports.unshift(port);
    return port;
  },
});

/** A mod with changes; `undefined` takes a part out. */
function modWith(changes: Partial<Record<keyof ModModule, unknown>> = {}): Record<string, unknown> {
  return {
    manifest: { name: "mining", version: "1.2.0", abi: DEVICE_ABI },
    devices: { gauge: device },
    programs: { "show.v1": { "main.c": "int main(void) { return 0; }", "show.h": "" } },
    ...changes,
  };
}

function modOf(name: string, version: string, types: readonly string[] = []): ReturnType<typeof loadMod> {
  const devices = Object.fromEntries(
    types.map((type) => [
      type,
      modDevice({ definition: gauge(type), port: (robot: Robot) => ({ value: robot.charge }) }),
    ]),
  );
  return loadMod({ manifest: { name, version, abi: DEVICE_ABI }, devices });
}

function refusal(load: () => unknown): { code: string; message: string } {
  try {
    load();
  } catch (error) {
    if (error instanceof ComputerError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("Nothing was refused");
}

describe("loadMod()", () => {
  it("gives what the module exports, as a copy that nobody changes", async () => {
    const wasm = await watGuest('(module (memory (export "memory") 1) (func (export "_start")))');
    const programs: Record<string, unknown> = { wasm };
    const mod = loadMod(modWith({ programs }));
    wasm.fill(0);
    programs["more"] = wasm;
    expect(mod).toMatchObject({ name: "mining", version: "1.2.0", abi: DEVICE_ABI });
    expect(Object.keys(mod.devices)).toEqual(["gauge"]);
    expect(Object.keys(mod.programs)).toEqual(["wasm"]);
    await new ComputerWorld().add({ id: "a" }).load(mod.programs["wasm"] as Uint8Array);
    expect(Object.isFrozen(mod)).toBe(true);
  });

  it("takes what another copy of this package has defined", () => {
    const mod = loadMod(modWith({ devices: { gauge: { ...device, definition: { ...Gauge } } } }));
    expect(new ModSet([mod]).attach("gauge", { charge: 4 }).definition.type).toBe("gauge");
    expect(ports[0]).toEqual({ value: 4 });
  });

  it("takes a mod without devices or programs", () => {
    expect(loadMod(modWith({ devices: undefined, programs: undefined }))).toMatchObject({ devices: {}, programs: {} });
  });

  const manifest = { name: "mining", version: "1.2.0", abi: DEVICE_ABI };
  const properties = (scale: unknown): unknown => ({ gauge: { ...device, tileProperties: { scale } } });
  const scale = { type: "int", doc: "A number.", default: 1 };

  it.each<[string, unknown, string]>([
    ["nothing", undefined, "the module: expected an object, got nothing"],
    ["a function", () => ({}), "the module: expected an object, got a function"],
    ["a module without a manifest", modWith({ manifest: undefined }), "manifest: it is missing"],
    ["an export that no mod has", { ...modWith(), device: {} }, "device: it is unknown"],
    ["a manifest that is a list", modWith({ manifest: [] }), "manifest: expected an object, got a list"],
    ["no name", modWith({ manifest: { ...manifest, name: undefined } }), "manifest.name: it is missing"],
    ["a name with a space", modWith({ manifest: { ...manifest, name: "My mod" } }), "manifest.name: expected a name"],
    ["a name out of markup", modWith({ manifest: { ...manifest, name: "<b>" } }), "manifest.name: expected a name"],
    ["a version of two numbers", modWith({ manifest: { ...manifest, version: "1.2" } }), "manifest.version: expected"],
    ["a version that is a number", modWith({ manifest: { ...manifest, version: 1 } }), "manifest.version: expected"],
    [
      "an ABI that is a text",
      modWith({ manifest: { ...manifest, abi: "1" } }),
      'manifest.abi: expected an integer ≥ 1, got "1"',
    ],
    ["more in the manifest", modWith({ manifest: { ...manifest, author: "A" } }), "manifest.author: it is unknown"],
    ["devices as a list", modWith({ devices: [device] }), "devices: expected an object, got a list"],
    ["a device that is none", modWith({ devices: { gauge: 7 } }), "devices.gauge: expected an object, got 7"],
    ["a bare definition", modWith({ devices: { gauge: Gauge } }), "devices.gauge.definition: it is missing"],
    [
      "a definition that nobody defined",
      modWith({ devices: { gauge: { ...device, definition: { type: "gauge", doc: "A gauge." } } } }),
      "devices.gauge.definition: expected what defineDevice() gives, got an object",
    ],
    [
      "a definition with a call that nobody defined",
      modWith({
        devices: { gauge: { ...device, definition: { ...Gauge, tasks: Gauge.queries, queries: { more: {} } } } },
      }),
      "devices.gauge.definition.queries.more: it was not declared by defineDevice()",
    ],
    [
      "a definition with a call at another cost",
      modWith({
        devices: { gauge: { ...device, definition: { ...Gauge, queries: { read: { shape: { cost: 1 } } } } } },
      }),
      "devices.gauge.definition.queries.read: it was not declared by defineDevice()",
    ],
    [
      "a definition with another import module",
      modWith({ devices: { gauge: { ...device, definition: { ...Gauge, deviceType: Motor.deviceType } } } }),
      "devices.gauge.definition: expected what defineDevice() gives, got an object",
    ],
    [
      "a definition under another name",
      modWith({ devices: { meter: device } }),
      'devices.meter.definition: it defines the type "gauge"',
    ],
    [
      "a port that is no function",
      modWith({ devices: { gauge: { ...device, port: {} } } }),
      "devices.gauge.port: expected a function, got an object",
    ],
    [
      "a property of no type",
      modWith({ devices: properties({ ...scale, type: "color" }) }),
      "scale.type: expected one of",
    ],
    ["a property without words", modWith({ devices: properties({ ...scale, doc: "" }) }), "scale.doc: expected words"],
    [
      "a default of another type",
      modWith({ devices: properties({ ...scale, default: 1.5 }) }),
      "scale.default: it is not",
    ],
    ["a default out of range", modWith({ devices: properties({ ...scale, min: 2 }) }), "scale.default: it is not"],
    [
      "a range of texts",
      modWith({ devices: properties({ type: "string", doc: "A text.", default: "", min: 1 }) }),
      "scale.min: only numbers have a range",
    ],
    [
      "a limit that is a text",
      modWith({ devices: properties({ ...scale, max: "9" }) }),
      'scale.max: expected a number, got "9"',
    ],
    [
      "a program that is a text",
      modWith({ programs: { a: "int main;" } }),
      "programs.a: expected C files by name, or wasm",
    ],
    [
      "a program of numbers",
      modWith({ programs: { a: { "main.c": 1 } } }),
      'programs.a["main.c"]: expected text, got 1',
    ],
    ["a program without C", modWith({ programs: { a: { "a.h": "" } } }), "programs.a: expected at least one file"],
    ["bytes that are no wasm", modWith({ programs: { a: new Uint8Array(8) } }), "programs.a: expected wasm"],
    ["a program with a path", modWith({ programs: { "../a": { "a.c": "" } } }), "programs.../a: its name must match"],
  ])("refuses %s, and says where", (_what, module, words) => {
    const { code, message } = refusal(() => loadMod(module));
    expect(code).toBe("computer/mod-malformed");
    expect(message).toContain(words);
  });

  it("names everything that is wrong at once, under the name of the mod", () => {
    const { message } = refusal(() => loadMod(modWith({ devices: { gauge: { port: 1 } }, programs: { a: 2 } })));
    expect(message).toBe(
      'Cannot load the mod "mining": devices.gauge.definition: it is missing; devices.gauge.port: expected a function, ' +
        "got 1; programs.a: expected C files by name, or wasm as a Uint8Array, got 2",
    );
  });

  it("refuses a module whose exports cannot be read yet", () => {
    const halfMade = {
      get manifest(): unknown {
        throw new ReferenceError("Cannot access 'manifest' before initialization");
      },
    };
    expect(refusal(() => loadMod(halfMade))).toEqual({
      code: "computer/mod-malformed",
      message: "Cannot load a mod: Cannot access 'manifest' before initialization",
    });
  });

  it("keeps its message short, whatever the mod says", () => {
    const long = "x".repeat(10_000);
    const programs = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`${long}${index}`, long]));
    expect(refusal(() => loadMod(modWith({ programs }))).message.length).toBeLessThan(5_000);
  });

  it.each([
    [DEVICE_ABI + 1, "the game is too old for it"],
    [DEVICE_ABI + 7, "the game is too old for it"],
  ])("refuses a mod for version %i of the devices with both numbers, whatever else it looks like", (abi, advice) => {
    const { code, message } = refusal(() =>
      loadMod({ manifest: { ...manifest, abi }, devices: { gauge: { shape: "new" } }, sounds: {} }),
    );
    expect(code).toBe("computer/mod-abi");
    expect(message).toBe(
      `Cannot load the mod "mining": it was made for version ${abi} of the devices, and this game has version ` +
        `${DEVICE_ABI}; ${advice}`,
    );
  });

  it("leaves the prototype of objects alone", () => {
    const hostile = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as object;
    for (const part of ["manifest", "devices", "programs"] as const) {
      expect(refusal(() => loadMod(modWith({ [part]: hostile }))).code).toBe("computer/mod-malformed");
    }
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

it("the page of a mod tells those who make maps what there is", () => {
  const programs = { show: { "main.c": "", "show.h": "" } };
  expect(generateModPage(loadMod(modWith({ programs })))).toMatchInlineSnapshot(`
    "# mining 1.2.0

    ## Device \`gauge\`

    Shows a number.

    | property | type | default | may be | what it is |
    | --- | --- | --- | --- | --- |
    | \`scale\` | int | \`1\` | an integer ≥ 1 and ≤ 10 | What it is multiplied with. |
    | \`offset\` | float | \`0\` | a number | What is added. |
    | \`hidden\` | bool | \`false\` | true or false | Whether it shows nothing. |
    | \`unit\` | string | \`"V"\` | a string | Printed beside it. |

    ## Programs

    | program | files |
    | --- | --- |
    | \`mining/show\` | main.c, show.h |
    "
  `);
  expect(generateModPage(modOf("bare", "1.0.0", ["lamp"]))).toBe(
    "# bare 1.0.0\n\n## Device `lamp`\n\nShows a number.\n",
  );
});

describe("importMod()", () => {
  const address = (source: string): string => `data:text/javascript,${encodeURIComponent(source)}`;

  it("imports a mod from its address", async () => {
    const source = `
      export const manifest = { name: "far", version: "0.1.0", abi: ${DEVICE_ABI} };
      export const programs = { nothing: { "main.c": "int main(void) { return 0; }" } };`;
    expect(await importMod(address(source))).toMatchObject({ name: "far", version: "0.1.0" });
  });

  it.each([
    ["there is nothing", "file:///nowhere/at-all.js", "computer/mod-unavailable"],
    ["the address is none", "mining.js", "computer/mod-unavailable"],
    ["the module throws", address("throw new Error('no');"), "computer/mod-unavailable"],
    ["it is no mod", address("export const a = 1;"), "computer/mod-malformed"],
  ])("refuses where %s", async (_what, url, code) => {
    await expect(importMod(url)).rejects.toMatchObject({ name: "ComputerError", code });
  });
});

describe("a set of mods", () => {
  it("refuses two mods with one name, and names their versions", () => {
    expect(refusal(() => new ModSet([modOf("a", "1.0.0"), modOf("a", "2.0.0")]))).toEqual({
      code: "computer/mod-conflict",
      message: 'Cannot put these mods together: two of them are called "a", in the versions 1.0.0 and 2.0.0',
    });
  });

  it("refuses two mods with one device, and names both", () => {
    expect(refusal(() => new ModSet([modOf("a", "1.0.0", ["drill"]), modOf("b", "1.0.0", ["drill"])]))).toEqual({
      code: "computer/mod-conflict",
      message: 'Cannot put these mods together: the mod "a" and the mod "b" both have a device "drill"',
    });
  });

  it("refuses a mod with a device of the game's own", () => {
    const { message } = refusal(() => new ModSet([modOf("a", "1.0.0", ["motor"])], { ownDevices: [Motor] }));
    expect(message).toBe('Cannot put these mods together: the game itself and the mod "a" both have a device "motor"');
  });

  it("attaches a device to a thing, set up by the properties of a map's object", () => {
    const mods = new ModSet([loadMod(modWith())]);
    const gameObject: Robot = { charge: 3 };
    const shown = (label: string, properties: Record<string, unknown>): number | undefined => {
      expect(mods.devices["gauge"]?.({ gameObject, label, properties }).definition).toBe(Gauge);
      return ports[0]?.value;
    };
    expect(shown("eye", {})).toBe(3);
    expect(shown("eye", { "eye.scale": 10, "eye.offset": 2, "ear.scale": "loud", speed: 1 })).toBe(32);
    expect(shown("eye", { eye: { scale: 4, offset: 1 }, "eye.offset": 5 })).toBe(17);
    mods.attach("gauge", gameObject, { hidden: true, unit: "mm" });
    expect(ports[0]?.value).toBe(2);
  });

  it("names the device that fails to be attached, and keeps what it has thrown", () => {
    const mods = new ModSet([loadMod(modWith())]);
    expect(() => mods.attach("gauge", undefined)).toThrow(
      expect.objectContaining({
        code: "computer/mod-failed",
        message: expect.stringMatching(/^Cannot attach the device "gauge" of the mod "mining": .*charge/) as string,
        cause: expect.any(TypeError) as TypeError,
      }),
    );
  });

  it("refuses what is no device at the time of attaching", () => {
    const definition = { ...Gauge, attach: () => ({}) };
    const mods = new ModSet([loadMod(modWith({ devices: { gauge: { ...device, definition } } }))]);
    expect(refusal(() => mods.attach("gauge", { charge: 1 }))).toEqual({
      code: "computer/mod-failed",
      message: 'Cannot attach the device "gauge" of the mod "mining": its attach() gives no gauge',
    });
  });

  it.each([
    [{ scale: 0 }, 'its property "scale" is 0: expected an integer ≥ 1 and ≤ 10'],
    [{ scale: 1.5 }, 'its property "scale" is 1.5: expected an integer ≥ 1 and ≤ 10'],
    [{ scale: "1" }, 'its property "scale" is "1": expected an integer ≥ 1 and ≤ 10'],
    [{ offset: NaN }, 'its property "offset" is null: expected a number'],
    [{ hidden: 1 }, 'its property "hidden" is 1: expected true or false'],
    [{ unit: null }, 'its property "unit" is null: expected a string'],
    [{ sclae: 2 }, 'it has no property "sclae", but scale, offset, hidden, unit'],
  ])("refuses the properties %j", (properties, words) => {
    const mods = new ModSet([loadMod(modWith())]);
    expect(refusal(() => mods.attach("gauge", { charge: 1 }, properties))).toEqual({
      code: "computer/mod-property",
      message: `Cannot attach the device "gauge" of the mod "mining": ${words}`,
    });
  });

  it.each(["drill", "toString", "__proto__"])("refuses to attach %s, which no mod has", (type) => {
    const mods = new ModSet([loadMod(modWith())]);
    expect(refusal(() => mods.attach(type, {}))).toEqual({
      code: "computer/mod-device",
      message: `Cannot attach a device "${type}": the mods have gauge`,
    });
  });

  it("offers programs under the names of their mods", () => {
    const mods = new ModSet([loadMod(modWith()), modOf("empty", "1.0.0")]);
    expect(Object.keys(mods.programs)).toEqual(["mining/show.v1"]);
  });
});

describe("a save with mods", () => {
  it("names all of them", () => {
    expect(new ModSet([modOf("b", "1.0.0"), modOf("a", "2.0.0-beta.1")]).saved).toEqual([
      { name: "b", version: "1.0.0" },
      { name: "a", version: "2.0.0-beta.1" },
    ]);
  });

  it("is refused with a list of all that are missing or do not fit", () => {
    const mods = new ModSet([modOf("radio", "1.9.0"), modOf("farm", "3.0.0"), modOf("here", "1.0.0")]);
    const needed = [
      { name: "mining", version: "1.2.0" },
      { name: "here", version: "1.0.0" },
      { name: "radio", version: "2.1.0" },
      { name: "farm", version: "2.0.0" },
    ];
    expect(refusal(() => mods.requireFor(needed))).toEqual({
      code: "computer/mods-missing",
      message:
        'Cannot load the save: it needs the mod "mining" 1.2.0 (missing), the mod "radio" 2.1.0 (here is 1.9.0, which is ' +
        'older), the mod "farm" 2.0.0 (here is 3.0.0, which is not compatible)',
    });
    expect(() => mods.requireFor(needed)).toThrow(MissingModsError);
  });

  it("says of a missing mod what a page needs to offer it", () => {
    try {
      new ModSet([modOf("radio", "1.9.0")]).requireFor([{ name: "radio", version: "2.1.0" }]);
      expect.unreachable();
    } catch (error) {
      expect((error as MissingModsError).missing).toEqual([
        { name: "radio", version: "2.1.0", present: "1.9.0", reason: "older" },
      ]);
    }
  });

  it.each([
    ["1.2.0", "1.2.0", "fits"],
    ["1.2.0", "1.2.1", "fits"],
    ["1.2.0", "1.10.0", "fits"],
    ["1.2.0+one", "1.2.0+two", "fits"],
    ["1.2.0", "1.1.9", "older"],
    ["1.2.0", "1.2.0-rc.1", "older"],
    ["1.2.0-rc.1", "1.2.0", "fits"],
    ["1.2.0-rc.2", "1.2.0-rc.10", "fits"],
    ["1.2.0-rc.10", "1.2.0-rc.2", "older"],
    ["1.2.0-alpha", "1.2.0-alpha.1", "fits"],
    ["1.2.0-alpha.1", "1.2.0-alpha", "older"],
    ["1.2.0-alpha", "1.2.0-1", "older"],
    ["1.2.0-alpha", "1.2.0-beta", "fits"],
    ["1.2.0", "2.0.0", "incompatible"],
    ["0.2.0", "0.2.5", "fits"],
    ["0.2.0", "0.3.0", "incompatible"],
    ["anything", "1.0.0", "incompatible"],
  ])("that needs %s and finds %s: %s", (version, present, reason) => {
    const mods = new ModSet([modOf("a", present)]);
    const check = (): void => mods.requireFor([{ name: "a", version }]);
    if (reason === "fits") expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ missing: [expect.objectContaining({ reason })] }));
  });
});

it("the types of a mod's device hold its parts together", () => {
  const text = { type: "string", doc: "A text.", default: "" } as const;
  const wrong = [
    // @ts-expect-error the port has no value
    modDevice({ definition: Gauge, port: () => ({}) }),
    // @ts-expect-error the default of a text is no number
    modDevice({ definition: Gauge, tileProperties: { unit: { ...text, default: 1 } }, port: () => ({ value: 0 }) }),
    modDevice({
      definition: Gauge,
      tileProperties: { unit: text },
      // @ts-expect-error a text is no value
      port: (_robot: Robot, { unit }) => ({ value: unit }),
    }),
  ];
  expect(wrong).toHaveLength(3);
});
