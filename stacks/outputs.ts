import { z } from "zod";

/** The contract with the harness: names and types of an environment's outputs. Imports no cdktf, and has no secrets. */
export const coderOutputsSchema = z.object({
  /** Coder's URL inside its network or cluster, such as `http://10.0.0.7`. */
  coder_url: z.url(),
  /** Variables of the workspace template that only the stacks know: where workspaces are created. */
  template_variables: z.record(z.string(), z.string()),
  /** For Coder in a cluster. */
  coder_namespace: z.string().optional(),
  workspace_namespace: z.string().optional(),
  /** The namespace of pods that generate load. */
  load_namespace: z.string().optional(),
  coder_release: z.string().optional(),
  coder_chart_version: z.string().optional(),
  /** For Coder on a machine: the machine's name. */
  coder_machine: z.string().optional(),
  /** Manual environments only: how to reach Coder, log in, and prepare the destroy, as text for people. */
  next_steps: z.string().optional(),
});

export const cloudOutputsSchema = z.object({
  project: z.string(),
  region: z.string(),
  zone: z.string(),
  /** Absent in a cluster of the user's own, whose network is not known. */
  network: z.string().optional(),
  /** Only for architectures with a cluster: its name, or the context of the user's own. */
  cluster: z.string().optional(),
  /** Absent if Postgres is on Coder's machine. */
  database_instance: z.string().optional(),
  /** The database's name or address inside the network; absent where it is in a cluster or the user's own. */
  database_address: z.string().optional(),
  /** The load runner's name on Google, or its instance id on AWS; absent without a load runner. */
  runner_machine: z.string().optional(),
});

export type CoderOutputs = z.infer<typeof coderOutputsSchema>;
export type CloudOutputs = z.infer<typeof cloudOutputsSchema>;
