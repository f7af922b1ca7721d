/** The APIs in use, with the base that Terraform's provider uses and the variable that replaces it. */
const BASES = {
  compute: ["https://compute.googleapis.com/compute/v1/", "GOOGLE_COMPUTE_CUSTOM_ENDPOINT"],
  container: ["https://container.googleapis.com/v1/", "GOOGLE_CONTAINER_CUSTOM_ENDPOINT"],
  sql: ["https://sqladmin.googleapis.com/sql/v1beta4/", "GOOGLE_SQL_CUSTOM_ENDPOINT"],
  iam: ["https://iam.googleapis.com/v1/", "GOOGLE_IAM_CUSTOM_ENDPOINT"],
  secretManager: ["https://secretmanager.googleapis.com/v1/", "GOOGLE_SECRET_MANAGER_CUSTOM_ENDPOINT"],
  dns: ["https://dns.googleapis.com/dns/v1/", "GOOGLE_DNS_CUSTOM_ENDPOINT"],
  resourceManager: [
    "https://cloudresourcemanager.googleapis.com/v1/",
    "GOOGLE_RESOURCE_MANAGER_CUSTOM_ENDPOINT",
  ],
  storage: ["https://storage.googleapis.com/storage/v1/", "GOOGLE_STORAGE_CUSTOM_ENDPOINT"],
  serviceUsage: ["https://serviceusage.googleapis.com/v1/", "GOOGLE_SERVICE_USAGE_CUSTOM_ENDPOINT"],
  oauth2: ["https://www.googleapis.com/oauth2/v3/", "GOOGLE_OAUTH2_CUSTOM_ENDPOINT"],
  monitoring: ["https://monitoring.googleapis.com/", "GOOGLE_MONITORING_CUSTOM_ENDPOINT"],
  cloudAsset: ["https://cloudasset.googleapis.com/v1/", "GOOGLE_CLOUD_ASSET_CUSTOM_ENDPOINT"],
} as const satisfies Record<string, readonly [string, string]>;

export type GoogleApiName = keyof typeof BASES;
export type GoogleEndpoints = Readonly<Record<GoogleApiName, string>>;

const names = Object.keys(BASES) as GoogleApiName[];

/** The base of each API: Google's, or the environment's, as Terraform reads it. */
export function googleEndpoints(env: NodeJS.ProcessEnv): GoogleEndpoints {
  const entries = names.map((name): readonly [GoogleApiName, string] => {
    const [base, variable] = BASES[name];
    const custom = env[variable];
    return [name, custom === undefined || custom === "" ? base : custom.replace(/\/?$/, "/")];
  });
  return Object.fromEntries(entries) as Record<GoogleApiName, string>;
}

/** The variables that redirect an API. Such a run is never official. */
export function customGoogleEndpoints(env: NodeJS.ProcessEnv): readonly string[] {
  return names.map((name) => BASES[name][1]).filter((variable) => (env[variable] ?? "") !== "");
}
