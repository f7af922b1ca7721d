/** A refusal by a cloud's API: Terraform shows both lines. */
export class CloudError extends Error {
  override readonly name = "CloudError";
  readonly detail: string;
  /** Whether the thing exists despite the error: Terraform keeps it, tainted. */
  readonly created: boolean;

  constructor(summary: string, options: { readonly detail?: string; readonly created?: boolean } = {}) {
    super(summary);
    this.detail = options.detail ?? "";
    this.created = options.created ?? false;
  }
}

/** The words of each provider for events of a thing. */
export function cloudWords(kind: string): CloudWords {
  if (kind === "helm_release") return HELM;
  if (kind.startsWith("aws_")) return AWS;
  return kind.startsWith("kubernetes_") ? KUBERNETES : GOOGLE;
}

interface CloudWords {
  readonly taken: (path: string) => string;
  readonly missing: (path: string) => string;
  readonly inUse: (path: string, by: string) => string;
}

const GOOGLE: CloudWords = {
  taken: (path) => `googleapi: Error 409: The resource '${path}' already exists, alreadyExists`,
  missing: (path) => `googleapi: Error 404: The resource '${path}' was not found, notFound`,
  inUse: (path, by) =>
    `googleapi: Error 400: The resource '${path}' is already being used by '${by}', resourceInUseByAnotherResource`,
};
const AWS: CloudWords = {
  taken: (path) => `api error EntityAlreadyExists: ${path} already exists`,
  missing: (path) => `api error NotFound: ${path} does not exist`,
  inUse: (path, by) => `api error DependencyViolation: ${path} has a dependent object: ${by}`,
};
const KUBERNETES: CloudWords = {
  taken: (path) => `${path} already exists`,
  missing: (path) => `${path} not found`,
  inUse: (path, by) => `${path} is already being used by ${by}`,
};
const HELM: CloudWords = {
  ...KUBERNETES,
  taken: () => "cannot re-use a name that is still in use",
};
