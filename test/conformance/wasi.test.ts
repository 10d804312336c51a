import { createVm, gas, prepareModule, restoreVm, type VmOptions } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { programGuest } from "../support/guest.ts";
import { runGuest } from "../support/run-vm.ts";

const run = async (main: string, options: VmOptions = {}): ReturnType<typeof runGuest> =>
  runGuest(await programGuest(main), { wasi: true }, options);

describe("the WASI host", () => {
  it("gives printf, arguments and the exit code", async () => {
    const outcome = await run(
      `#include <stdio.h>
       int main(int argc, char **argv) {
         printf("%d %s %s\\n", argc, argv[0], argv[1]);
         fprintf(stderr, "oops\\n");
         return 5;
       }`,
      { args: ["bot", "fast"] },
    );
    expect(outcome).toMatchObject({
      stdout: "2 bot fast\n",
      stderr: "oops\n",
      result: { kind: "exited", exitCode: 5 },
    });
  });

  it("uses the clock that it is given", async () => {
    const source = `#include <stdio.h>
      #include <time.h>
      int main(void) { printf("%lld\\n", (long long)time(NULL)); return 0; }`;
    expect((await run(source, { clock: { now: () => 90_000_000_000n } })).stdout).toBe("90\n");
    expect((await run(source)).stdout).toBe("0\n");
  });

  it("gives the same random numbers for the same seed only", async () => {
    const source = `#include <stdio.h>
      #include <sys/random.h>
      int main(void) { unsigned n; getentropy(&n, sizeof n); printf("%u\\n", n); return 0; }`;
    const one = await run(source, { entropySeed: 1 });
    expect((await run(source, { entropySeed: 1 })).stdout).toBe(one.stdout);
    expect((await run(source, { entropySeed: 2 })).stdout).not.toBe(one.stdout);
  });

  it("lets a program sleep by the clock, also across a snapshot", async () => {
    const module = await prepareModule(
      await programGuest(`#include <stdio.h>
        #include <unistd.h>
        int main(void) { for (int i = 0; i < 3; i++) { printf("%d\\n", i); fflush(stdout); usleep(100000); } return 0; }`),
      { wasi: true },
    );
    let now = 0n;
    let output = "";
    const options: VmOptions = {
      clock: { now: () => now },
      stdio: { write: (_, bytes) => void (output += Buffer.from(bytes).toString()) },
    };
    let vm = createVm(module, options);
    const seen: string[] = [];
    for (let tick = 0; tick < 100; tick++) {
      now = BigInt(tick) * 50_000_000n;
      const { kind } = vm.runSlice(gas(100_000));
      seen.push(`${kind} ${output.replaceAll("\n", "")}`);
      if (kind === "exited") break;
      vm = restoreVm(module, vm.snapshot(), options);
    }
    expect(seen).toEqual([
      "waiting 0",
      "waiting 0",
      "waiting 01",
      "waiting 01",
      "waiting 012",
      "waiting 012",
      "exited 012",
    ]);
  });

  it("lets a program wait for input, and reads end-of-file once it is closed", async () => {
    const module = await prepareModule(
      await programGuest(`#include <stdio.h>
        int main(void) { char line[64]; while (fgets(line, sizeof line, stdin)) printf("<%s", line); puts("end"); return 0; }`),
      { wasi: true },
    );
    let output = "";
    const options: VmOptions = { stdio: { write: (_, bytes) => void (output += Buffer.from(bytes).toString()) } };
    let vm = createVm(module, options);
    expect(vm.runSlice(gas(1_000_000))).toMatchObject({ kind: "waiting", waiting: { function: "fd_read" } });
    vm.writeInput(new TextEncoder().encode("hello\nwor"));
    expect(vm.runSlice(gas(1_000_000)).kind).toBe("waiting");
    vm.writeInput(new TextEncoder().encode("ld\n"));
    vm = restoreVm(module, vm.snapshot(), options);
    vm.endInput();
    expect(vm.runSlice(gas(1_000_000)).kind).toBe("exited");
    expect(output).toBe("<hello\n<world\nend\n");
    expect(() => vm.writeInput(new Uint8Array(1))).toThrow(expect.objectContaining({ code: "vm/not-runnable" }));
  });

  it("answers ENOSYS for files and sockets, and never throws", async () => {
    const outcome = await run(`#include <errno.h>
      #include <stdio.h>
      #include <sys/stat.h>
      int main(void) {
        FILE *f = fopen("/etc/passwd", "r");
        printf("%d ", f == NULL);
        struct stat s;
        printf("%d ", stat("x", &s) < 0);
        printf("%d\\n", remove("y") != 0);
        return 0;
      }`);
    expect(outcome).toMatchObject({ stdout: "1 1 1\n", result: { kind: "exited" } });
  });

  it("survives every call with hostile arguments", async () => {
    const calls = ["fd_write", "fd_read", "poll_oneoff", "random_get", "args_get", "clock_time_get", "fd_fdstat_get"];
    for (const name of calls) {
      const { result } = await run(`#include <wasi/api.h>
        int main(void) {
          const unsigned bad[] = {0, 1, 2, 65535, 0x7fffffff, 0x80000000u, 0xfffffff0u, 0xffffffffu};
          for (int i = 0; i < 8; i++) for (int j = 0; j < 8; j++) {
            unsigned a = bad[i], b = bad[j]; __wasi_size_t n;
            ${
              {
                fd_write: "__wasi_fd_write(1, (void *)a, b, &n); __wasi_fd_write(a, (void *)b, 1, (void *)a);",
                fd_read: "__wasi_fd_read(a | 1, (void *)b, 1, &n);",
                poll_oneoff: "__wasi_poll_oneoff((void *)a, (void *)b, 0, &n);",
                random_get: "if (b > 65536) __wasi_random_get((void *)a, b);",
                args_get: "(void)n; (void)b; if (a < 65536) __wasi_args_get((void *)4096, (void *)8192);",
                clock_time_get: "(void)n; (void)b; __wasi_timestamp_t t; __wasi_clock_time_get(a, b, &t);",
                fd_fdstat_get: "(void)n; (void)b; __wasi_fdstat_t s; __wasi_fd_fdstat_get(a, &s);",
              }[name]
            }
          }
          return 0;
        }`);
      expect(["exited", "trapped"], name).toContain(result.kind);
      if (result.kind === "trapped") expect(result.trap.code, name).toBe("memory-out-of-bounds");
    }
  });
});
