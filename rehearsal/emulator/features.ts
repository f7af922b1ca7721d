/** Endpoints that older versions of Coder do not have: the first minor version of 2.x, by pattern. */
const SINCE: Readonly<Record<string, number>> = {
  "/api/v2/notifications/inbox": 21,
  "/api/v2/notifications/inbox/watch": 21,
  "/api/v2/templateversions/{version}/dynamic-parameters": 24,
  "/api/v2/templateversions/{version}/dynamic-parameters/evaluate": 24,
};

/** Whether a Coder of this version, such as `2.31.0`, has an endpoint. */
export function hasEndpoint(version: string, pattern: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 2 || minor >= (SINCE[pattern] ?? 0);
}
