/** The APIs of the mock: the first part of a path below its address, and the variable that leads clients there. */
export const API_VARIABLES = {
  compute: "GOOGLE_COMPUTE_CUSTOM_ENDPOINT",
  container: "GOOGLE_CONTAINER_CUSTOM_ENDPOINT",
  sql: "GOOGLE_SQL_CUSTOM_ENDPOINT",
  iam: "GOOGLE_IAM_CUSTOM_ENDPOINT",
  secretManager: "GOOGLE_SECRET_MANAGER_CUSTOM_ENDPOINT",
  dns: "GOOGLE_DNS_CUSTOM_ENDPOINT",
  resourceManager: "GOOGLE_RESOURCE_MANAGER_CUSTOM_ENDPOINT",
  storage: "GOOGLE_STORAGE_CUSTOM_ENDPOINT",
  serviceUsage: "GOOGLE_SERVICE_USAGE_CUSTOM_ENDPOINT",
  oauth2: "GOOGLE_OAUTH2_CUSTOM_ENDPOINT",
  monitoring: "GOOGLE_MONITORING_CUSTOM_ENDPOINT",
  cloudAsset: "GOOGLE_CLOUD_ASSET_CUSTOM_ENDPOINT",
} as const;

export type ApiName = keyof typeof API_VARIABLES;

export const API_NAMES = Object.keys(API_VARIABLES) as readonly ApiName[];

/** The version that Google's own address of each API ends with. */
const VERSIONS: Readonly<Record<ApiName, string>> = {
  compute: "compute/v1/",
  container: "v1/",
  sql: "sql/v1beta4/",
  iam: "v1/",
  secretManager: "v1/",
  dns: "dns/v1/",
  resourceManager: "v1/",
  storage: "storage/v1/",
  serviceUsage: "v1/",
  oauth2: "oauth2/v3/",
  monitoring: "",
  cloudAsset: "v1/",
};

/** Each API's address on the mock, with the API's version at its end or without. Both work. */
export function addressesOn(url: string, versioned = false): Readonly<Record<ApiName, string>> {
  return Object.fromEntries(
    API_NAMES.map((api) => [api, `${url}/${api}/${versioned ? VERSIONS[api] : ""}`]),
  ) as Record<ApiName, string>;
}

/** The environment variables that lead Terraform's provider and refbench to the mock. */
export function mockEndpointVariables(url: string, versioned = false): Readonly<Record<string, string>> {
  const addresses = addressesOn(url, versioned);
  return Object.fromEntries(API_NAMES.map((api) => [API_VARIABLES[api], addresses[api]]));
}
