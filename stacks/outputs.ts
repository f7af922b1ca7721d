import { z } from "zod";

/** The contract with the harness: names and shapes of an environment's outputs. Imports no cdktf. Holds no secret. */
export const coderOutputsSchema = z.object({
  /** Where Coder answers inside the network, such as `http://10.0.0.7`. */
  coder_url: z.url(),
  coder_namespace: z.string(),
  workspace_namespace: z.string(),
  coder_release: z.string(),
  coder_chart_version: z.string(),
});

export const cloudOutputsSchema = z.object({
  project: z.string(),
  region: z.string(),
  zone: z.string(),
  network: z.string(),
  cluster: z.string(),
  database_instance: z.string(),
});

export type CoderOutputs = z.infer<typeof coderOutputsSchema>;
export type CloudOutputs = z.infer<typeof cloudOutputsSchema>;
