import type { PreflightReport } from "../../inventory/preflight/report.ts";
import { getArchitecture } from "../../../reference-architectures/catalogue.ts";
import { projectOfFlags } from "../settings/pinned-project.ts";
import { askAws } from "./ask-aws.ts";
import { askGoogle } from "./ask-google.ts";
import { askKubernetes } from "./ask-kubernetes.ts";
import { askTwin } from "./ask-twin.ts";
import type { Asker, PreflightRequest } from "./request.ts";

/** Runs all checks before a run, with the twin or with the cloud. Creates nothing. */
export async function askPreflight(
  request: PreflightRequest,
  io: Asker,
  signal: AbortSignal,
): Promise<PreflightReport> {
  if (request.rehearse) return askTwin(request, io, signal);
  const architecture = getArchitecture(request.size.architecture);
  switch (architecture.cloud) {
    case "google":
      return askGoogle(request, projectOfFlags(architecture, request), io, signal);
    case "aws":
      return askAws(request, projectOfFlags(architecture, request), io, signal);
    case "kubernetes":
      return askKubernetes(request, io, signal);
  }
}
