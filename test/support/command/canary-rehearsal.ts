/** Small enough for a test, with every layer walked: real Terraform, the twin, the emulator, the worker. */
export const CANARY = [
  ...["run", "gke", "--rehearse", "--size", "canary", "--speed", "2000", "--build-speed", "50"],
  ...["--set", "connections.holdSeconds=1"],
] as const;
