import { join } from "node:path";

/** Variables by which a real cloud, cluster or chart repository could be reached. */
const REAL_CLOUD =
  /^(GOOGLE_|GCLOUD_|GCP_|CLOUDSDK_|AWS_|ARM_|AZURE_|KUBE_|HELM_|TF_PLUGIN_CACHE|TF_REATTACH|CODER_)|^(KUBECONFIG|BOTO_CONFIG|USE_GKE_GCLOUD_AUTH_PLUGIN)$/;

/** Variables by which an outer twin, or a shell, describes the inside of a run; this twin sets all of them anew. */
const OF_A_TWIN = /^(REFBENCH_TWIN_\w+|REFBENCH_ENVIRONMENT)$/;

/**
 * Returns the environment without any way to a real cloud or to another twin. Clients look for their credential files
 * in `emptyHome` instead of the home.
 */
export function withoutRealClouds(env: NodeJS.ProcessEnv, emptyHome: string): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(
    Object.entries(env).filter(([name]) => !REAL_CLOUD.test(name) && !OF_A_TWIN.test(name)),
  );
  return {
    ...kept,
    CLOUDSDK_CONFIG: join(emptyHome, "gcloud"),
    GOOGLE_APPLICATION_CREDENTIALS: join(emptyHome, "no-google-credentials.json"),
    AWS_CONFIG_FILE: join(emptyHome, "no-aws-config"),
    AWS_SHARED_CREDENTIALS_FILE: join(emptyHome, "no-aws-credentials"),
    AWS_EC2_METADATA_DISABLED: "true",
    KUBECONFIG: join(emptyHome, "no-kubeconfig"),
  };
}
