import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CoderClient } from "../../coder/client.ts";
import { coderOrigin } from "../../model/cloud/coder-url.ts";
import { CoderHttp } from "../../coder/http/http.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { type GuardedCaller, getCaller } from "../../workload/checks/guard-caller.ts";
import type { Io } from "../../composition/settings/io.ts";
import { findLoginUrl, getSession } from "../../composition/settings/session.ts";
import type { ReachFlags } from "./options/reach-options.ts";
import { pairs } from "./options/values.ts";

/** A deployment that answers, and as whom it is asked. */
export interface Reach extends AsyncDisposable {
  readonly http: CoderHttp;
  readonly caller: GuardedCaller;
  /** How a task of the worker reaches it; how SSH does is still open. */
  readonly deployment: Omit<LoadTask["deployment"], "ssh">;
  /** The same caller with another signal, for work that goes on after a stop. */
  callerWith(signal: AbortSignal): GuardedCaller;
}

/** Reaches the deployment that the flags name with the session that the user has for it. */
export async function reachDeployment(flags: ReachFlags, io: Io, signal: AbortSignal): Promise<Reach> {
  const url = checkedUrl(flags.url ?? (await findLoginUrl(io.env)));
  const session = await getSession({ file: flags.sessionFile, url }, io);
  const headers = pairs("--header", flags.header);
  const caPem = flags.caFile === undefined ? undefined : await readPem(resolve(io.cwd, flags.caFile));
  const deployment = {
    url,
    ...(Object.keys(headers).length === 0 ? {} : { headers: { ...headers } }),
    ...(caPem === undefined ? {} : { caPem }),
    ...(flags.proxy === undefined ? {} : { proxy: checkedProxy(flags.proxy) }),
  };
  const http = new CoderHttp({ ...deployment, clock: systemClock });
  try {
    const caller = await getCaller(http, session, signal);
    return {
      http,
      caller,
      deployment,
      callerWith: (other) => ({
        ...caller,
        client: new CoderClient(http, { token: caller.token, owner: caller.isOwner }, other).patient(),
      }),
      [Symbol.asyncDispose]: () => http.close(),
    };
  } catch (error) {
    await http.close();
    throw error;
  }
}

function checkedUrl(url: string | undefined): string {
  if (url === undefined)
    throw new RefbenchError(
      "usage",
      "which deployment is not said: expected --url, CODER_URL, or a `coder login` on this machine",
    );
  return coderOrigin(url);
}

function checkedProxy(proxy: string): string {
  if (/^https?:\/\//i.test(proxy) && URL.canParse(proxy)) return proxy;
  throw new RefbenchError(
    "usage",
    `--proxy is "${proxy}", expected the URL of an HTTP proxy that knows CONNECT`,
  );
}

async function readPem(path: string): Promise<string> {
  try {
    const text = await readFile(path, "utf8");
    if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  } catch (error) {
    throw new RefbenchError("usage", `--ca-file is ${path}: ${messageOf(error)}`, { cause: error });
  }
  throw new RefbenchError("usage", `--ca-file is ${path}, which holds no certificate: expected PEM`);
}
