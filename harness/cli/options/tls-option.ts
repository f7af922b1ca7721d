import { Option } from "commander";
import { RefbenchError } from "../../tools/error.ts";
import type { RunRequest } from "../../pipeline/making/make-run.ts";

/** The flag that says how Coder is spoken to. */
export interface TlsFlags {
  readonly tls: NonNullable<RunRequest["tls"]>;
}

/** `--tls` alone means what there is; its variable is that of an environment made by hand. */
export function tlsOption(): Option {
  return new Option("--tls [how]", "Coder serves TLS inside its network, by a certificate of the run's own")
    .env("REFBENCH_TLS")
    .choices(["off", "self-signed"])
    .preset("self-signed")
    .default("off");
}

/** What a run is asked for. A real server on this machine is started without: nothing there reads a certificate. */
export function tlsOf({
  tls,
  coderServer,
  rehearse = false,
}: TlsFlags & {
  readonly coderServer?: string;
  readonly rehearse?: boolean;
}): TlsFlags {
  if (tls === "self-signed" && rehearse && coderServer !== undefined) {
    throw new RefbenchError(
      "usage",
      "--tls has no certificate for the real server of --coder-server: leave one of both out",
    );
  }
  return { tls };
}
