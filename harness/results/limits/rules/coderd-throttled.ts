import { judgeMoments, strongest, readingsAtLeast } from "../judge-moments.ts";
import type { LimitRule } from "../rule.ts";
import { shown, THROTTLED } from "../saturation.ts";

export const coderdThrottled: LimitRule = {
  id: "coderd-throttled",
  limit: "the CPU limit of coderd's container",
  condition: "the kernel throttled a container of coderd in at least 25 % of the time",
  source: "kubernetes-mixin, alert CPUThrottlingHigh: 25 %",
  indicates: "coderd is paused within each period of 100 ms, although its mean CPU may look low",
  advice: "raise or remove the CPU limit of coderd's container; keep its request",
  confidence: "high",
  judge: (load) =>
    judgeMoments(load, {
      needs: "throttling of coderd's containers",
      read: (moment) =>
        strongest(
          readingsAtLeast(load, moment, {
            figure: "container.throttled",
            least: THROTTLED,
            isOf: (of) => of.startsWith("coderd/"),
            words: ({ of, value }) =>
              `${of} was throttled in ${shown(value * 100)} % of the time (at least ${shown(THROTTLED * 100)} %)`,
          }),
        ) ?? unlimited(load.values("container.cpu", moment), moment.atMs),
    }),
};

/** A container without a limit is never throttled, and has no such series. */
function unlimited(cpu: readonly { readonly of: string; readonly value: number }[], atMs: number) {
  const found = cpu.find(({ of }) => of.startsWith("coderd/"));
  if (found === undefined) return undefined;
  const evidence = {
    figure: "container.cpu",
    of: found.of,
    atMs,
    value: found.value,
    words: "not throttled",
  };
  return { isHeld: false, strength: 0, evidence };
}
