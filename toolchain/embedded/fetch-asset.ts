// Reads the compiler's files from a web server, or from where the browser keeps them since the last time.

import { ToolchainError } from "../errors.ts";
import type { ReadAsset } from "./assets.ts";
import { COMPILER_FILES, type CompilerFile, isRightFile, wrongFile } from "./compiler-files.ts";
import { KeptFiles } from "./kept-files.ts";

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
    if (kept !== undefined && (await isRightFile(name, kept))) {
      onBytes(kept.length);
      return kept;
    }
    return download(url, name, files, onBytes);
  };
}

async function download(
  url: URL,
  name: CompilerFile,
  files: KeptFiles | undefined,
  onBytes: OnBytes,
): Promise<Uint8Array | undefined> {
  const response = await request(url);
  if (response === undefined) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = await collect(response, COMPILER_FILES[name].bytes, onBytes);
  } catch (error) {
    throw new ToolchainError("toolchain/unavailable", `Cannot fetch ${url.href}: the answer broke off`, {
      cause: error,
    });
  }
  const isRight = isRightFile(name, bytes);
  // Before the caller gets them: they are the caller's own, to be changed.
  await files?.keep(url, bytes, isRight);
  if (!(await isRight)) throw wrongFile(url);
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

async function collect({ body }: Response, expectedBytes: number, onBytes: OnBytes): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  // As large as it will be, and one byte to see that there is no more. The browser fills it; other than pieces, that
  // leaves no garbage behind.
  const reader = byteReader(body);
  return reader === undefined
    ? collectPieces(body.getReader(), expectedBytes, onBytes)
    : fill(reader, new Uint8Array(expectedBytes + 1), onBytes);
}

/** `undefined` in browsers that cannot fill what they are given. */
function byteReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}

/** Reads up to as many bytes as there is room for: more are not asked for. */
async function fill(reader: ReadableStreamBYOBReader, room: Uint8Array, onBytes: OnBytes): Promise<Uint8Array> {
  let bytes = room as Uint8Array<ArrayBuffer>;
  let size = 0;
  while (size < bytes.length) {
    // The memory moves along with each read.
    const { done, value } = await reader.read(bytes.subarray(size));
    if (value === undefined) throw new Error("The answer was canceled");
    bytes = new Uint8Array(value.buffer);
    if (done) break;
    size += value.length;
    onBytes(value.length);
  }
  return bytes.subarray(0, size);
}

async function collectPieces(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  room: number,
  onBytes: OnBytes,
): Promise<Uint8Array> {
  let buffer = new Uint8Array(room);
  let size = 0;
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
