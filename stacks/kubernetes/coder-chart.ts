import type { ReleaseConfig } from "@cdktf/provider-helm/lib/release/index.js";

/** Where a chart of Coder's is from. */
export interface ChartSource {
  /** The version in Coder's repository. */
  readonly version: string;
  /**
   * A chart of the user's own: a path or URL.
   * @default Coder's chart of that version, from Coder's repository
   */
  readonly own?: string | undefined;
}

/** Returns the chart of a release. A path or an archive's URL has its own version; a registry needs the wanted one. */
export function coderChart(
  name: "coder" | "coder-provisioner",
  { version, own }: ChartSource,
): Pick<ReleaseConfig, "chart" | "repository" | "version"> {
  if (own === undefined) return { repository: "https://helm.coder.com/v2", chart: name, version };
  return own.startsWith("oci://") ? { chart: own, version } : { chart: own };
}
