// Reads the compiler's files from a web server, or from where the browser keeps them since the last time.

import { ToolchainError } from "../errors.ts";
import { CLANG_BYTES, CLANG_FILE, CLANG_SHA256, CLANG_VERSION, type ReadAsset } from "./assets.ts";
import { KeptFiles, sha256 } from "./kept-files.ts";

type OnBytes = (bytes: number) => void;

/**
 * @param baseUrl - URL of the directory that holds the files, with a slash at its end.
 * @param version - Of the files, if they are to be kept.
 */
export function readByFetch(baseUrl: string, version: string | undefined): ReadAsset {
  const opening = version === undefined ? undefined : KeptFiles.open(version);
  return async (name, onBytes) => {
    const url = new URL(name, baseUrl);
    const files = await opening;
    const kept = await files?.read(url);
    if (kept !== undefined) {
      onBytes(kept.length);
      return kept;
    }
    return download(url, name, files, onBytes);
  };
}

async function download(
  url: URL,
  name: string,
  files: KeptFiles | undefined,
  onBytes: OnBytes,
): Promise<Uint8Array | undefined> {
  const response = await request(url);
  if (response === undefined) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = await collect(response, name, onBytes);
  } catch (error) {
    throw new ToolchainError("toolchain/unavailable", `Cannot fetch ${url.href}: the answer broke off`, {
      cause: error,
    });
  }
  const hash = hashOfRight(bytes, url, name);
  // Before the caller gets them: they are the caller's own, to be changed.
  await files?.keep(url, bytes, hash);
  await hash;
  return bytes;
}

async function request(url: URL): Promise<Response | undefined> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new ToolchainError("toolchain/unavailable", `Cannot fetch ${url.href}: no answer`, { cause: error });
  }
  if (response.status === 404) return undefined;
  if (!response.ok) {
    throw new ToolchainError("toolchain/unavailable", `Cannot fetch ${url.href}: answered ${response.status}`);
  }
  return response;
}

/**
 * The hash of what arrived, where it can be had.
 *
 * @throws {@link ToolchainError} `toolchain/unavailable` if it is a clang, and not ours.
 */
async function hashOfRight(bytes: Uint8Array, url: URL, name: string): Promise<string | undefined> {
  const hash = await sha256(bytes);
  if (name === CLANG_FILE && (bytes.length !== CLANG_BYTES || (hash ?? CLANG_SHA256) !== CLANG_SHA256)) {
    throw new ToolchainError(
      "toolchain/unavailable",
      `Cannot use ${url.href}: it is damaged, or not that of @yowasp/clang ${CLANG_VERSION}; packClang() writes it`,
    );
  }
  return hash;
}

async function collect(response: Response, name: string, onBytes: OnBytes): Promise<Uint8Array> {
  const { body } = response;
  if (body === null) return new Uint8Array();
  // As large as it will be, where that is known: there is no second copy then.
  let buffer = new Uint8Array(name === CLANG_FILE ? CLANG_BYTES : 0);
  let size = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return buffer.subarray(0, size);
    if (size + value.length > buffer.length) {
      const larger = new Uint8Array(Math.max(2 * buffer.length, size + value.length));
      larger.set(buffer.subarray(0, size));
      buffer = larger;
    }
    buffer.set(value, size);
    size += value.length;
    onBytes(value.length);
  }
}
