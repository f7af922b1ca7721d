/** Display names of what a run is measured on. */
const WORDS: Readonly<Record<string, string>> = {
  kubernetes: "Kubernetes",
  postgres: "Postgres",
  coderMachine: "Coder's machine",
  workspaceMachine: "workspaces' machine",
  database: "database",
  tls: "TLS",
  generator: "load generated on",
  cpuPlatform: "processor",
  runnerCpuPlatform: "load runner's processor",
  nodes: "nodes",
  containerRuntime: "container runtime",
  kernel: "kernel of the nodes",
  cluster: "cluster",
  workspaceImage: "workspace image",
  templateProviders: "providers of builds from",
  method: "measured with",
  machine: "this machine",
};

/** Returns the display name of a part of a platform or fingerprint. */
export function platformWord(name: string): string {
  return WORDS[name] ?? name;
}
