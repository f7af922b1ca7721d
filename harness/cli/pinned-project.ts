import type { Architecture } from "../../reference-architectures/architecture.ts";
import { RefbenchError } from "../model/error.ts";

/** A Google project's id, with the domain before it that some old ones have. */
const GOOGLE_PROJECT = /^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
const AWS_ACCOUNT = /^\d{12}$/;

/** The project or account that a flag names: where real things are made is pinned, never guessed from the environment. */
export function pinnedProject(
  { cloud, name }: Pick<Architecture, "cloud" | "name">,
  flags: { readonly project?: string | undefined; readonly account?: string | undefined },
): string {
  const [flag, value = ""] = cloud === "google" ? ["--project", flags.project] : ["--account", flags.account];
  if (value === "") {
    throw new RefbenchError(
      "usage",
      `${flag} is missing: where ${name} would run is pinned, never guessed from the environment; or add --rehearse`,
    );
  }
  const [pattern, expected] =
    cloud === "google"
      ? [GOOGLE_PROJECT, "the id of a Google project (not its name or number)"]
      : [AWS_ACCOUNT, "the twelve digits of an AWS account"];
  if (pattern.test(value)) return value;
  throw new RefbenchError("usage", `${flag} is "${value}", expected ${expected}`);
}
