import { requestsOf } from "../../../../reference-architectures/capacity/own-cluster.ts";
import { namePrefix, newRunId } from "../../../model/run-id.ts";
import type { KubernetesAnswer } from "../../../kubernetes/api.ts";
import { MARKER_NAMESPACE } from "../../sweep/owner-marker/kubernetes.ts";
import { type Check, failedCheck, passed, unknown } from "../check.ts";
import { type KubernetesContext, kubectlOf } from "./context.ts";
import { imagesOf, samplePod } from "./sample-pods.ts";

/** Nothing is stored: https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run */
const DRY_RUN = "?dryRun=All";

/**
 * Tries the run's namespaces and one pod of each role without making them, so that the cluster's admission (Pod Security,
 * quotas, policies, webhooks) refuses them now. The pods are tried in the marker's namespace, since the run's do not
 * exist yet: it must allow what those are to allow.
 */
export const admissionCheck: Check<KubernetesContext> = {
  name: "admission",
  fix: (context) =>
    `allow namespaces named bench-* and their pods in that policy; where only the namespace ${MARKER_NAMESPACE} is restricted, lift it there: ${kubectlOf(context)} get namespace ${MARKER_NAMESPACE} --show-labels`,
  after: ["identity", "marker", "permissions"],
  run: async (context, signal) => {
    const { call, size, choice, clock, runId = newRunId(clock.now()), parts = 0 } = context;
    const labels = { "bench-run": runId, "bench-managed": "cdktf", "bench-env": "kubernetes" };
    const tried: { readonly what: string; readonly answer: KubernetesAnswer }[] = [];
    const attempt = async (what: string, path: string, object: object): Promise<void> => {
      tried.push({ what, answer: await call("POST", `${path}${DRY_RUN}`, signal, object) });
    };
    const name = `${namePrefix(runId)}-coder`;
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
    await attempt(`namespace ${name}`, "/api/v1/namespaces", namespace);
    const images = imagesOf(size.figures, choice);
    const requests = requestsOf(size.figures, { parts }).filter(({ pods }) => pods > 0);
    for (const request of requests) {
      const image = images[request.role];
      const pod = samplePod(request, { labels, ...(image === undefined ? {} : { image }) });
      await attempt(`a pod of ${request.role}`, `/api/v1/namespaces/${MARKER_NAMESPACE}/pods`, pod);
    }
    // A namespace of this run that exists already is what the check "names" reports.
    const refused = tried.flatMap(({ what, answer }) =>
      answer.state === "ok" || answer.state === "in-use" ? [] : [{ what, ...answer }],
    );
    const words = refused.map(({ what, reason }) => `${what}: ${reason}`).join("; ");
    if (refused.some(({ reason }) => /\((?:403|400|422)\)$/.test(reason)))
      return failedCheck(`the cluster would refuse ${words}`);
    if (refused.length > 0) return unknown(`could not be tried: ${words}`);
    return passed(
      `a namespace of a run and one pod of each role (${requests.map(({ role }) => role).join(", ")}) would be admitted`,
    );
  },
};
