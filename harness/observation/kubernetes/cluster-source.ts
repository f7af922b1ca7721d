import type { ClusterAccess } from "../../kubernetes/access.ts";
import { messageOf } from "../../tools/error.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { inTurns } from "../../tools/time/in-turns.ts";
import type { Unseen } from "../../model/observation/observation.ts";
import type { FigureSource, Findings, Reading, Sample } from "../source.ts";
import { Asking } from "./ask.ts";
import { Cadvisor } from "./cadvisor.ts";
import { ClusterView } from "./cluster-view.ts";
import { type ContainerFigures, containerSamples } from "./container-samples.ts";
import { type NodeUsage, readSummary, type Usage } from "./kubelet.ts";
import type { NodeSize } from "./nodes.ts";
import type { ObservedPod } from "./pods.ts";
import { Rates } from "./rates.ts";
import { Replicas } from "./replicas.ts";

/** Where Coder is in a cluster. */
export interface ObservedCluster {
  readonly access: ClusterAccess;
  readonly clock: Clock;
  readonly namespaces: {
    readonly coder: string;
    /** @default workspaces are in Coder's namespace, or in none that is observed */
    readonly workspaces?: string | undefined;
    /** Of the pods that generate the load. */
    readonly load?: string | undefined;
  };
}

/** Kubelets asked at the same time; one is never asked twice at once. */
const KUBELETS_AT_ONCE = 4;
/** Nodes beyond these have no series of their own; nodes with Coder's pods come first. */
const MOST_NODES = 20;
const SHOWN: ReadonlySet<ObservedPod["role"]> = new Set(["coderd", "provisioner", "database", "workspaces"]);
const KUBELET = { verb: "get", resource: "nodes/proxy" } as const;

/** CPU, memory and restarts of Coder's containers, and the use of the nodes they are on. */
export function clusterSource(
  cluster: ObservedCluster,
  asking = new Asking(cluster.access),
  view = new ClusterView(asking, cluster.clock, cluster.namespaces.coder),
): FigureSource {
  return new ClusterSource(cluster, asking, view);
}

class ClusterSource implements FigureSource {
  readonly what = "containers and nodes of the cluster";
  readonly #cluster: ObservedCluster;
  readonly #asking: Asking;
  readonly #view: ClusterView;
  readonly #replicas: Replicas;
  readonly #cadvisor: Cadvisor;
  readonly #rates = new Rates();
  /** Restarts that each pod had when it was first seen. */
  readonly #restartsBefore = new Map<string, number>();
  #isFirst = true;

  constructor(cluster: ObservedCluster, asking: Asking, view: ClusterView) {
    this.#cluster = cluster;
    this.#asking = asking;
    this.#view = view;
    this.#replicas = new Replicas(this.#asking, cluster.clock);
    this.#cadvisor = new Cadvisor(this.#asking, cluster.clock);
  }

  async read(signal: AbortSignal): Promise<Reading> {
    const pods = await this.#view.pods(signal);
    const unseen: Unseen[] = [];
    const nodes = await this.#view.nodes(signal).catch((error: unknown) => {
      unseen.push({ what: "sizes of the nodes", why: messageOf(error) });
      return nodesOf(pods);
    });
    const ofCoder = pods.filter(({ role, isRunning }) => SHOWN.has(role) && isRunning);
    // Together, so that Terraform's CPU is a difference of values of the same moment.
    const [ofReplicas, usages] = await Promise.all([
      this.#replicas.read(ofCoder, unseen, signal),
      this.#usages(nodes, unseen, signal),
      this.#cadvisor.read(ofCoder, unseen, signal),
    ]);
    const ofContainers = this.#ofContainers(ofCoder, usages);
    const samples = [
      ...ofReplicas,
      ...ofContainers,
      ...terraformSamples(ofReplicas, ofContainers),
      ...this.#ofNodes(nodes, pods, usages),
    ];
    this.#rates.endSample();
    this.#isFirst = false;
    return { samples, unseen, ...this.#asking.takeCost() };
  }

  findings(): Promise<Findings> {
    const { pubsub } = this.#replicas;
    const unseen = this.#replicas.unseen();
    return Promise.resolve({ unseen, ...(pubsub.length === 0 ? {} : { pubsub: [...pubsub] }) });
  }

  async #usages(
    nodes: readonly NodeSize[],
    unseen: Unseen[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, NodeUsage>> {
    const usages = new Map<string, NodeUsage>();
    await inTurns(nodes, KUBELETS_AT_ONCE, async ({ name }) => {
      // Without this parameter, kubelets answer with figures that are up to 15 s old.
      const path = `/api/v1/nodes/${encodeURIComponent(name)}/proxy/stats/summary?only_cpu_and_memory=true`;
      try {
        const usage = readSummary(await this.#asking.json(path, KUBELET, signal));
        if (usage === undefined) throw new Error("the answer is not a kubelet's summary");
        usages.set(name, usage);
      } catch (error) {
        unseen.push({ what: `containers and use of node ${name}`, why: messageOf(error) });
      }
    });
    return usages;
  }

  #ofContainers(pods: readonly ObservedPod[], usages: ReadonlyMap<string, NodeUsage>): Sample[] {
    const { namespaces } = this.#cluster;
    const byContainer = new Map<string, Usage>();
    const workspaces: ContainerFigures[] = [];
    for (const { containers } of usages.values())
      for (const each of containers) {
        const key = `${each.namespace} ${each.pod} ${each.container}`;
        byContainer.set(key, each);
        if (each.namespace !== namespaces.workspaces || each.namespace === namespaces.coder) continue;
        const pod = { name: each.pod, role: "workspaces" as const };
        workspaces.push({ pod, ...this.#usage(key, each), restarts: 0 });
      }
    const figures = pods.map((pod) => {
      const key = `${pod.namespace} ${pod.name} ${pod.container}`;
      return {
        pod,
        ...this.#usage(key, byContainer.get(key)),
        throttled: this.#cadvisor.throttled(pod),
        restarts: this.#restarts(pod),
      };
    });
    return containerSamples([...figures, ...workspaces]);
  }

  #usage(key: string, usage: Usage | undefined): Pick<ContainerFigures, "cores" | "memoryBytes"> {
    if (usage === undefined) return {};
    return { cores: this.#cores(key, usage), memoryBytes: usage.memoryBytes };
  }

  /** The mean since the sample before; at first, that of the kubelet's own window. */
  #cores(key: string, { cpu, cores }: Usage): number | undefined {
    return (cpu === undefined ? undefined : this.#rates.rate(key, cpu)) ?? cores;
  }

  #restarts({ name, restarts }: ObservedPod): number {
    const before = this.#restartsBefore.get(name);
    // All restarts of a pod that came during the load were during the load.
    if (before === undefined) this.#restartsBefore.set(name, this.#isFirst ? restarts : 0);
    return restarts - (this.#restartsBefore.get(name) ?? 0);
  }

  #ofNodes(
    nodes: readonly NodeSize[],
    pods: readonly ObservedPod[],
    usages: ReadonlyMap<string, NodeUsage>,
  ): Sample[] {
    const withCoder = new Set(pods.map(({ node }) => node));
    const shown = [...nodes]
      .sort((one, other) => Number(withCoder.has(other.name)) - Number(withCoder.has(one.name)))
      .slice(0, MOST_NODES);
    return shown.flatMap((node) => {
      const usage = usages.get(node.name);
      const values: readonly (readonly [Sample["series"], number | undefined])[] = [
        ["node.cpu", usage === undefined ? undefined : this.#cores(`node ${node.name}`, usage)],
        ["node.cores", node.cores],
        ["node.memory", usage?.memoryBytes],
        ["node.memory-size", node.memoryBytes],
        ["node.cpu-pressure", usage?.pressure.cpu],
        ["node.memory-pressure", usage?.pressure.memory],
        ["node.io-pressure", usage?.pressure.io],
        ["node.received", this.#cadvisor.traffic(node.name)?.[0]],
        ["node.sent", this.#cadvisor.traffic(node.name)?.[1]],
        ["node.pods", usage?.pods],
        ["node.pods-limit", node.pods],
      ];
      return values.flatMap(([series, value]) =>
        value === undefined ? [] : [{ series, of: node.name, value }],
      );
    });
  }
}

/** Nodes as far as pods name them, for who may not list nodes. */
function nodesOf(pods: readonly ObservedPod[]): readonly NodeSize[] {
  const names = new Set(pods.flatMap(({ node }) => (node === undefined ? [] : [node])));
  return [...names].map((name) => ({ name }));
}

/**
 * CPU of Terraform's processes in each replica's pod: that of the container, which counts every process, without that of
 * the coderd process, which coderd reports itself. Both are means of some 5 s whose ends differ by the time of a
 * request, so a small difference is noise, and one below zero is 0.
 */
function terraformSamples(ofReplicas: readonly Sample[], ofContainers: readonly Sample[]): Sample[] {
  return ofReplicas.flatMap(({ series, of, value }) => {
    if (series !== "coderd.cpu") return [];
    const all = ofContainers.find((each) => each.series === "container.cpu" && each.of === `coderd/${of}`);
    if (all === undefined) return [];
    return [{ series: "terraform.cpu" as const, of, value: Math.max(0, all.value - value) }];
  });
}
