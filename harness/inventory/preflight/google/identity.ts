import type { RefusalClass } from "../../google/refusal.ts";
import { noOwner } from "../../sweep/owner-marker/owner-marker.ts";
import { type Check, type CheckOutcome, failedCheck, passed, skipped, unknown } from "../check.ts";
import { endOf, hoursOf } from "../context.ts";
import type { GoogleContext } from "./context.ts";

const SIGN_IN = "gcloud auth application-default login";

/** Returns the next step for each kind of refusal: network, API, session or permission. */
function fixOf(
  { state, reason }: { readonly state: RefusalClass; readonly reason: string },
  project: string,
): string {
  if (
    state === "failed" ||
    state === "throttled" ||
    /\b(ENOTFOUND|EAI_AGAIN|ECONN\w+|E?TIMEDOUT)\b/.test(reason)
  )
    return "check this machine's network and HTTPS_PROXY, then repeat the command";
  if (state === "api-off")
    return `gcloud services enable cloudresourcemanager.googleapis.com --project=${project}`;
  // Google also answers 403 for a project that does not exist.
  if (/\(40[34]\b/.test(reason))
    return `gcloud projects list, to see whether this identity can access ${project}; otherwise ${SIGN_IN} as one that can`;
  return SIGN_IN;
}

/** Checks the identity and its project, which must be the pinned one. */
export const googleIdentityCheck: Check<GoogleContext> = {
  name: "identity",
  fix: () => SIGN_IN,
  run: async ({ project, ambientProjects, call }, signal) => {
    const other = Object.entries(ambientProjects).find(([, value]) => value !== project);
    if (other !== undefined) {
      const [variable, value] = other;
      return failedCheck(
        `${variable} is ${value}, but --project is ${project}`,
        `export ${variable}=${project}`,
      );
    }
    const answer = await call({ api: "resourceManager", method: "GET", path: `projects/${project}` }, signal);
    if (answer.state !== "ok")
      return failedCheck(`cannot read project ${project}: ${answer.reason}`, fixOf(answer, project));
    const { projectId, projectNumber, lifecycleState } = answer.body;
    if (projectId !== project) {
      const answered = typeof projectId === "string" ? projectId : "another project";
      return failedCheck(`the cloud answers for ${answered}, but --project is ${project}`);
    }
    if (lifecycleState !== "ACTIVE") {
      const fix = `gcloud projects undelete ${project}, or another --project`;
      return failedCheck(`project ${project} is ${String(lifecycleState)}, expected ACTIVE`, fix);
    }
    const who = await tokenInfo(call, signal);
    return passed(`${who.name} in project ${project} (${String(projectNumber)})`);
  },
};

/** Checks that the project's owner allows refbench. */
export const googleMarkerCheck: Check<GoogleContext> = {
  name: "marker",
  fix: ({ project }) => `gcloud alpha projects update ${project} --update-labels=refbench=allowed`,
  after: ["identity"],
  run: async ({ marker, project }, signal) => {
    if (marker === noOwner) return skipped("an emulated cloud has no owner to ask");
    const answer = await marker(signal);
    if (answer.state === "allowed") return passed(`project ${project} allows refbench`);
    const [what = answer.reason] = answer.reason.split(": if refbench may");
    return failedCheck(what);
  },
};

/** Checks the expiry: a credential that expires before the teardown leaves everything. */
export const googleCredentialCheck: Check<GoogleContext> = {
  name: "credential",
  fix: () => "unset GOOGLE_OAUTH_ACCESS_TOKEN, and sign in with a credential that is renewed automatically",
  after: ["identity"],
  run: async (context, signal) => {
    const outcome = await lifeOf(context, signal);
    const variable = context.otherInClusters;
    if (outcome.state !== "ok" || variable === undefined || context.architecture.carriedBy !== "gke")
      return outcome;
    return unknown(
      `${outcome.found}; but only Terraform uses ${variable}: gke-gcloud-auth-plugin enters the cluster with the application default credentials`,
      `unset ${variable}, and export GOOGLE_APPLICATION_CREDENTIALS=<file> with the same identity`,
    );
  },
};

/** Compares how long the credential lasts with how long it is needed. */
async function lifeOf(context: GoogleContext, signal: AbortSignal): Promise<CheckOutcome> {
  const { call, credential, neededMs } = context;
  const source = await credential();
  if (source.kind === "renewing") {
    return passed(
      `renewed automatically (${source.from})${source.limit === undefined ? "" : `, ${source.limit}`}`,
    );
  }
  const { expiresInMs } = await tokenInfo(call, signal);
  if (expiresInMs === undefined) return unknown("a token with unknown expiry");
  const until = new Date(endOf(context)).toISOString();
  const found = `the token lasts ${hoursOf(expiresInMs)}; a run with its teardown takes at most ${hoursOf(neededMs)} (${until})`;
  return expiresInMs >= neededMs ? passed(found) : failedCheck(found);
}

interface TokenInfo {
  readonly name: string;
  readonly expiresInMs: number | undefined;
}

/** Returns what Google reports about the calling token; for a service account this may be nothing. */
async function tokenInfo(call: GoogleContext["call"], signal: AbortSignal): Promise<TokenInfo> {
  const answer = await call({ api: "oauth2", method: "POST", path: "tokeninfo" }, signal);
  const { email, expires_in: seconds } = answer.state === "ok" ? answer.body : {};
  const expires = typeof seconds === "string" || typeof seconds === "number" ? Number(seconds) : Number.NaN;
  return {
    name: typeof email === "string" ? email : "an unnamed identity",
    expiresInMs: Number.isFinite(expires) ? expires * 1_000 : undefined,
  };
}
