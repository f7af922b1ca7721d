import { z } from "zod";
import type { Counter } from "./rates.ts";

const pressure = z.object({ some: z.object({ total: z.number(), avg10: z.number() }) }).optional();
const cpu = z
  .object({
    time: z.string(),
    usageNanoCores: z.number().nonnegative().optional(),
    usageCoreNanoSeconds: z.number().nonnegative().optional(),
    psi: pressure,
  })
  .optional();
const memory = z.object({ workingSetBytes: z.number().nonnegative().optional(), psi: pressure }).optional();
const container = z.object({ name: z.string(), cpu, memory });
const pod = z.object({
  podRef: z.object({ name: z.string(), namespace: z.string() }),
  containers: z.array(container).nullish(),
});
const summary = z.object({
  node: z.object({ cpu, memory, io: z.object({ psi: pressure }).optional() }),
  pods: z.array(pod).nullish(),
});

export interface Usage {
  /** CPU seconds since the start, at the kubelet's own moment of reading. */
  readonly cpu?: Counter;
  /** Cores, as the kubelet computed them over a window of its own. */
  readonly cores?: number;
  readonly memoryBytes?: number;
}

export interface ContainerUsage extends Usage {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** What one kubelet reports. */
export interface NodeUsage extends Usage {
  /** Shares of the last 10 s in which a task waited; absent where the kernel or kubelet does not measure it. */
  readonly pressure: { readonly cpu?: number; readonly memory?: number; readonly io?: number };
  readonly pods: number;
  readonly containers: readonly ContainerUsage[];
}

/**
 * Reads a kubelet's summary. Undefined for anything else.
 * https://kubernetes.io/docs/reference/instrumentation/node-metrics/
 */
export function readSummary(json: unknown): NodeUsage | undefined {
  const parsed = summary.safeParse(json);
  if (!parsed.success) return undefined;
  const { node, pods } = parsed.data;
  return {
    ...usageOf(node),
    pressure: pressureOf(node),
    pods: pods?.length ?? 0,
    containers: (pods ?? []).flatMap(({ podRef, containers }) =>
      (containers ?? []).map((each) => ({
        ...{ namespace: podRef.namespace, pod: podRef.name, container: each.name },
        ...usageOf(each),
      })),
    ),
  };
}

function usageOf({ cpu, memory }: Pick<z.infer<typeof container>, "cpu" | "memory">): Usage {
  const atMs = cpu === undefined ? Number.NaN : Date.parse(cpu.time);
  return {
    ...(cpu?.usageCoreNanoSeconds === undefined || Number.isNaN(atMs)
      ? {}
      : { cpu: { value: cpu.usageCoreNanoSeconds / 1e9, atMs } }),
    ...(cpu?.usageNanoCores === undefined ? {} : { cores: cpu.usageNanoCores / 1e9 }),
    ...(memory?.workingSetBytes === undefined ? {} : { memoryBytes: memory.workingSetBytes }),
  };
}

/** Kubelets on cgroup v1 report zeros for what they do not measure. */
function pressureOf({ cpu, memory, io }: z.infer<typeof summary>["node"]): NodeUsage["pressure"] {
  const all = [cpu?.psi, memory?.psi, io?.psi];
  if (all.every((each) => (each?.some.total ?? 0) === 0)) return {};
  const share = (each: z.infer<typeof pressure>) => (each === undefined ? undefined : each.some.avg10 / 100);
  const [ofCpu, ofMemory, ofIo] = all.map(share);
  return {
    ...(ofCpu === undefined ? {} : { cpu: ofCpu }),
    ...(ofMemory === undefined ? {} : { memory: ofMemory }),
    ...(ofIo === undefined ? {} : { io: ofIo }),
  };
}
