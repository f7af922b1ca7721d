import type { Architecture, Size } from "../../reference-architectures/architecture.ts";
import { type Standing, standingOf } from "../../reference-architectures/cost/standing.ts";
import { KINDS_ALSO_MADE_BY_OTHERS } from "../model/kinds-also-made-by-others.ts";

/** Something of a run that is in no Terraform state of its stacks. */
export interface MadeByOthers {
  /** A kind of Terraform's, or of Kubernetes. */
  readonly what: string;
  /** How many at the same time; undefined if the cloud decides. */
  readonly count: number | undefined;
  /** Who makes it: a cluster's controllers, or Coder by its template. */
  readonly by: "controllers" | "Coder";
  readonly why: string;
}

/** Lists what controllers and Coder make in an environment of a size beside Terraform's stacks. */
export function listMadeByOthers(
  { carriedBy }: Pick<Architecture, "carriedBy">,
  size: Size,
  load: { readonly runner: boolean; readonly generators?: number | undefined },
): readonly MadeByOthers[] {
  const standing = standingOf({ carriedBy }, size, load);
  switch (carriedBy) {
    case "gke":
      return [
        ...gkeControllers(standing),
        ...podsOf(size),
        ...workspacePods(standing, "google_compute_disk"),
      ];
    case "eks":
      return [...eksControllers(standing), ...podsOf(size), ...workspacePods(standing, "aws_ebs_volume")];
    case "own-cluster":
      return [...podsOf(size), ...workspacePods({ ...standing, homeVolumes: ownHomes(size) })];
    case "one-machine":
      return byTemplate(["docker_container", "docker_volume"], size.workspaces);
    case "machine-each":
      return [
        {
          what: "google_compute_instance",
          count: size.workspaces,
          by: "Coder",
          why: "a machine for each workspace",
        },
        {
          what: "google_compute_disk",
          count: size.workspaces,
          by: "Coder",
          why: "its boot disk, with the home",
        },
      ];
  }
}

/** The balancer in front of Coder and the parts of its pools, as GKE's controllers make them. */
function gkeControllers({ pools }: Standing): readonly MadeByOthers[] {
  const own = nodePools(pools);
  return [
    ...controllers({
      google_compute_forwarding_rule: 1,
      google_compute_region_backend_service: 1,
      google_compute_health_check: 1,
      google_compute_firewall: undefined,
    }),
    ...controllers({
      google_compute_instance_group_manager: own.length,
      google_compute_instance_template: own.length,
      google_compute_instance: nodesOf(own),
    }),
  ];
}

function eksControllers({ pools }: Standing): readonly MadeByOthers[] {
  const own = nodePools(pools);
  return controllers({
    aws_lb: 1,
    aws_lb_target_group: 1,
    aws_security_group: undefined,
    aws_network_interface: undefined,
    aws_autoscaling_group: own.length,
    aws_instance: nodesOf(own),
  });
}

function controllers(counts: Readonly<Record<string, number | undefined>>): readonly MadeByOthers[] {
  return Object.entries(counts).map(([what, count]) => ({
    ...{ what, count, by: "controllers" },
    why: KINDS_ALSO_MADE_BY_OTHERS[what] ?? "a cluster's controllers",
  }));
}

/** The pools that are nodes of the cluster, without the load runner. */
function nodePools(pools: Standing["pools"]): Standing["pools"] {
  return pools.filter(({ disk }) => disk.kind === "node");
}

function nodesOf(pools: Standing["pools"]): number {
  return pools.reduce((sum, { nodes }) => sum + nodes, 0);
}

/** The pods of Coder's charts, which Helm installs and Terraform does not list. */
function podsOf({ coder, provisioners, externalProvisioners }: Size): readonly MadeByOthers[] {
  const pods = { what: "pod", by: "controllers" } as const;
  return [
    { ...pods, count: coder.replicas, why: "replicas of Coder" },
    ...(provisioners === "external"
      ? [{ ...pods, count: externalProvisioners.count, why: "external provisioners" }]
      : []),
  ];
}

function workspacePods({ size, homeVolumes }: Standing, disk?: string): readonly MadeByOthers[] {
  return [
    { what: "pod", count: size.workspaces, by: "Coder", why: "workspaces" },
    ...(homeVolumes === 0
      ? []
      : [
          {
            what: "persistent volume claim",
            count: homeVolumes,
            by: "Coder" as const,
            why: "homes of workspaces",
          },
          {
            ...{ what: disk ?? "persistent volume", count: homeVolumes, by: "controllers" as const },
            why: "the disk behind each claim",
          },
        ]),
  ];
}

function ownHomes({ workspaces, homeVolumeGib }: Size): number {
  return homeVolumeGib > 0 ? workspaces : 0;
}

function byTemplate(kinds: readonly string[], count: number): readonly MadeByOthers[] {
  return kinds.map((what) => ({ what, count, by: "Coder", why: "one for each workspace" }));
}
