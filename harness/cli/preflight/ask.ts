import type { PreflightReport } from "../../inventory/preflight/report.ts";
import { RefbenchError } from "../../model/error.ts";
import { getArchitecture } from "../../../reference-architectures/catalogue.ts";
import type { Io } from "../io.ts";
import { askAws } from "./ask-aws.ts";
import { askGoogle } from "./ask-google.ts";
import { askTwin } from "./ask-twin.ts";
import type { PreflightRequest } from "./request.ts";

/** Asks everything that can be asked before a run, of the twin or of the cloud. Creates nothing. */
export async function askPreflight(
  request: PreflightRequest,
  io: Io,
  signal: AbortSignal,
): Promise<PreflightReport> {
  if (request.rehearse) return askTwin(request, io, signal);
  const { cloud, name } = getArchitecture(request.size.architecture);
  const [flag, pinned = ""] =
    cloud === "google" ? ["--project", request.project] : ["--account", request.account];
  if (pinned === "") {
    throw new RefbenchError(
      "usage",
      `${flag} is missing: where ${name} would run is pinned, never guessed from the environment; or add --rehearse`,
    );
  }
  return cloud === "google" ? askGoogle(request, pinned, io, signal) : askAws(request, pinned, io, signal);
}
