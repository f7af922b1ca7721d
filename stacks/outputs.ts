import { z } from "zod";

/** The contract with the harness: names and shapes of an environment's outputs. Imports no cdktf. Holds no secret. */
export const coderOutputsSchema = z.object({
  /** Where Coder answers inside the network, such as `http://10.0.0.7`. */
  coder_url: z.url(),
  /** Variables of the workspace template that only the stacks know: where workspaces are made. */
  template_variables: z.record(z.string(), z.string()),
  /** Of Coder in a cluster. */
  coder_namespace: z.string().optional(),
  workspace_namespace: z.string().optional(),
  coder_release: z.string().optional(),
  coder_chart_version: z.string().optional(),
  /** Of Coder on a machine: its name. */
  coder_machine: z.string().optional(),
  /** By hand only: how to reach Coder, log in, and what to do before the destroy, for people. */
  next_steps: z.string().optional(),
});

export const cloudOutputsSchema = z.object({
  project: z.string(),
  region: z.string(),
  zone: z.string(),
  network: z.string(),
  /** Of architectures with a cluster. */
  cluster: z.string().optional(),
  /** Absent when Postgres is on Coder's machine. */
  database_instance: z.string().optional(),
  /** The load runner's name on Google, its instance id on AWS; absent when none is made. */
  runner_machine: z.string().optional(),
});

export type CoderOutputs = z.infer<typeof coderOutputsSchema>;
export type CloudOutputs = z.infer<typeof cloudOutputsSchema>;
