// Random programs for `fixtures/guests/tries.c`, and what they print: the same language over JavaScript's exceptions.

import type { Random } from "./random.ts";

type Code = number | string | readonly Code[];

interface Func {
  readonly parameters: readonly string[];
  readonly body: readonly Code[];
}

type Value = number | Func;

const TOO_DEEP = 1_003;
const UNKNOWN_NAME = 1_001;
const MOST_DEPTH = 120;
/** The interpreter in C has room for 20,000 nodes and frees none. */
const MOST_STEPS = 6_000;

/** A program that prints, throws and catches, and ends soon. */
export interface TryScript {
  readonly text: string;
  readonly stdout: string;
  readonly exitCode: number;
}

export function tryScript(random: Random): TryScript {
  for (;;) {
    const program = generate(random);
    const text = program.map(show).join("\n");
    const output = evaluate(program);
    if (output !== undefined) return { text, ...output };
  }
}

function show(code: Code): string {
  return typeof code === "object" ? `(${code.map(show).join(" ")})` : String(code);
}

const GLOBALS = ["a", "b", "c"];

function generate(random: Random): Code[] {
  const functions = ["f0", "f1", "f2", "f3"];
  return [
    ...GLOBALS.map((name) => ["set", name, random.between(-5, 5)]),
    // Each calls only those before it, but for one that goes down by itself.
    ...functions.map((name, index) => [
      "set",
      name,
      ["fn", ["n"], expression(random, { depth: 4, names: [...GLOBALS, "n"], functions: functions.slice(0, index) })],
    ]),
    ["set", "down", ["fn", ["n"], ["if", ["<", "n", 1], ["throw", "a"], ["ensure", ["down", ["-", "n", 1]], BUMP]]]],
    ...Array.from({ length: random.between(2, 6) }, () => {
      const tried = expression(random, { depth: 5, names: GLOBALS, functions: [...functions, "down"] });
      return random.chance(0.9) ? ["print", ["try", tried, ["+", "err", 1]]] : ["print", tried];
    }),
    ...GLOBALS.map((name) => ["print", name]),
  ];
}

const BUMP: Code = ["set", "c", ["+", "c", 1]];

interface Scope {
  readonly depth: number;
  readonly names: readonly string[];
  readonly functions: readonly string[];
}

function expression(random: Random, scope: Scope): Code {
  const leaf = (): Code => (random.chance(0.5) ? random.between(-9, 99) : random.pick(scope.names));
  if (scope.depth === 0) return leaf();
  const inner = { ...scope, depth: scope.depth - 1 };
  const some = (): Code => expression(random, inner);
  return random.weighted<() => Code>([
    [2, leaf],
    [3, () => [random.pick(["+", "-", "*"]), some(), some()]],
    [2, () => ["if", ["<", some(), some()], some(), some()]],
    [3, () => ["do", some(), some()]],
    [2, () => ["set", random.pick(scope.names), some()]],
    [2, () => ["print", some()]],
    [2, () => ["throw", some()]],
    [4, () => ["try", some(), expression(random, { ...inner, names: [...scope.names, "err"] })]],
    [2, () => ["ensure", some(), some()]],
    [1, () => ["do", ["set", "i", 0], ["while", ["<", "i", 3], ["set", "i", ["+", "i", 1]], ["try", some(), "err"]]]],
    [3, () => (scope.functions.length === 0 ? leaf() : [random.pick(scope.functions), some()])],
    [1, () => "nobody"],
  ])();
}

class Thrown extends Error {
  readonly value: Value;

  constructor(value: Value) {
    super("thrown by a script");
    this.value = value;
  }
}

class TooLong extends Error {}

/** What the program prints; `undefined` if it takes too long. */
function evaluate(program: readonly Code[]): { readonly stdout: string; readonly exitCode: number } | undefined {
  const run = new TryRun();
  try {
    for (const code of program) run.eval(code, []);
    return { stdout: run.stdout, exitCode: 0 };
  } catch (error) {
    if (error instanceof TooLong) return undefined;
    if (!(error instanceof Thrown)) throw error;
    return { stdout: `${run.stdout}error ${typeof error.value === "number" ? error.value : -1}\n`, exitCode: 1 };
  }
}

interface Binding {
  readonly name: string;
  value: Value;
}

/** Innermost first. */
type Bindings = readonly Binding[];

class TryRun {
  stdout = "";
  #globals: Binding[] = [];
  #depth = 0;
  #steps = 0;

  eval(code: Code, locals: Bindings): Value {
    if (++this.#steps > MOST_STEPS) throw new TooLong();
    if (typeof code === "number") return code;
    if (typeof code === "string") {
      const found = this.#find(code, locals);
      if (found === undefined) throw new Thrown(UNKNOWN_NAME);
      return found.value;
    }
    const [form, a = 0, b = 0] = code;
    switch (form) {
      case "do":
        return this.#sequence(code.slice(1), locals);
      case "fn":
        return { parameters: a as readonly string[], body: code.slice(2) };
      case "throw":
        throw new Thrown(this.eval(a, locals));
      case "print": {
        const value = this.#integer(a, locals);
        this.stdout += `${value}\n`;
        return value;
      }
      case "try":
        return this.#try(a, b, locals);
      case "ensure":
        return this.#ensure(a, b, locals);
      case "if":
        return this.#integer(a, locals) !== 0 ? this.eval(b, locals) : this.#sequence(code.slice(3), locals);
      case "while":
        while (this.#integer(a, locals) !== 0) this.#sequence(code.slice(2), locals);
        return 0;
      case "set": {
        const value = this.eval(b, locals);
        const known = this.#find(a as string, locals);
        if (known === undefined) this.#globals.push({ name: a as string, value });
        else known.value = value;
        return value;
      }
      case "+":
      case "-":
      case "*":
      case "<": {
        const [x, y] = [this.#integer(a, locals), this.#integer(b, locals)];
        if (form === "<") return Number(x < y);
        return form === "*" ? Math.imul(x, y) : form === "+" ? (x + y) | 0 : (x - y) | 0;
      }
      default:
        return this.#call(this.eval(form as Code, locals) as Func, code.slice(1), locals);
    }
  }

  #call({ parameters, body }: Func, values: readonly Code[], locals: Bindings): Value {
    let own: Bindings = [];
    parameters.forEach((name, at) => {
      own = [{ name, value: this.eval(values[at] as Code, locals) }, ...own];
    });
    if (++this.#depth > MOST_DEPTH) throw new Thrown(TOO_DEEP);
    const value = this.#sequence(body, own);
    this.#depth--;
    return value;
  }

  #try(body: Code, handler: Code, locals: Bindings): Value {
    const depth = this.#depth;
    try {
      return this.eval(body, locals);
    } catch (error) {
      if (!(error instanceof Thrown)) throw error;
      this.#depth = depth;
      return this.eval(handler, [{ name: "err", value: error.value }, ...locals]);
    }
  }

  #ensure(body: Code, after: Code, locals: Bindings): Value {
    const depth = this.#depth;
    let value: Value;
    try {
      value = this.eval(body, locals);
    } catch (error) {
      if (!(error instanceof Thrown)) throw error;
      this.#depth = depth;
      this.eval(after, locals);
      throw error;
    }
    this.#depth = depth;
    this.eval(after, locals);
    return value;
  }

  #sequence(items: readonly Code[], locals: Bindings): Value {
    return items.reduce<Value>((_, item) => this.eval(item, locals), 0);
  }

  #integer(code: Code, locals: Bindings): number {
    const value = this.eval(code, locals);
    if (typeof value !== "number") throw new Error("Unreachable: generated programs compute with numbers only");
    return value;
  }

  #find(name: string, locals: Bindings): Binding | undefined {
    return locals.find((each) => each.name === name) ?? this.#globals.find((each) => each.name === name);
  }
}
