import { readServerTime } from "../../../kubernetes/server-time.ts";
import { type Check, failedCheck, passed, unknown } from "../check.ts";
import type { KubernetesContext } from "./context.ts";

/** Tokens, certificates and `bench-expires` are compared with the clocks of two machines. */
const MOST_APART_MS = 10_000;

/** Checks that this machine and the API server agree about the time. */
export const clockCheck: Check<KubernetesContext> = {
  name: "clock",
  fix: () => "set the clocks of this machine and of the cluster's control plane by NTP: timedatectl status",
  after: ["identity"],
  run: async ({ access, clock }, signal) => {
    const answer = await readServerTime(access, clock, signal);
    if (answer.state === "unknown") return unknown(`the API server's time is not known: ${answer.reason}`);
    const seconds = Math.round(answer.aheadMs / 1_000);
    const apart = Math.abs(answer.aheadMs) - answer.withinMs;
    const found = `the API server's clock is ${Math.abs(seconds)} s ${seconds < 0 ? "behind" : "ahead of"} this machine's (to within ${Math.ceil(answer.withinMs / 1_000)} s)`;
    return apart > MOST_APART_MS
      ? failedCheck(`${found}, at most ${MOST_APART_MS / 1_000} s are expected`)
      : passed(found);
  },
};
