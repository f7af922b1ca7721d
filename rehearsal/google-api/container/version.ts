import { GoogleRefusal } from "../refusal.ts";
import type { MockWorld } from "../world.ts";

/** Returns the newest version of a channel that matches the requested version, or a prefix such as `1.35`. */
export function versionFor({ project }: MockWorld, channel: string, asked: string | undefined): string {
  const versions = project.kubernetesVersions[channel];
  if (versions === undefined)
    throw new GoogleRefusal(400, "badRequest", `Release channel ${channel} is not known.`);
  const found = versions.find(
    (version) =>
      asked === undefined ||
      asked === "" ||
      asked === "latest" ||
      version === asked ||
      isPrefix(asked, version),
  );
  if (found === undefined) {
    throw new GoogleRefusal(400, "badRequest", `Master version "${asked ?? ""}" is unsupported.`);
  }
  return found;
}

function isPrefix(prefix: string, version: string): boolean {
  return version.startsWith(prefix) && /^[.-]/.test(version.slice(prefix.length));
}
