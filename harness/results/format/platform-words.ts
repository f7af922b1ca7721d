/** Names of what a run is measured on, for a reader who knows no record. */
const WORDS: Readonly<Record<string, string>> = {
  kubernetes: "Kubernetes",
  postgres: "Postgres",
  coderMachine: "Coder's machine",
  workspaceMachine: "workspaces' machine",
  database: "database",
  tls: "TLS",
  generator: "load came from",
  cpuPlatform: "processor",
  runnerCpuPlatform: "load runner's processor",
  workspaceImage: "workspace image",
  templateProviders: "builds' providers from",
  method: "measured with",
  machine: "this machine",
};

/** What a part of a platform, or of a fingerprint, is called. */
export function platformWord(name: string): string {
  return WORDS[name] ?? name;
}
