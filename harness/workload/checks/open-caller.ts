import { CoderClient } from "../../coder/client.ts";
import { CoderHttp } from "../../coder/http/http.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { getCaller, type GuardedCaller } from "./guard-caller.ts";

/** A deployment that answered, and the user of the session. Disposing closes the connections. */
export interface OpenCaller extends AsyncDisposable {
  readonly caller: GuardedCaller;
  /** The same caller with another signal, for work that continues after a stop. */
  callerWith(signal: AbortSignal): GuardedCaller;
}

/** Asks a deployment for the user of a session. Throws as `getCaller` does, with every connection closed. */
export async function openCaller(
  deployment: Omit<LoadTask["deployment"], "ssh">,
  session: Parameters<typeof getCaller>[1],
  signal: AbortSignal,
): Promise<OpenCaller> {
  const http = new CoderHttp({ ...deployment, clock: systemClock });
  try {
    const caller = await getCaller(http, session, signal);
    return {
      caller,
      callerWith: (other) => ({
        ...caller,
        client: new CoderClient(
          http,
          { token: caller.token, isSiteAdmin: caller.isSiteAdmin },
          other,
        ).patient(),
      }),
      [Symbol.asyncDispose]: () => http.close(),
    };
  } catch (error) {
    await http.close();
    throw error;
  }
}
