import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Io } from "../../composition/settings/io.ts";
import { findLoginUrl, getSession } from "../../composition/settings/session.ts";
import { coderOrigin } from "../../model/cloud/coder-url.ts";
import { proxyUrl } from "../../model/cloud/proxy-url.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { type OpenCaller, openCaller } from "../../workload/checks/open-caller.ts";
import type { ReachFlags } from "../request/flags.ts";
import { pairs } from "../request/values.ts";

/** A deployment that answered, and the user of the session. */
export interface Reach extends OpenCaller {
  /** How a worker's task reaches the deployment. `chooseSsh` decides about SSH later. */
  readonly deployment: Omit<LoadTask["deployment"], "ssh">;
}

/** Connects to the deployment that the flags name, with the session that the user has for it. */
export async function reachDeployment(flags: ReachFlags, io: Io, signal: AbortSignal): Promise<Reach> {
  const url = checkedUrl(flags.url ?? (await findLoginUrl(io.env)));
  const session = await getSession({ file: flags.sessionFile, url }, io);
  const headers = pairs("--header", flags.header);
  const caPem = flags.caFile === undefined ? undefined : await readPem(resolve(io.cwd, flags.caFile));
  const deployment = {
    url,
    ...(Object.keys(headers).length === 0 ? {} : { headers: { ...headers } }),
    ...(caPem === undefined ? {} : { caPem }),
    ...(flags.proxy === undefined
      ? {}
      : { proxy: proxyUrl({ text: flags.proxy, from: "--proxy or REFBENCH_PROXY" }) }),
  };
  return { deployment, ...(await openCaller(deployment, session, signal)) };
}

function checkedUrl(url: string | undefined): string {
  if (url === undefined)
    throw new RefbenchError(
      "usage",
      "no deployment is named: expected --url, CODER_URL, or a `coder login` on this machine",
    );
  return coderOrigin(url);
}

async function readPem(path: string): Promise<string> {
  try {
    const text = await readFile(path, "utf8");
    if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  } catch (error) {
    throw new RefbenchError("usage", `--ca-file is ${path}: ${messageOf(error)}`, { cause: error });
  }
  throw new RefbenchError(
    "usage",
    `--ca-file is ${path}, which contains no certificate: expected a file in PEM format`,
  );
}
