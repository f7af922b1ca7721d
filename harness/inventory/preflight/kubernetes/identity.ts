import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { messageOf } from "../../../tools/error.ts";
import { parseJson } from "../../../tools/parse-json.ts";
import { listApiResources } from "../../kubernetes/shared/api-resources.ts";
import { type Check, type CheckOutcome, failedCheck, passed, unknown } from "../check.ts";
import { endOf, hoursOf } from "../context.ts";
import { type KubernetesContext, kubectlOf } from "./context.ts";

const namespace = z.object({ metadata: z.object({ uid: z.string() }) });
const selfReview = z.object({ status: z.object({ userInfo: z.object({ username: z.string() }) }) });

/** Checks that the API server answers, to this identity, and that it is the cluster of the run. */
export const identityCheck: Check<KubernetesContext> = {
  name: "identity",
  fix: (context) => `${kubectlOf(context)} get namespace kube-system, which must work first`,
  run: async (context, signal) => {
    const { call, access, project } = context;
    const answer = await call("GET", "/api/v1/namespaces/kube-system", signal);
    if (answer.state === "denied") {
      const fix = `log in to the cluster again, or choose another user; then ${kubectlOf(context)} auth whoami`;
      return failedCheck(`${access.server} refuses this identity: ${answer.reason}`, fix);
    }
    if (answer.state !== "ok")
      return failedCheck(
        answer.reason,
        `start the cluster, or correct context ${context.cluster.context}: ${kubectlOf(context)} version`,
      );
    const uid = namespace.safeParse(answer.body).data?.metadata.uid;
    if (uid === undefined) return failedCheck(`${access.server} does not answer as a Kubernetes API server`);
    if (uid !== project)
      return failedCheck(
        `${access.server} is the cluster ${uid}, but the run is of the cluster ${project}`,
        `restore the context ${context.cluster.context}, or start another run`,
      );
    return passed(`${await whoAmI(context, signal)} at ${access.server}, cluster ${uid}`);
  },
};

async function whoAmI({ call }: KubernetesContext, signal: AbortSignal): Promise<string> {
  const answer = await call("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", signal, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "SelfSubjectReview",
  });
  const found = answer.state === "ok" ? selfReview.safeParse(answer.body).data : undefined;
  return found?.status.userInfo.username ?? "an unnamed identity";
}

/** Checks that the cluster's owner allows refbench. */
export const markerCheck: Check<KubernetesContext> = {
  name: "marker",
  fix: (context) =>
    `${kubectlOf(context)} create namespace refbench && ${kubectlOf(context)} label namespace refbench refbench=allowed`,
  after: ["identity"],
  run: async ({ marker, cluster }, signal) => {
    const answer = await marker(signal);
    if (answer.state === "allowed")
      return passed(`the cluster of context ${cluster.context} allows refbench`);
    const [what = answer.reason, next] = answer.reason.split(": if refbench may");
    return failedCheck(what, next === undefined ? undefined : /"(.+)"$/.exec(next)?.[1]);
  },
};

/** Checks the expiry: a credential that expires before the teardown leaves everything. */
export const credentialCheck: Check<KubernetesContext> = {
  name: "credential",
  fix: () =>
    "use a credential that is renewed automatically (an exec plugin or a token file), or one that lasts longer",
  after: ["identity"],
  run: async (context) => {
    const { access, clock, neededMs } = context;
    if (access.renews === true)
      return passed("renewed automatically, by a credential plugin or a token file");
    let end: number | undefined;
    try {
      const { headers, tls } = await access.login();
      end = endOfToken(headers["authorization"]) ?? endOfCertificate(tls.cert);
    } catch (error) {
      return failedCheck(messageOf(error));
    }
    if (end === undefined) return unknown("a credential with unknown expiry");
    const found = `the credential lasts ${hoursOf(end - clock.now())}; a run with its teardown takes at most ${hoursOf(neededMs)}`;
    return end >= endOf(context) ? passed(found) : failedCheck(found);
  },
};

/** When a token ends that is a JSON web token, in Unix milliseconds. */
function endOfToken(header = ""): number | undefined {
  const [, payload = ""] = header.replace(/^Bearer /, "").split(".");
  try {
    const { exp } = parseJson(Buffer.from(payload, "base64url").toString()) as { exp?: unknown };
    return typeof exp === "number" ? exp * 1_000 : undefined;
  } catch {
    return undefined;
  }
}

function endOfCertificate(pem: string | undefined): number | undefined {
  if (pem === undefined) return undefined;
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch {
    return undefined;
  }
}

/** Checks that every group of the API answers: while one does not, no namespace of the cluster can be deleted. */
export const apisCheck: Check<KubernetesContext> = {
  name: "apis",
  fix: (context) =>
    `${kubectlOf(context)} get apiservices, then repair the server of each that is not available, or delete its APIService`,
  after: ["identity"],
  run: async ({ call }, signal) => {
    const kinds = await listApiResources(call, signal);
    if (kinds.state === "complete") return passed(`all groups answer, with ${kinds.items.length} kinds`);
    return failedCheck(
      `the cluster does not answer for all of its API, so it could delete no namespace and no teardown could be verified: ${kinds.reason}`,
    );
  },
};

/** The last version that had no Jobs with a limit of retries for each index. */
const OLDEST_MINOR = 29;

const version = z.object({ major: z.string(), minor: z.string(), gitVersion: z.string() });

/** Checks that the cluster has what a run uses: Jobs with `backoffLimitPerIndex` are on by default since 1.29. */
export const kubernetesVersionCheck: Check<KubernetesContext> = {
  name: "kubernetes-version",
  fix: () =>
    `upgrade the cluster to Kubernetes 1.${OLDEST_MINOR} or later, or choose another one by --context`,
  after: ["identity"],
  run: async ({ call }, signal): Promise<CheckOutcome> => {
    const answer = await call("GET", "/version", signal);
    if (answer.state !== "ok") return unknown(`cannot read the version: ${answer.reason}`);
    const found = version.safeParse(answer.body).data;
    if (found === undefined) return unknown("the answer is not a version");
    const [major, minor] = [Number.parseInt(found.major, 10), Number.parseInt(found.minor, 10)];
    if (major === 1 && minor >= OLDEST_MINOR) return passed(`Kubernetes ${found.gitVersion}`);
    return failedCheck(`Kubernetes ${found.gitVersion}, expected 1.${OLDEST_MINOR} or later`);
  },
};
