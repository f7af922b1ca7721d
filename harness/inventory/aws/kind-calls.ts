import type { KindCalls, KindsOf } from "./found.ts";
import { awsKinds, type AwsKindName, type AwsKindService } from "./kinds.ts";

const load: { readonly [Service in AwsKindService]: () => Promise<KindsOf<Service>> } = {
  autoscaling: async () => (await import("./services/autoscaling.ts")).autoscalingCalls,
  ec2: async () => (await import("./services/ec2.ts")).ec2Calls,
  eks: async () => (await import("./services/eks.ts")).eksCalls,
  elb: async () => (await import("./services/elb.ts")).elbCalls,
  iam: async () => (await import("./services/iam.ts")).iamCalls,
  kms: async () => (await import("./services/kms.ts")).kmsCalls,
  "load-balancing": async () => (await import("./services/load-balancing.ts")).loadBalancingCalls,
  logs: async () => (await import("./services/logs.ts")).logsCalls,
  rds: async () => (await import("./services/rds.ts")).rdsCalls,
};

/** Returns the calls of one kind, and loads its service's SDK on the first call. */
export async function callsOf(kind: AwsKindName): Promise<KindCalls> {
  const calls: Partial<Record<AwsKindName, KindCalls>> = await load[awsKinds[kind].service]();
  const found = calls[kind];
  if (found === undefined) throw new Error(`${kind} has no calls in the module of its service`);
  return found;
}
