import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { readLines } from "../../../../harness/tools/files/lines.ts";

/** The account that moto plays. */
export const MOTO_ACCOUNT = "123456789012";
export const MOTO_REGION = "us-east-1";

const venv = process.env["REFBENCH_MOTO"] ?? join(import.meta.dirname, "../../../../.refbench/tools/moto");
const server = join(venv, "bin/moto_server");

/** Whether the emulator is installed; says aloud when not, since a skipped proof proves nothing. */
export function motoIsInstalled(): boolean {
  const installed = existsSync(server);
  if (!installed)
    console.warn(`SKIPPED: no AWS emulator at ${server}: install it with scripts/install-moto.sh`);
  return installed;
}

/** An AWS emulator on a free port, and the variables that lead the real SDK to it. */
export interface Moto extends AsyncDisposable {
  readonly url: string;
  readonly env: NodeJS.ProcessEnv;
  /** Forgets everything that was created. */
  reset(): Promise<void>;
}

/** Starts the emulator with these variables too, and waits until it reports its address. */
export async function startMoto(variables: NodeJS.ProcessEnv = {}): Promise<Moto> {
  const child = spawn(server, ["-H", "127.0.0.1", "-p", "0"], {
    stdio: ["ignore", "ignore", "pipe"],
    // Its catalogue of images has a snapshot each, which would take longer to list than everything else.
    env: { ...process.env, PYTHONUNBUFFERED: "1", MOTO_EC2_LOAD_DEFAULT_AMIS: "false", ...variables },
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  };
  const said: string[] = [];
  let url: string | undefined;
  // Later output is dropped, but must be read: the emulator would block, or die of a closed pipe.
  const words = child.stderr.pipe(new PassThrough());
  for await (const line of readLines(words as AsyncIterable<Buffer>)) {
    said.push(line);
    url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (url !== undefined) break;
  }
  if (url === undefined) throw new Error(`moto did not start: ${said.join("\n")}`);
  // Its pipe is closed by the loop's end, but only in a later turn, which would pause the stream again.
  child.stderr.unpipe(words).resume();
  const base = url;
  return {
    url: base,
    env: {
      AWS_ENDPOINT_URL: base,
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing",
    },
    reset: async () => {
      const answer = await fetch(`${base}/moto-api/reset`, { method: "POST" });
      if (!answer.ok) throw new Error(`moto could not be reset: HTTP ${answer.status}`);
    },
    [Symbol.asyncDispose]: stop,
  };
}
