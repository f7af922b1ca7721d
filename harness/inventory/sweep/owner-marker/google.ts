import { googleApi, type GoogleApiOptions } from "../../google/api.ts";
import { googleEndpoints, type GoogleApiName } from "../../google/endpoints.ts";
import { record } from "../../google/refusal.ts";
import { ALLOWED, MARKER, noOwner, type OwnerMarker } from "./owner-marker.ts";

/** Checks for the project label `refbench=allowed`. */
export function googleOwnerMarker(project: string, options: GoogleApiOptions): OwnerMarker {
  if (isEmulated(options)) return noOwner;
  const call = googleApi(options);
  return async (signal) => {
    const answer = await call({ api: "resourceManager", method: "GET", path: `projects/${project}` }, signal);
    if (answer.state !== "ok") {
      return {
        state: "refused",
        reason: `cannot read the labels of Google project ${project}: ${answer.reason}`,
      };
    }
    const value = record(answer.body["labels"])[MARKER];
    if (value === ALLOWED) return { state: "allowed" };
    const has = typeof value === "string" ? `the label ${MARKER}=${value}` : `no label ${MARKER}`;
    return {
      state: "refused",
      reason: `Google project ${project} has ${has}, expected ${MARKER}=${ALLOWED}: if refbench may remove resources there, the project's owner runs "gcloud alpha projects update ${project} --update-labels=${MARKER}=${ALLOWED}"`,
    };
  };
}

/** Whether no API is Google's own: a single real one could be production. */
function isEmulated({ endpoints }: GoogleApiOptions): boolean {
  const real = googleEndpoints({});
  return (Object.keys(real) as GoogleApiName[]).every((api) => endpoints[api] !== real[api]);
}
