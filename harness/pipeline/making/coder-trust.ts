import type { Environment } from "../../../stacks/environment.ts";
import type { BootstrapTask } from "../../model/ports/worker-task.ts";

/**
 * How to trust the environment's Coder: only by its own authority, and by the certificate's name at any
 * address.
 */
export function coderTrust({
  tls,
}: Pick<Environment, "tls">): Pick<BootstrapTask["deployment"], "caPem" | "serverName"> {
  return tls === undefined ? {} : { caPem: tls.caPem, serverName: tls.serverName };
}
