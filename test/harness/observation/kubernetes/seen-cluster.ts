import { tokenAccess } from "../../../../harness/kubernetes/access.ts";
import type { ObservedCluster } from "../../../../harness/observation/kubernetes/cluster-source.ts";
import type { fakeClock } from "../../../support/fake-clock.ts";
import type { FakeKubernetes, FakeObject } from "../../../support/fake-kubernetes.ts";

/** A pod as an API server returns it. */
export function pod(
  name: string,
  {
    labels = { "app.kubernetes.io/name": "coder" },
    node = "n1",
    limits,
    restarts = 0,
    container = "coder",
    containerId = `containerd://id-of-${name}`,
    env = {},
  }: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly node?: string;
    readonly limits?: Readonly<Record<string, string>>;
    readonly restarts?: number;
    readonly container?: string;
    readonly containerId?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): FakeObject {
  return {
    metadata: { name, labels },
    spec: {
      nodeName: node,
      containers: [
        {
          ...{ name: container, image: "an-image", resources: { limits } },
          env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
        },
      ],
    },
    status: {
      phase: "Running",
      containerStatuses: [{ name: container, restartCount: restarts, containerID: containerId }],
    },
  };
}

export function node(name: string): FakeObject {
  return {
    metadata: { name },
    status: { capacity: { cpu: "4", memory: "16Gi" }, allocatable: { cpu: "3900m", pods: "110" } },
  };
}

const time = (seconds: number) => new Date(Date.UTC(2026, 10, 30, 20) + seconds * 1_000).toISOString();

/** A kubelet's summary at some second, with CPU seconds used since the start. */
export function summary(
  atSecond: number,
  containers: readonly {
    readonly namespace?: string;
    readonly pod: string;
    readonly cpuSeconds: number;
    readonly memory?: number;
  }[],
  ofNode: { readonly cpuSeconds?: number; readonly psi?: object } = {},
): object {
  const cpu = (seconds: number) => ({ time: time(atSecond), usageCoreNanoSeconds: seconds * 1e9 });
  return {
    node: {
      cpu: { ...cpu(ofNode.cpuSeconds ?? 0), ...(ofNode.psi === undefined ? {} : { psi: ofNode.psi }) },
      memory: { workingSetBytes: 2e9 },
    },
    pods: containers.map(({ namespace = "coder", pod: name, cpuSeconds, memory = 1e8 }) => ({
      podRef: { name, namespace },
      containers: [{ name: "coder", cpu: cpu(cpuSeconds), memory: { workingSetBytes: memory } }],
    })),
  };
}

/** Lets the API answer a path that contains `match` with this until it is called again. */
export function answer(api: FakeKubernetes, match: string, body: unknown, status = 200): void {
  const found = api.mishaps.find((one) => one.match === match);
  if (found === undefined) api.mishaps.push({ match, status, body, left: Infinity });
  else Object.assign(found, { body, status });
}

export async function observed(
  api: FakeKubernetes,
  clock: ReturnType<typeof fakeClock>,
): Promise<ObservedCluster> {
  const access = tokenAccess({ server: await api.start(), token: () => Promise.resolve("a-token") });
  api.put("/api/v1", undefined, "nodes", node("n1"));
  return { access, clock, namespaces: { coder: "coder", workspaces: "workspaces" } };
}
