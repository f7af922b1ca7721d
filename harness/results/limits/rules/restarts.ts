import { judgeMoments, strongest, readingsAtLeast } from "../judge-moments.ts";
import type { LimitRule } from "../rule.ts";
import { NOT_APPLICABLE } from "../rule.ts";

export const restarts: LimitRule = {
  id: "restarts",
  limit: "restarts of Coder's containers",
  condition: "a container of coderd, a provisioner or the database has restarted since the load began",
  source: "Kubernetes, Pod Lifecycle: a container that ends is started again, and its connections are lost",
  indicates: "a process crashed, was killed for memory, or failed its probes under load",
  advice: "read the end of its log (kubectl logs --previous), its events and its memory",
  confidence: "high",
  judge: (load) => {
    if (load.things("container.restarts").length === 0) return NOT_APPLICABLE;
    return judgeMoments(load, {
      needs: "restarts of Coder's containers",
      read: (moment) =>
        strongest(
          readingsAtLeast(load, moment, {
            figure: "container.restarts",
            least: 1,
            isOf: (of) => /^(coderd|provisioner|database)\//.test(of),
            words: ({ of, value }) =>
              `${of} had restarted ${value === 1 ? "once" : `${value} times`} since the load began`,
          }),
        ),
    });
  },
};
