/** The disk driver on EKS: a pinned release of its own chart. */
export const DISK_DRIVER_CHART = {
  repository: "https://kubernetes-sigs.github.io/aws-ebs-csi-driver",
  chart: "aws-ebs-csi-driver",
  version: "2.55.0",
} as const;

/** The URL of the archive in the repository's index. */
export function diskDriverArchive(): string {
  const { chart, version } = DISK_DRIVER_CHART;
  return `https://github.com/kubernetes-sigs/aws-ebs-csi-driver/releases/download/helm-chart-${chart}-${version}/${chart}-${version}.tgz`;
}
