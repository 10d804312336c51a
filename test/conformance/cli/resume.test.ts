// A program that uses what C programs use prints the same whether it runs in one go or is saved in the middle and resumed
// by another process, however small the slices are.

import { writeFileSync } from "node:fs";

import { beforeAll, describe, expect, it } from "vitest";

import { gasworks } from "../../support/captured-streams.ts";
import { gasworksProcess } from "../../support/gasworks-process.ts";
import { programGuest } from "../../support/guest.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const at = temporaryDirectory();

/** Every run prepares its module anew, which on a busy machine takes ten times as long. In milliseconds. */
const PATIENCE = 240_000;

const PROGRAM = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef double (*operation)(double, double);

static double sum(double a, double b) { return a + b; }
static double product(double a, double b) { return a * b; }
static double quotient(double a, double b) { return a / (b + 1); }

static const operation operations[] = { sum, product, quotient };

static int ascend(int left, const char *name, int *deepest)
{
    char copy[16];
    if (left == 0) return 0;
    strncpy(copy, name, sizeof copy);
    *deepest += 1;
    int height = ascend(left - 1, copy, deepest) + 1;
    if (left % 50 == 0) printf("%s: %d left, %d up\\n", copy, left, height);
    return height;
}

static int descending(const void *a, const void *b) { return *(const int *)b - *(const int *)a; }

int main(void)
{
    double x = 1;
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 5; j++) {
            x = operations[(i + j) % 3](x, j + 0.5);
            if (j == i % 5) printf("%d.%d %.12f %g %a\\n", i, j, x, x * 1e10, x);
        }

    int deepest = 0;
    int height = ascend(200, "ladder", &deepest);
    printf("%d calls deep, %d high\\n", deepest, height);

    int *numbers = malloc(60 * sizeof *numbers);
    for (int i = 0; i < 60; i++) numbers[i] = rand() % 1000;
    qsort(numbers, 60, sizeof *numbers, descending);
    for (int i = 0; i < 60; i += 7) printf("%d ", numbers[i]);
    puts("");
    free(numbers);

    usleep(120000);
    fprintf(stderr, "awake\\n");
    return 0;
}
`;

beforeAll(async () => {
  writeFileSync(at("program.c"), PROGRAM);
  writeFileSync(at("program.wasm"), await programGuest(PROGRAM));
}, PATIENCE);

describe("gasworks run --save, then --resume", { timeout: PATIENCE }, () => {
  let whole: { readonly stdout: string; readonly stderr: string };

  beforeAll(async () => {
    whole = await gasworks(["run", at("program.wasm")]);
  }, PATIENCE);

  it("runs all of the program", () => {
    expect(whole.stdout).toContain("200 calls deep, 200 high");
    expect(whole.stderr).toBe("awake\n");
  });

  it.each([1, 2, 3, 7, 64, 250, 777, 1_000, 4_096, 1_000_000])(
    "prints what one uninterrupted run prints, at %i gas a tick",
    async (gasPerTick) => {
      const save = at(`${gasPerTick}.gws`);
      const first = await gasworks([
        "run",
        at("program.wasm"),
        "--gas-per-tick",
        String(gasPerTick),
        "--ticks",
        "50",
        "--save",
        save,
      ]);
      const second = await gasworks(["run", "--resume", save]);
      expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
      expect(first.stdout + second.stdout).toBe(whole.stdout);
      expect(first.stderr + second.stderr).toBe(whole.stderr);
    },
  );

  it("ends in the same state with the same gas when it is saved again and again", async () => {
    const run = ["--gas-per-tick", "300", "--json"];
    const uninterrupted = await gasworks(["run", at("program.wasm"), ...run]);
    let args = ["run", at("program.wasm"), "--gas-per-tick", "300"];
    let printed = "";
    for (let part = 0; part < 3; part++) {
      printed += (await gasworks([...args, "--ticks", "40", "--save", at("parts.gws")])).stdout;
      args = ["run", "--resume", at("parts.gws")];
    }
    expect(printed + (await gasworks([...args, "--json"])).stdout).toBe(uninterrupted.stdout);
  });

  it("does so between two processes, straight from the C file", async () => {
    const first = await gasworksProcess([
      "run",
      at("program.c"),
      "--gas-per-tick",
      "1000",
      "--ticks",
      "20",
      "--save",
      at("process.gws"),
    ]);
    const second = await gasworksProcess(["run", "--resume", at("process.gws")]);
    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
    expect(first.stdout).not.toBe("");
    expect(second.stdout).not.toBe("");
    expect(first.stdout + second.stdout).toBe(whole.stdout);
  });
});
