import type { CallGoogle } from "../../google/api.ts";
import type { OwnerMarker } from "../../sweep/owner-marker/owner-marker.ts";
import type { PreflightContext } from "../context.ts";
import type { GoogleSource } from "./credential-source.ts";

/** The input of Google's checks. */
export interface GoogleContext extends PreflightContext {
  /** Projects that the environment sets for Terraform's provider, by variable. */
  readonly ambientProjects: Readonly<Record<string, string>>;
  /** The source of the credential, which decides how long it lasts. */
  readonly credential: () => Promise<GoogleSource>;
  /** A variable that would cause another identity to be used inside clusters. */
  readonly otherInClusters?: string | undefined;
  readonly call: CallGoogle;
  readonly marker: OwnerMarker;
}

/** Variables that Terraform's provider reads the project from. */
const PROJECT_VARIABLES = [
  "GOOGLE_PROJECT",
  "GOOGLE_CLOUD_PROJECT",
  "GCLOUD_PROJECT",
  "CLOUDSDK_CORE_PROJECT",
];

/** Returns the projects that an environment sets. */
export function ambientProjects(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(
    PROJECT_VARIABLES.flatMap((name): readonly (readonly [string, string])[] => {
      const value = env[name] ?? "";
      return value === "" ? [] : [[name, value]];
    }),
  );
}
