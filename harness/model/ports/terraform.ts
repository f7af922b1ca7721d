/** One change of one resource, as Terraform's JSON stream reports it. */
export interface TerraformProgress {
  /** Terraform's address, such as `google_compute_network.network`. */
  readonly address: string;
  readonly action: "create" | "update" | "delete" | "replace" | "read";
  readonly state: "started" | "progress" | "complete" | "failed";
  readonly elapsedSeconds?: number | undefined;
}

export interface TerraformSummary {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
}

export interface TerraformOptions {
  /** The child's whole environment: secrets travel here (`TF_VAR_…`), never in argv. */
  readonly env: NodeJS.ProcessEnv;
  /** Aborting sends SIGINT once, so that Terraform writes its state; it is never killed in a state write. */
  readonly signal: AbortSignal;
  readonly onPlanned?: (summary: TerraformSummary) => void;
  /** Also what a terraform completed that a killed process left at work here; that may have been reported before. */
  readonly onProgress?: (progress: TerraformProgress) => void;
  /** Raw lines for the run's log file. */
  readonly onLine?: (line: string) => void;
}

/** The Terraform command line in one stack's folder. Failures throw `RefbenchError("infrastructure")` with Terraform's own words. */
export interface Terraform {
  /** The version and the path of the binary; throws `usage` when missing or older than supported. */
  version(
    options: Pick<TerraformOptions, "env" | "signal">,
  ): Promise<{ readonly version: string; readonly path: string }>;
  init(directory: string, options: TerraformOptions): Promise<void>;
  apply(directory: string, options: TerraformOptions): Promise<TerraformSummary>;
  /** With `refresh: false` it goes by the state alone, without asking what of it still exists. */
  destroy(
    directory: string,
    options: TerraformOptions & { readonly refresh?: boolean },
  ): Promise<TerraformSummary>;
  /** The stack's outputs by name, sensitive ones included. */
  output(directory: string, options: TerraformOptions): Promise<Readonly<Record<string, unknown>>>;
  /** Process id of the terraform that works in this folder, whoever started it; undefined when there is none. */
  working(directory: string): number | undefined;
  /** Addresses in the state, empty when there is none. */
  stateList(directory: string, options: TerraformOptions): Promise<readonly string[]>;
}
