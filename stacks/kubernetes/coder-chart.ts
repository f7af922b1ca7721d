import type { ReleaseConfig } from "@cdktf/provider-helm/lib/release/index.js";
import type { ITerraformDependable } from "cdktf";

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

export interface ChartReleaseProps {
  /** It also selects the release's pods. */
  readonly name: string;
  readonly namespace: string;
  readonly chart: ChartSource;
  readonly values: Readonly<Record<string, unknown>>;
  /** Everything that must exist before its pods start, and until they are deleted. */
  readonly dependsOn: ITerraformDependable[];
}

/** Returns the release of one of Coder's charts. */
export function chartRelease(
  chartName: "coder" | "coder-provisioner",
  { name, namespace, chart, values, dependsOn }: ChartReleaseProps,
): ReleaseConfig {
  return {
    name,
    ...chartOf(chartName, chart),
    namespace,
    createNamespace: false,
    // JSON is valid YAML.
    values: [JSON.stringify(values, undefined, 2)],
    // The apply fails without ready pods and an address of the load balancer.
    wait: true,
    // Seconds for the image, and the database's migrations.
    timeout: 900,
    // A failed release remains for inspection, and the teardown removes it.
    atomic: false,
    cleanupOnFail: false,
    dependsOn,
  };
}

/** A path or an archive's URL has its own version; a registry needs the wanted one. */
function chartOf(
  name: "coder" | "coder-provisioner",
  { version, own }: ChartSource,
): Pick<ReleaseConfig, "chart" | "repository" | "version"> {
  if (own === undefined) return { repository: "https://helm.coder.com/v2", chart: name, version };
  return own.startsWith("oci://") ? { chart: own, version } : { chart: own };
}
