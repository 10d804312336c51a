// How much one client may ask of a service: so many compiles a minute, so many at a time.

import { isIPv6 } from "node:net";

export interface ClientLimits {
  /** Compiles that one client may ask for in a minute; as many at once, then evenly spread. @defaultValue 60 */
  readonly perMinute?: number;
  /** Of one client, waiting or under way. @defaultValue 4 */
  readonly atOnce?: number;
}

interface Account {
  tokens: number;
  readonly since: { ms: number };
  atOnce: number;
}

/** Clients that are remembered. The one that asked longest ago is forgotten first. */
const MAX_CLIENTS = 10_000;

/** Keeps account of clients. */
export class ClientAccounts {
  readonly #accounts = new Map<string, Account>();
  readonly #perMinute: number;
  readonly #atOnce: number;
  readonly #nowMs: () => number;

  /** @param nowMs - A clock. */
  constructor({ perMinute = 60, atOnce = 4 }: ClientLimits, nowMs: () => number) {
    this.#perMinute = perMinute;
    this.#atOnce = atOnce;
    this.#nowMs = nowMs;
  }

  /**
   * Lets a client begin.
   *
   * @returns What to call at the end, or after how many seconds to ask again.
   */
  begin(address: string): (() => void) | { readonly retryAfterSeconds: number } {
    const client = clientOf(address);
    const now = this.#nowMs();
    const account = this.#accounts.get(client) ?? { tokens: this.#perMinute, since: { ms: now }, atOnce: 0 };
    this.#accounts.delete(client);
    this.#accounts.set(client, account);
    const earned = ((now - account.since.ms) / 60_000) * this.#perMinute;
    account.tokens = Math.min(this.#perMinute, account.tokens + earned);
    account.since.ms = now;
    if (account.atOnce >= this.#atOnce) return { retryAfterSeconds: 1 };
    if (account.tokens < 1) {
      return { retryAfterSeconds: Math.ceil(((1 - account.tokens) / this.#perMinute) * 60) };
    }
    account.tokens -= 1;
    account.atOnce += 1;
    this.#forgetOldest();
    return () => {
      account.atOnce -= 1;
    };
  }

  #forgetOldest(): void {
    for (const [client, { atOnce }] of this.#accounts) {
      if (this.#accounts.size <= MAX_CLIENTS) return;
      if (atOnce === 0) this.#accounts.delete(client);
    }
  }
}

/** Who owns one address of IPv6 owns a whole network of them: the first four groups tell clients apart. */
function clientOf(address: string): string {
  if (!isIPv6(address) || address.startsWith("::ffff:")) return address;
  const [front = "", back] = address.split("::");
  const before = front === "" ? [] : front.split(":");
  const after = back === undefined || back === "" ? [] : back.split(":");
  const zeros = Array.from({ length: back === undefined ? 0 : 8 - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after].slice(0, 4).join(":");
}
