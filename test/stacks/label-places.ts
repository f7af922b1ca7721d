import { readFileSync } from "node:fs";
import { join } from "node:path";
import { schemaFile } from "../../rehearsal/twin/schema-file.ts";
import type { BlockSchema, TypeSchema } from "../../rehearsal/twin/values/schema.ts";
import type { Synthesized, TerraformJson } from "./synthesize.ts";

const SCHEMAS = join(import.meta.dirname, "../../rehearsal/twin/schemas");

/** How the providers call what can carry our labels, and whatever else sounds like it. */
const SOUNDS_LIKE_LABELS = /(^|_)(labels|tags)$/;

/** Attributes with a similar name and another meaning, by the end of their path. */
const OTHER_MEANING: readonly (readonly [path: RegExp, meaning: string])[] = [
  [/(^|\.)resource_manager_tags$/, "Google's tags for policies, by which nothing is listed"],
  [/^google_secret_manager_secret\.tags$/, "the same tags"],
  [/^google_compute_instance\.tags$|\.node_config\.tags$|\.network_tags\.tags$/, "whom a firewall means"],
  [/^google_compute_firewall\.(source|target)_tags$/, "whom a firewall means"],
  [/\.node_config\.labels$|^aws_eks_node_group\.labels$/, "Kubernetes' labels of a node"],
  [/\.match_labels$/, "a selector"],
  [/\.(record_application_tags|instance_metadata_tags)$/, "a switch"],
  [
    /^aws_instance\.ebs_block_device\./,
    "further disks: the one machine of that kind has none, as another law says",
  ],
  [
    /\.volume\.ephemeral\.volume_claim_template\./,
    "claims of a pod's own volumes: the one Deployment has none, as another law says",
  ],
  [
    /^google_container_cluster\.node_pool\./,
    "pools inside of the cluster: each is a resource of its own here",
  ],
];

/** One place of a resource that can carry labels, with what the stacks wrote there. */
export interface LabelPlace {
  readonly path: string;
  readonly value: unknown;
  /** The provider adds its default labels here automatically. */
  readonly byDefault: boolean;
}

/** Every place, nested ones too, in which the provider's schema lets a resource carry labels. */
export function labelPlaces({ type, attributes }: Synthesized): readonly LabelPlace[] {
  const file = join(SCHEMAS, schemaFile("resource", type));
  const { block } = JSON.parse(readFileSync(file, "utf8")) as TypeSchema;
  const byDefault = block.attributes?.["terraform_labels"] ?? block.attributes?.["tags_all"];
  return placesOf(block, type, [attributes]).map(({ path, value }) => ({
    path,
    value,
    byDefault: byDefault !== undefined && path.split(".").length === 2,
  }));
}

/** A block that is not written is a place too: what it describes may be made all the same. */
function placesOf(
  { attributes = {}, block_types = {} }: BlockSchema,
  path: string,
  written: readonly TerraformJson[],
): Pick<LabelPlace, "path" | "value">[] {
  const own = Object.entries(attributes)
    .filter(([name, { optional, required }]) => SOUNDS_LIKE_LABELS.test(name) && (optional ?? required))
    .filter(([name]) => !OTHER_MEANING.some(([meant]) => meant.test(`${path}.${name}`)))
    .flatMap(([name]) => written.map((block) => ({ path: `${path}.${name}`, value: block?.[name] })));
  const nested = Object.entries(block_types).flatMap(([name, { block }]) => {
    const inside: TerraformJson[] = written.flatMap((outer) => outer?.[name] ?? []);
    return placesOf(block, `${path}.${name}`, inside.length === 0 ? [undefined] : inside);
  });
  return [...own, ...nested];
}
