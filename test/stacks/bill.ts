import type { EstimatedCost } from "../../reference-architectures/cost/estimate.ts";
import type { Synthesis } from "./synthesize.ts";

/** How many there are of each machine type, and GiB of each type of machine's own disk. */
export type Inventory = Readonly<Record<string, number>>;

/** The machines and their disks that an estimate counts; workspaces that are machines are Coder's to make. */
export function billed({ items }: EstimatedCost): Inventory {
  const found: Record<string, number> = {};
  for (const { what, quantity } of items) {
    const [, type] = /^(?:GiB of )?([a-z0-9]+[-.][a-z0-9-]+|gp3)(?: for|, disks for) /.exec(what) ?? [];
    if (type !== undefined) found[type] = (found[type] ?? 0) + quantity;
  }
  return found;
}

/** The same as the stacks make them. */
export function made({ resources }: Pick<Synthesis, "resources">): Inventory {
  const found: Record<string, number> = {};
  const count = (type: string, quantity: number): void => {
    found[type] = (found[type] ?? 0) + quantity;
  };
  for (const { type, attributes } of resources) {
    if (type === "google_compute_instance") {
      const { size, type: disk } = attributes.boot_disk.initialize_params;
      count(attributes.machine_type, 1);
      count(disk, size);
    } else if (type === "google_container_node_pool") {
      const { machine_type, disk_type, disk_size_gb } = attributes.node_config;
      count(machine_type, attributes.node_count);
      count(disk_type, attributes.node_count * disk_size_gb);
    } else if (type === "aws_instance") {
      count(attributes.instance_type, 1);
      count(attributes.root_block_device.volume_type, attributes.root_block_device.volume_size);
    } else if (type === "aws_eks_node_group") {
      count(attributes.instance_types[0], attributes.scaling_config.desired_size);
    }
  }
  const nodes = resources
    .filter(({ type }) => type === "aws_eks_node_group")
    .map(
      ({ attributes }) => [attributes.launch_template.id, attributes.scaling_config.desired_size] as const,
    );
  for (const [template, quantity] of nodes) {
    const { attributes } = resources.find(
      ({ type, id }) => type === "aws_launch_template" && template.includes(`.${id}.`),
    )!;
    const { volume_type, volume_size } = attributes.block_device_mappings[0].ebs;
    count(volume_type, quantity * volume_size);
  }
  return found;
}
