import { googleApi, type GoogleApiOptions } from "../../google/api.ts";
import { googleEndpoints, type GoogleApiName } from "../../google/endpoints.ts";
import { record } from "../../google/refusal.ts";
import { ALLOWED, MARKER, noOwner, type OwnerMarker } from "./owner-marker.ts";

/** The project label `refbench=allowed`. */
export function googleOwnerMarker(project: string, options: GoogleApiOptions): OwnerMarker {
  if (isEmulated(options)) return noOwner;
  const call = googleApi(options);
  return async (signal) => {
    const answer = await call({ api: "resourceManager", method: "GET", path: `projects/${project}` }, signal);
    if (answer.state !== "ok") {
      return {
        state: "refused",
        reason: `the labels of Google project ${project} cannot be read: ${answer.reason}`,
      };
    }
    const value = record(answer.body["labels"])[MARKER];
    if (value === ALLOWED) return { state: "allowed" };
    const has = typeof value === "string" ? `the label ${MARKER}=${value}` : `no label ${MARKER}`;
    return {
      state: "refused",
      reason: `Google project ${project} has ${has}, expected ${MARKER}=${ALLOWED}: if refbench may remove things there, its owner runs "gcloud alpha projects update ${project} --update-labels=${MARKER}=${ALLOWED}"`,
    };
  };
}

/** Whether every API is answered by somebody else than Google: one that is not could be production's. */
function isEmulated({ endpoints }: GoogleApiOptions): boolean {
  const real = googleEndpoints({});
  return (Object.keys(real) as GoogleApiName[]).every((api) => endpoints[api] !== real[api]);
}
