import type { Environment } from "../../../stacks/environment.ts";
import type { BootstrapTask } from "../../model/ports/worker-task.ts";

/** Whom to trust as the environment's Coder: its own authority alone, by the certificate's name wherever Coder is. */
export function trustOf({
  tls,
}: Pick<Environment, "tls">): Pick<BootstrapTask["deployment"], "caPem" | "serverName"> {
  return tls === undefined ? {} : { caPem: tls.caPem, serverName: tls.serverName };
}
