import { fileURLToPath } from "node:url";
import { RefbenchError } from "../../tools/error.ts";

/** The parts of a bucket's URL. */
export type BucketUrl =
  | { readonly scheme: "file"; readonly folder: string }
  | { readonly scheme: "gs"; readonly bucket: string; readonly prefix: string }
  | { readonly scheme: "s3"; readonly bucket: string; readonly prefix: string; readonly region?: string };

const FORMS = "gs://bucket/prefix, s3://bucket/prefix?region=us-east-1 or file:///folder";

/** Reads `gs://bucket/prefix`, `s3://bucket/prefix?region=…` or `file:///folder`; throws `usage` by the flag's name. */
export function parseBucketUrl(text: string, flag: string): BucketUrl {
  const refuse = (why: string): never => {
    throw new RefbenchError("usage", `${flag} is "${text}", ${why}: expected ${FORMS}`);
  };
  if (!URL.canParse(text)) return refuse("which is no URL");
  const url = new URL(text);
  if (url.username !== "" || url.password !== "" || url.hash !== "")
    return refuse("which has parts that a bucket has not");
  if (url.protocol === "file:") {
    if (url.host !== "" || url.search !== "") return refuse("which is no folder of this machine");
    const folder = decoded(() => fileURLToPath(url)) ?? refuse("whose path cannot be read");
    return { scheme: "file", folder };
  }
  if (url.protocol !== "gs:" && url.protocol !== "s3:")
    return refuse("which is no place refbench can write to");
  if (!/^[a-z0-9][a-z0-9._-]{1,221}[a-z0-9]$/.test(url.hostname) || url.port !== "")
    return refuse("whose bucket is no bucket's name");
  const path = decoded(() => decodeURIComponent(url.pathname)) ?? refuse("whose prefix cannot be read");
  const prefix = path.replaceAll(/^\/+|\/+$/g, "");
  if (prefix.split("/").includes("..")) return refuse("whose prefix climbs");
  const region = url.searchParams.get("region") ?? undefined;
  if ([...url.searchParams.keys()].some((name) => name !== "region"))
    return refuse("which asks for more than a region");
  if (url.protocol === "gs:") {
    if (region !== undefined) return refuse("but a Google bucket is named without its region");
    return { scheme: "gs", bucket: url.hostname, prefix };
  }
  return { scheme: "s3", bucket: url.hostname, prefix, ...(region === undefined ? {} : { region }) };
}

/** Decodes percent signs; undefined if the result is not text, or contains characters that a path must not have. */
function decoded(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
