import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { z } from "zod";
import { clientName } from "../../model/cloud/client-name.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { messageOf } from "../../tools/error.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { clientEnvironment } from "./client-environment.ts";
import { Transport } from "../http/transport.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** After a minute without data, give up. */
const QUIET_MS = 60_000;
/** A client of 150 MiB arrives within this time, even over a slow connection. */
const WHOLE_MS = 15 * 60_000;
/** Several times the largest client so far, because an endless body must not fill the disk. */
const MOST_BYTES = 2 ** 30;
const ATTEMPTS = 3;
const TRY_AGAIN_MS = 2_000;
const VERSION_MS = 60_000;

export interface FetchClientOptions {
  readonly deployment: LoadTask["deployment"];
  /** The deployment's version; a client of another version must not be used to measure. */
  readonly version: string;
  /** Made here, of mode 700; the client lies in it alone. */
  readonly folder: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** @default 1 GiB */
  readonly mostBytes?: number;
}

/** The deployment's own client on this machine, or the reason why it cannot be had. */
export type FetchedClient =
  | { readonly state: "fetched"; readonly binary: string }
  | { readonly state: "missing"; readonly why: string };

/**
 * Fetches the client that a deployment offers for this platform, and checks that it runs and has the
 * deployment's version.
 */
export async function fetchClient(options: FetchClientOptions): Promise<FetchedClient> {
  const name = clientName(process);
  const { folder, signal, clock } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const binary = join(folder, process.platform === "win32" ? "coder.exe" : "coder");
  for (let attempt = 1; ; attempt++) {
    const problem = await download(`/bin/${name}`, binary, options);
    signal.throwIfAborted();
    if (problem === undefined) break;
    if (problem.isFinal || attempt === ATTEMPTS) return { state: "missing", why: problem.why };
    await clock.sleep(TRY_AGAIN_MS, signal);
  }
  const other = await otherDigest(binary, name, options.deployment.offeredSha256);
  if (other !== undefined) return { state: "missing", why: other };
  const why = await refusalOf(binary, name, options);
  signal.throwIfAborted();
  return why === undefined ? { state: "fetched", binary } : { state: "missing", why };
}

class TooLarge extends Error {}

async function download(
  path: string,
  file: string,
  { deployment, mostBytes = MOST_BYTES, signal: stop }: FetchClientOptions,
): Promise<{ readonly why: string; readonly isFinal: boolean } | undefined> {
  const transport = new Transport(deployment);
  const dispatcher = transport.dispatcher(1);
  const signal = AbortSignal.any([stop, AbortSignal.timeout(WHOLE_MS)]);
  const upTo = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > mostBytes) throw new TooLarge(`it is larger than ${mostBytes} bytes`);
      yield chunk;
    }
  };
  try {
    const { statusCode, body } = await dispatcher.request({
      method: "GET",
      origin: deployment.url,
      path,
      headers: transport.headers(undefined),
      signal,
      headersTimeout: QUIET_MS,
      bodyTimeout: QUIET_MS,
    });
    if (statusCode !== 200) {
      await body.dump();
      // For example, only browsers may connect, or the image contains no clients.
      return { why: `the deployment answers ${statusCode} to GET ${path}`, isFinal: statusCode < 500 };
    }
    await rm(file, { force: true });
    await pipeline(body, upTo, createWriteStream(file, { mode: 0o700, flags: "wx" }), { signal });
    return undefined;
  } catch (error) {
    const tls = await transport.explainTls(error);
    const why = `the deployment's ${path} could not be fetched: ${tls ?? messageOf(error)}`;
    return { why, isFinal: tls !== undefined || error instanceof TooLarge };
  } finally {
    await dispatcher.destroy();
  }
}

/** Why a file does not have this SHA-256. It is then deleted, so that nothing runs it. */
async function otherDigest(file: string, name: string, wanted?: string): Promise<string | undefined> {
  if (wanted === undefined) return undefined;
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  const found = hash.digest("hex");
  if (found === wanted) return undefined;
  await rm(file, { force: true });
  return `the ${name} that it offers has SHA-256 ${found}, expected ${wanted}: it was not run`;
}

const versionAnswer = z.object({ version: z.string() });

async function refusalOf(
  binary: string,
  name: string,
  { deployment, version, folder, signal }: FetchClientOptions,
): Promise<string | undefined> {
  try {
    const env = clientEnvironment(deployment, folder);
    const options = { env, timeout: VERSION_MS, signal };
    const { stdout } = await promisify(execFile)(binary, ["version", "--output", "json"], options);
    const { version: own } = versionAnswer.parse(parseJson(stdout));
    return own === version ? undefined : `the ${name} that it offers is ${own}, and itself it is ${version}`;
  } catch (error) {
    return `the ${name} that it offers does not tell its version here: ${messageOf(error).split("\n", 1)[0] ?? ""}`;
  }
}
