import { ownIdentity, type ProcessIdentity } from "../../harness/tools/process/process-identity.ts";

/** A process on another machine, where this one cannot look. */
export function onMachine(host: string): ProcessIdentity {
  return { ...ownIdentity(), host, machine: `machine ${host}`, boot: `boot of ${host}` };
}
