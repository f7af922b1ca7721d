import type { RefusalClass } from "../../google/refusal.ts";
import { noOwner } from "../../sweep/owner-marker/owner-marker.ts";
import { type Check, type CheckOutcome, failed, passed, skipped, unknown } from "../check.ts";
import { endOf, hoursOf } from "../context.ts";
import type { GoogleContext } from "./context.ts";

const SIGN_IN = "gcloud auth application-default login";

/** What to do by the kind of refusal: a network, an API, a session and a permission are mended differently. */
function fixOf(
  { state, reason }: { readonly state: RefusalClass; readonly reason: string },
  project: string,
): string {
  if (
    state === "failed" ||
    state === "throttled" ||
    /\b(ENOTFOUND|EAI_AGAIN|ECONN\w+|E?TIMEDOUT)\b/.test(reason)
  )
    return "check this machine's network and HTTPS_PROXY, then give the command again";
  if (state === "api-off")
    return `gcloud services enable cloudresourcemanager.googleapis.com --project=${project}`;
  // Google answers 403 for a project that does not exist, too.
  if (/\(40[34]\b/.test(reason))
    return `gcloud projects list, to see whether this identity has ${project}; else ${SIGN_IN} as one that has`;
  return SIGN_IN;
}

/** Who asks and in which project: the pinned one, or nothing is asked of it. */
export const googleIdentityCheck: Check<GoogleContext> = {
  name: "identity",
  fix: () => SIGN_IN,
  run: async ({ project, ambientProjects, call }, signal) => {
    const other = Object.entries(ambientProjects).find(([, value]) => value !== project);
    if (other !== undefined) {
      const [variable, value] = other;
      return failed(`${variable} is ${value}, and --project is ${project}`, `export ${variable}=${project}`);
    }
    const answer = await call({ api: "resourceManager", method: "GET", path: `projects/${project}` }, signal);
    if (answer.state !== "ok")
      return failed(`project ${project} cannot be read: ${answer.reason}`, fixOf(answer, project));
    const { projectId, projectNumber, lifecycleState } = answer.body;
    if (projectId !== project) {
      const answered = typeof projectId === "string" ? projectId : "another project";
      return failed(`the cloud answers for ${answered}, and --project is ${project}`);
    }
    if (lifecycleState !== "ACTIVE") {
      const fix = `gcloud projects undelete ${project}, or another --project`;
      return failed(`project ${project} is ${String(lifecycleState)}, expected ACTIVE`, fix);
    }
    const who = await tokenInfo(call, signal);
    return passed(`${who.name} in project ${project} (${String(projectNumber)})`);
  },
};

/** The owner's leave to create and remove things there. */
export const googleMarkerCheck: Check<GoogleContext> = {
  name: "marker",
  fix: ({ project }) => `gcloud alpha projects update ${project} --update-labels=refbench=allowed`,
  after: ["identity"],
  run: async ({ marker, project }, signal) => {
    if (marker === noOwner) return skipped("an emulated cloud has no owner to ask");
    const answer = await marker(signal);
    if (answer.state === "allowed") return passed(`project ${project} allows refbench`);
    const [what = answer.reason] = answer.reason.split(": if refbench may");
    return failed(what);
  },
};

/** A credential that ends before the teardown does leaves everything behind. */
export const googleCredentialCheck: Check<GoogleContext> = {
  name: "credential",
  fix: () => "unset GOOGLE_OAUTH_ACCESS_TOKEN, and sign in with a credential that renews itself",
  after: ["identity"],
  run: async (context, signal) => {
    const outcome = await lifeOf(context, signal);
    const variable = context.otherInClusters;
    if (outcome.state !== "ok" || variable === undefined || context.architecture.carriedBy !== "gke")
      return outcome;
    return unknown(
      `${outcome.found}; but ${variable} is Terraform's only: the cluster is entered by gke-gcloud-auth-plugin, as whoever the application default credentials are of`,
      `unset ${variable}, and export GOOGLE_APPLICATION_CREDENTIALS=<file> with the same identity`,
    );
  },
};

/** How long the credential lasts, against how long it is needed. */
async function lifeOf(context: GoogleContext, signal: AbortSignal): Promise<CheckOutcome> {
  const { call, credential, neededMs } = context;
  const source = await credential();
  if (source.kind === "renewing") {
    return passed(`renews itself (${source.from})${source.limit === undefined ? "" : `, ${source.limit}`}`);
  }
  const { expiresInMs } = await tokenInfo(call, signal);
  if (expiresInMs === undefined) return unknown("a token that does not say how long it lasts");
  const until = new Date(endOf(context)).toISOString();
  const found = `the token lasts ${hoursOf(expiresInMs)}, a run with its teardown up to ${hoursOf(neededMs)} (${until})`;
  return expiresInMs >= neededMs ? passed(found) : failed(found);
}

interface TokenInfo {
  readonly name: string;
  readonly expiresInMs: number | undefined;
}

/** What Google says of the token that asks; a service account's may say nothing. */
async function tokenInfo(call: GoogleContext["call"], signal: AbortSignal): Promise<TokenInfo> {
  const answer = await call({ api: "oauth2", method: "POST", path: "tokeninfo" }, signal);
  const { email, expires_in: seconds } = answer.state === "ok" ? answer.body : {};
  const expires = typeof seconds === "string" || typeof seconds === "number" ? Number(seconds) : Number.NaN;
  return {
    name: typeof email === "string" ? email : "an identity that does not say its name",
    expiresInMs: Number.isFinite(expires) ? expires * 1_000 : undefined,
  };
}
