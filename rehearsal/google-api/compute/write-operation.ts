import type { Json } from "../json.ts";
import type { Operation } from "../operations.ts";
import { linkTo } from "./links.ts";

/** The word for the status code of an operation's error. */
const STATUS: Readonly<Record<string, number>> = {
  RESOURCE_NOT_FOUND: 404,
  RESOURCE_IN_USE_BY_ANOTHER_RESOURCE: 400,
  RESOURCE_NOT_READY: 400,
  QUOTA_EXCEEDED: 403,
  RATE_LIMIT_EXCEEDED: 403,
  ZONE_RESOURCE_POOL_EXHAUSTED: 503,
};

/** An operation as compute answers it. */
export function computeOperation({ work, name, id, startedAt, endedAt, done, error }: Operation): Json {
  const [, , level = "", place] = work.scope.split("/");
  const at = place === undefined ? {} : { [level.slice(0, -1)]: linkTo(work.scope) };
  return {
    kind: "compute#operation",
    id,
    name,
    ...at,
    operationType: work.type,
    targetLink: linkTo(work.target),
    targetId: id,
    status: done ? "DONE" : "RUNNING",
    user: "ada@example.com",
    progress: done ? 100 : 0,
    insertTime: startedAt,
    startTime: startedAt,
    ...(endedAt === undefined ? {} : { endTime: endedAt }),
    ...(error === undefined
      ? {}
      : {
          error: { errors: [error] },
          httpErrorStatusCode: STATUS[error.code] ?? 500,
          httpErrorMessage: STATUS[error.code] === 403 ? "FORBIDDEN" : "ERROR",
        }),
    selfLink: linkTo(`${work.scope}/operations/${name}`),
  };
}
