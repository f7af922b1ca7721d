import { z } from "zod";

/** One thing that exists in the twin's clouds: one JSON file of the inventory folder. */
export const twinItem = z.object({
  /** Unique, and the file's name: `<kind>--<scope>--<name>` with unusual characters replaced. */
  key: z.string(),
  /** In Terraform's words, also for what controllers and Coder make: `google_compute_disk`, `kubernetes_pod`. */
  kind: z.string(),
  name: z.string(),
  /** Project, zone, or `cluster/namespace`: names clash within one scope and kind. */
  scope: z.string(),
  labels: z.record(z.string(), z.string()),
  status: z.enum(["creating", "ready", "deleting"]),
  /** ISO 8601. */
  createdAt: z.string(),
  /** ISO 8601: when `creating` becomes `ready`, or `deleting` becomes gone, whoever looks. */
  settlesAt: z.string().optional(),
  /** Maker of the item: Terraform through the plugin, a controller in a cluster, Coder's builds, or a planted leak. */
  origin: z.enum(["terraform", "controller", "coder", "leak"]),
  /** Key of what it lives in: it vanishes with that (a pod with its cluster). */
  parent: z.string().optional(),
  /**
   * Key of the item that it was made for. While the cluster lives, its controller removes it some time after that item.
   */
  owner: z.string().optional(),
  /** Keys of what it uses and that cannot be deleted before it (a network by its subnetwork). */
  uses: z.array(z.string()),
  /** Full `bench-run` of its run when its labels cannot hold it (unlabelled kinds, controllers' objects). */
  runId: z.string().optional(),
  /** The process behind it (the emulator of a release), ended with it; identity is pid and start time. */
  process: z.object({ pid: z.number().int().positive(), startTime: z.string() }).optional(),
  /** The SSH server of a load runner, as its machine reports it to the cloud. */
  runner: z.object({ host: z.string(), port: z.number().int(), hostKeys: z.array(z.string()) }).optional(),
  /** The resource's attributes in Terraform's shape, as the plugin keeps them, without secrets. */
  attributes: z.record(z.string(), z.unknown()).optional(),
});
export type TwinItem = z.infer<typeof twinItem>;

/** Returns the item in its final state: nothing more will happen to it automatically. */
export function settledItem(item: TwinItem): TwinItem {
  const settled: TwinItem = { ...item, status: "ready" };
  delete settled.settlesAt;
  return settled;
}
