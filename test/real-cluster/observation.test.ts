import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import type { ClusterAccess } from "../../harness/kubernetes/access.ts";
import { OBSERVING_RIGHTS } from "../../harness/inventory/preflight/kubernetes/rights.ts";
import { clusterSources } from "../../harness/observation/kubernetes/sources.ts";
import { observe } from "../../harness/observation/observe.ts";
import type { Observation } from "../../harness/model/observation/observation.ts";
import { systemClock } from "../../harness/tools/time/clock.ts";
import {
  eventually,
  findRealCluster,
  narrowAccess,
  NODE_IMAGE,
  openRealCluster,
  type RealCluster,
} from "../support/real-cluster.ts";

const signal = new AbortController().signal;
const place = findRealCluster();

/** Serves metrics as coderd does, uses all CPU that it may, and logs an error with a secret. */
const REPLICA = `
  console.error('2026-11-30 05:00:17.240 [erro]  coderd: failed  error="postgres://coder:pw-of-test@10.0.0.7/coder refused"');
  const { createServer } = require("node:http");
  createServer((_, answer) => {
    const { user, system } = process.cpuUsage();
    answer.end("process_cpu_seconds_total " + (user + system) / 1e6 + "\\ngo_goroutines 42\\n");
  }).listen(2112);
  setInterval(() => { const end = Date.now() + 90; while (Date.now() < end); }, 100);`;
/** Takes more memory than it may. */
const GREEDY = `const all = []; setInterval(() => all.push(Buffer.alloc(8 * 2 ** 20, 1)), 50);`;

interface PodFigures {
  readonly script?: string;
  readonly image?: string;
  readonly limits?: object;
  readonly requests?: object;
}

describe.skipIf(place === undefined)("a load on a real cluster", () => {
  let cluster: RealCluster;
  beforeAll(async () => {
    cluster = await openRealCluster(place!);
  });

  const plant = async (namespace: string, name: string, figures: PodFigures): Promise<void> => {
    const { script = "", image = NODE_IMAGE, ...resources } = figures;
    const env = { CODER_PROMETHEUS_ENABLE: "true", CODER_PROMETHEUS_ADDRESS: "0.0.0.0:2112" };
    await cluster.create({
      ...{ apiVersion: "v1", kind: "Pod" },
      metadata: { name, namespace, labels: { "app.kubernetes.io/name": "coder" } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            ...{ name: "coder", image, imagePullPolicy: "IfNotPresent", command: ["node", "-e", script] },
            ...{ resources, env: Object.entries(env).map(([key, value]) => ({ name: key, value })) },
          },
        ],
      },
    });
  };

  const namespaceOf = async (): Promise<string> => {
    const name = `observed-${randomBytes(4).toString("hex")}`;
    await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    await eventually("a service account", async () => {
      const found = await cluster.call("GET", `/api/v1/namespaces/${name}/serviceaccounts/default`, signal);
      return found.state === "ok" ? true : undefined;
    });
    return name;
  };

  const observing = (access: ClusterAccess, coder: string) =>
    observe(clusterSources({ access, clock: systemClock, namespaces: { coder } }), {
      clock: systemClock,
      everyMs: 3_000,
    });
  const valuesOf = ({ series }: Observation, name: string, of: string) =>
    (series.find((each) => each.name === name && each.of === of)?.values ?? []).filter(
      (value) => value !== null,
    );

  test("is observed with what held it back: throttling, no memory, no node, no image, an error", async () => {
    const namespace = await namespaceOf();
    const running = observing(cluster.access, namespace);
    await systemClock.sleep(1_500);
    await plant(namespace, "coder-busy", { script: REPLICA, limits: { cpu: "100m", memory: "128Mi" } });
    await plant(namespace, "coder-oom", { script: GREEDY, limits: { cpu: "300m", memory: "64Mi" } });
    await plant(namespace, "coder-big", { requests: { cpu: "640" } });
    await plant(namespace, "coder-without", { image: "registry.invalid/coder:1" });
    await eventually("a killed container", async () => {
      const { status } = await cluster.read(`/api/v1/namespaces/${namespace}/pods/coder-oom`);
      return JSON.stringify(status).includes("OOMKilled") ? true : undefined;
    });
    // Kubelets read cgroups every 10 to 15 s, and throttling is a difference of two readings.
    await systemClock.sleep(36_000);
    const found = await running.stop();
    expect(valuesOf(found, "container.cpu", "coderd/coder-busy").at(-1)).toBeCloseTo(0.1, 1);
    expect(valuesOf(found, "container.cpu-limit", "coderd/coder-busy").at(-1)).toBe(0.1);
    expect(Math.max(...valuesOf(found, "container.throttled", "coderd/coder-busy"))).toBeGreaterThan(0.5);
    expect(valuesOf(found, "coderd.goroutines", "coder-busy").at(-1)).toBe(42);
    expect(Math.max(...valuesOf(found, "coderd.cpu", "coder-busy"))).toBeGreaterThan(0.03);
    expect(Math.max(...valuesOf(found, "container.restarts", "coderd/coder-oom"))).toBeGreaterThanOrEqual(1);
    expect(found.events?.map(({ reason, object }) => `${reason} ${object}`)).toEqual(
      expect.arrayContaining([
        "OOMKilled Pod/coder-oom",
        "FailedScheduling Pod/coder-big",
        "Failed Pod/coder-without",
      ]),
    );
    expect(found.logs).toContainEqual(
      expect.objectContaining({
        ...{ of: "coderd", level: "error", count: 1 },
        message: "coderd: failed: postgres://*@*/coder refused",
      }),
    );
    expect(JSON.stringify(found)).not.toContain("pw-of-test");
    expect(found.series.filter(({ name }) => name === "node.cores")).toHaveLength(1);
  });

  test("by a narrow identity has what it may see, and names each right that is missing", async () => {
    const namespace = await namespaceOf();
    await plant(namespace, "coder-busy", { script: REPLICA, limits: { cpu: "100m", memory: "128Mi" } });
    const listing = { apiGroups: [""], resources: ["pods", "nodes"], verbs: ["list"] };
    const { access } = await narrowAccess(cluster, [listing]);
    await eventually("a running pod", async () => {
      const { status } = await cluster.read(`/api/v1/namespaces/${namespace}/pods/coder-busy`);
      return (status as { phase?: string }).phase === "Running" ? true : undefined;
    });
    const running = observing(access, namespace);
    await systemClock.sleep(4_000);
    const found = await running.stop();
    expect(valuesOf(found, "container.cpu-limit", "coderd/coder-busy").at(-1)).toBe(0.1);
    expect(valuesOf(found, "container.cpu", "coderd/coder-busy")).toEqual([]);
    const reasons = found.unseen.map(({ why }) => why);
    for (const resource of OBSERVING_RIGHTS.flatMap(({ resources }) => resources))
      expect(reasons).toContain(`not granted: it needs the verb get on ${resource}`);
    expect(reasons).toContain("not granted: it needs the verb get on pods/log");
    expect(reasons).toContain("not granted: it needs the verb list on events");
  });
});
