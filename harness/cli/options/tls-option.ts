import { Option } from "commander";
import { RefbenchError } from "../../tools/error.ts";
import type { RunRequest } from "../../pipeline/making/make-run.ts";

/** The flag that says whether Coder serves TLS. */
export interface TlsFlags {
  readonly tls: NonNullable<RunRequest["tls"]>;
}

/** `--tls`, alone for `self-signed`. Its variable is also the one of a manual environment. */
export function tlsOption(): Option {
  return new Option("--tls [how]", "Coder serves TLS inside its network, with a certificate made for the run")
    .env("REFBENCH_TLS")
    .choices(["off", "self-signed"])
    .preset("self-signed")
    .default("off");
}

/** The TLS of a run. Throws `usage` with a real server on this machine, which is started without a certificate. */
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
      "--tls cannot be combined with --coder-server, whose server has no certificate: remove one of the two",
    );
  }
  return { tls };
}
