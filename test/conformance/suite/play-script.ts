// Plays a script: every module through our engine, every action in all ways, every answer compared.

import { VmError, type VmErrorCode } from "gasworks/vm";

import type { Action, Command, Script, ScriptValue } from "./commands.ts";
import {
  createInstance,
  importedModules,
  prepareForScript,
  Refusal,
  refusalOf,
  type Instance,
} from "./prepare-for-script.ts";
import { stateProblem } from "./same-state.ts";
import { describeEnding, noneByWay, WAYS, type Ending, type Way } from "./subject.ts";
import { trapProblem } from "./traps.ts";
import { argumentBits, mismatch, type Bits } from "./values.ts";

/** What playing a script showed. Plain data. */
export interface ScriptReport {
  readonly name: string;
  /** Commands that went as the script expects, by way. */
  readonly passed: Readonly<Record<Way, number>>;
  readonly failures: readonly Failure[];
  /** Commands that need what is refused by name, by feature. */
  readonly refused: Readonly<Record<string, number>>;
  /** Commands about the text format, which is not an engine's. */
  readonly aboutText: number;
  readonly pauses: number;
}

export interface Failure {
  readonly line: number;
  /** Absent if it is the same in all ways. */
  readonly way?: Way;
  readonly what: string;
}

export async function playScript(script: Script): Promise<ScriptReport> {
  const player = new Player(script);
  for (const command of script.commands) await player.play(command);
  return player.report();
}

/** Negates a canonical NaN, which changes nothing but its sign. The official script leaves the sign open. */
const NEGATED_NAN = "f64x2_neg_canon";

/** What is wrong, in each way; nothing in most. */
type Problems = Partial<Record<Way, string>>;

class Player {
  readonly #script: Script;
  readonly #named = new Map<string, Instance | Refusal>();
  readonly #registered = new Map<string, Instance | Refusal>();
  #latest: Instance | Refusal = new Refusal("no module");
  readonly #passed: Record<Way, number> = noneByWay();
  readonly #failures: Failure[] = [];
  readonly #refused: Record<string, number> = {};
  #aboutText = 0;
  #pauses = 0;

  constructor(script: Script) {
    this.#script = script;
  }

  report(): ScriptReport {
    return {
      name: this.#script.name,
      passed: this.#passed,
      failures: this.#failures,
      refused: this.#refused,
      aboutText: this.#aboutText,
      pauses: this.#pauses,
    };
  }

  async play(command: Command): Promise<void> {
    const failed = this.#failures.length;
    try {
      const problems = await this.#problems(command);
      if (problems === undefined) this.#aboutText++;
      else for (const way of WAYS) this.#count(command, way, problems[way]);
    } catch (error) {
      this.#failures.length = failed;
      if (error instanceof Refusal) this.#refused[error.message] = (this.#refused[error.message] ?? 0) + 1;
      else this.#failures.push({ line: command.line, what: `threw ${String(error)}` });
    }
  }

  #count({ line, type }: Command, way: Way, problem: string | undefined): void {
    if (problem === undefined) this.#passed[way]++;
    else this.#failures.push({ line, way, what: `${type}: ${problem}` });
  }

  /** What is wrong in each way; nothing at all for a command that is not an engine's. */
  async #problems(command: Command): Promise<Problems | undefined> {
    switch (command.type) {
      case "module":
        return this.#instantiate(command);
      case "register":
        this.#registered.set(command.as, this.#find(command.name));
        throw new Refusal("linking between instances");
      case "action":
        return this.#act(command.action, returnProblem);
      case "assert_return":
        return this.#act(command.action, (ending, way) => {
          const isOpen = way === "plain" || command.action.field === NEGATED_NAN;
          return ending.kind === "returned"
            ? mismatch(command.expected, ending.results, isOpen ? "any-allowed" : "always-canonical")
            : returnProblem(ending);
        });
      case "assert_trap":
      case "assert_exhaustion":
        return this.#act(command.action, (ending) => trapProblem(ending, command.text));
      case "assert_malformed":
      case "assert_invalid":
        return command.module_type === "text" ? undefined : this.#reject(command.filename, "vm/module-malformed");
      case "assert_unlinkable":
        return this.#reject(command.filename, "vm/import-denied");
      case "assert_uninstantiable":
        return this.#failToStart(command.filename, command.text);
      default:
        throw new Refusal(`the command ${(command as { readonly type: string }).type}`);
    }
  }

  #bytes(filename: string): Uint8Array<ArrayBuffer> {
    const bytes = this.#script.modules[filename];
    if (bytes === undefined) throw new Error(`There is no file ${filename}`);
    return bytes;
  }

  async #instantiate(command: Extract<Command, { readonly type: "module" }>): Promise<Problems> {
    const keep = (found: Instance | Refusal): void => {
      this.#latest = found;
      if (command.name !== undefined) this.#named.set(command.name, found);
    };
    try {
      const instance = createInstance(await this.#prepare(command.filename));
      keep(instance);
      return byWay((way) => returnProblem(instance.subjects[way].instantiate()));
    } catch (error) {
      keep(error instanceof Refusal ? error : new Refusal("a module that failed"));
      throw error;
    }
  }

  #find(name: string | undefined): Instance | Refusal {
    const found = name === undefined ? this.#latest : this.#named.get(name);
    if (found === undefined) throw new Error(`There is no module ${name}`);
    return found;
  }

  /** What was to be linked with an instance may have changed it. */
  #share(bytes: Uint8Array<ArrayBuffer>): void {
    const imported = importedModules(bytes);
    for (const [name, instance] of this.#registered) {
      if (instance instanceof Refusal || imported?.includes(name) === false) continue;
      instance.isShared = true;
    }
  }

  #act(action: Action, judge: (ending: Ending, way: Way) => string | undefined): Problems {
    const found = this.#find(action.module);
    if (found instanceof Refusal) throw found;
    if (found.isShared) throw new Refusal("linking between instances");
    const entry = found.wrapped.entries[action.type].get(action.field);
    if (entry === undefined) throw new Error(`There is no export ${action.field}`);
    const args = action.type === "invoke" ? toBits(action.args) : [];
    const { subjects } = found;
    const paused = subjects.paused.pauses + subjects.moved.pauses;
    const endings = Object.fromEntries(WAYS.map((way) => [way, subjects[way].act(entry, args)])) as Record<Way, Ending>;
    this.#pauses += subjects.paused.pauses + subjects.moved.pauses - paused;
    return byWay((way) => judge(endings[way], way) ?? stateProblem(subjects, way, endings[way]));
  }

  async #prepare(filename: string): ReturnType<typeof prepareForScript> {
    const bytes = this.#bytes(filename);
    try {
      return await prepareForScript(bytes);
    } catch (error) {
      this.#share(bytes);
      throw error instanceof VmError ? refusalOf(error) : error;
    }
  }

  async #reject(filename: string, code: VmErrorCode): Promise<Problems> {
    try {
      await prepareForScript(this.#bytes(filename));
    } catch (error) {
      if (!(error instanceof VmError)) throw error;
      if (error.code === code || error.code === "vm/limit-exceeded") return {};
      throw refusalOf(error);
    }
    return byWay(() => "was accepted");
  }

  async #failToStart(filename: string, text: string): Promise<Problems> {
    const { subjects } = createInstance(await this.#prepare(filename));
    return byWay((way) => trapProblem(subjects[way].instantiate(), text));
  }
}

function returnProblem(ending: Ending): string | undefined {
  return ending.kind === "returned" ? undefined : `ended in ${describeEnding(ending)}`;
}

function toBits(args: readonly ScriptValue[]): Bits[] {
  return args.map((value) => {
    const bits = argumentBits(value);
    if (bits === undefined) throw new Refusal("a reference of the host's");
    return bits;
  });
}

function byWay(problemOf: (way: Way) => string | undefined): Problems {
  return Object.fromEntries(
    WAYS.flatMap((way) => {
      const problem = problemOf(way);
      return problem === undefined ? [] : [[way, problem]];
    }),
  );
}
