import type { CallGoogle } from "../../google/api.ts";
import type { OwnerMarker } from "../../sweep/owner-marker/owner-marker.ts";
import type { PreflightContext } from "../context.ts";
import type { GoogleSource } from "./credential-source.ts";

/** What the checks of Google ask. */
export interface GoogleContext extends PreflightContext {
  /** Projects that the environment names for Terraform's provider, by variable. */
  readonly ambientProjects: Readonly<Record<string, string>>;
  /** Where the credential comes from, which decides how long it lasts. */
  readonly credential: () => Promise<GoogleSource>;
  /** A variable by which the cluster would be entered as somebody else. */
  readonly otherInClusters?: string | undefined;
  readonly call: CallGoogle;
  readonly marker: OwnerMarker;
}

/** The variables in which Terraform's provider looks for a project. */
const PROJECT_VARIABLES = [
  "GOOGLE_PROJECT",
  "GOOGLE_CLOUD_PROJECT",
  "GCLOUD_PROJECT",
  "CLOUDSDK_CORE_PROJECT",
];

/** What an environment says of the project. */
export function ambientProjects(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(
    PROJECT_VARIABLES.flatMap((name): readonly (readonly [string, string])[] => {
      const value = env[name] ?? "";
      return value === "" ? [] : [[name, value]];
    }),
  );
}
