import { expect, test } from "vitest";
import { isMadeByGoogleController, mayBeOrphan } from "../../../../harness/inventory/google/controllers.ts";
import type { TwinItem } from "../../../../rehearsal/inventory/item.ts";
import { loadBalancerItems } from "../../../../rehearsal/twin/controllers/load-balancer.ts";

function item(kind: string, uses: readonly string[] = []): TwinItem {
  return {
    key: `${kind}--x`,
    kind,
    name: "x",
    scope: "p/us-central1-a",
    labels: {},
    status: "ready",
    createdAt: "2026-11-22T08:00:00Z",
    origin: "terraform",
    uses: [...uses],
  };
}

test.each([true, false])(
  "the parts of a Service's balancer are known by its name, with traffic to its own nodes only: %s",
  (isLocal) => {
    const made = loadBalancerItems({
      service: item("kubernetes_service"),
      cluster: item("google_container_cluster", ["google_compute_network--n"]),
      annotations: { "networking.gke.io/load-balancer-type": "Internal" },
      address: "10.0.0.9",
      isLocal,
      runId: undefined,
    });
    expect(made.map(({ kind }) => kind)).toContain("google_compute_health_check");
    for (const { name } of made)
      expect([name, isMadeByGoogleController(name), mayBeOrphan(name)]).toEqual([name, true, true]);
    expect(made.some(({ name }) => /^a[0-9a-f]{31}-hc$/.test(name))).toBe(isLocal);
  },
);
