import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { exchange, splitUrl } from "../../harness/tools/exchange.ts";

/** Folder in its cache in which a server without built-in clients looks for the clients that it offers. */
const OFFERED = "site/orig/bin";
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Lets a server offer its own program as the client for this machine, as a release offers its built-in clients.
 * A built-in client for this machine is not replaced.
 */
export async function offerClient(
  url: string,
  { binary, cache, name }: { readonly binary: string; readonly cache: string; readonly name: string },
): Promise<void> {
  const { status } = await exchange({
    method: "HEAD",
    ...splitUrl(`${url}/bin/${name}`),
    headers: {},
    timeoutMs: ANSWER_TIMEOUT_MS,
  });
  if (status !== 404) return;
  const folder = join(cache, OFFERED);
  mkdirSync(folder, { recursive: true });
  symlinkSync(binary, join(folder, name));
}
