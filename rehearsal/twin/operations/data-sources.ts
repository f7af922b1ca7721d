import { itemKey } from "../../inventory/key.ts";
import { TWIN_CALLER } from "../project.ts";
import { resolved } from "../values/complete.ts";
import { templateHash } from "../values/template.ts";
import type { Values } from "../values/value.ts";
import { mapAttributes, valueAt } from "../values/walk.ts";
import type { TypeSchema } from "../values/schema.ts";
import type { Cloud } from "../cloud/cloud.ts";
import { CloudError } from "../cloud/cloud-error.ts";
import { clusterAt } from "../cloud/place.ts";
import type { TwinPlace } from "../cloud/place.ts";

interface AskedData {
  readonly type: string;
  readonly schema: TypeSchema;
  readonly place: TwinPlace;
  readonly config: Values;
}

/** Answers a data source. */
export async function readDataSource(cloud: Cloud, asked: AskedData): Promise<Values> {
  const answer = await answerOf(cloud, asked);
  return mapAttributes(asked.schema.block, { ...asked.config, ...answer }, (value, { type }) =>
    type === undefined ? value : resolved(type, value),
  );
}

async function answerOf(cloud: Cloud, { type, place, config }: AskedData): Promise<Values> {
  const { project, region, zone } = place.context;
  const text = (name: string): string | undefined =>
    typeof config[name] === "string" ? config[name] : undefined;
  switch (type) {
    case "google_client_config":
      return {
        id: `projects/${project ?? ""}`,
        project,
        region,
        zone,
        access_token: "twin-token",
        default_labels: place.labels,
      };
    case "aws_caller_identity":
      return {
        id: project,
        account_id: project,
        arn: TWIN_CALLER,
        user_id: "TWIN",
      };
    case "aws_ssm_parameter": {
      const name = text("name") ?? "";
      // The twin knows only the images among AWS's own parameters. An unpublished one is not found, as on AWS.
      if (!name.startsWith("/aws/service/ami-amazon-linux-latest/al2023-"))
        throw new CloudError(`couldn't find SSM Parameter ${name}: ParameterNotFound`);
      const value = `ami-${templateHash(name).toString("hex").slice(0, 17)}`;
      return {
        id: name,
        arn: `arn:aws:ssm:${region ?? ""}::parameter${name}`,
        type: "String",
        value,
        insecure_value: value,
        version: 1,
      };
    }
    case "google_project": {
      const id = text("project_id") ?? project ?? "";
      const number = String(templateHash(id).readUInt32BE());
      return {
        id: `projects/${id}`,
        project_id: id,
        name: id,
        number,
        labels: {},
        effective_labels: {},
        terraform_labels: {},
      };
    }
    case "google_compute_image": {
      const family = text("family") ?? text("name") ?? "image";
      const path = `projects/${text("project") ?? project ?? ""}/global/images/${text("name") ?? `${family}-v20260101`}`;
      return {
        id: path,
        name: path.split("/").at(-1),
        family,
        self_link: `https://www.googleapis.com/compute/v1/${path}`,
        status: "READY",
        disk_size_gb: 10,
        labels: {},
      };
    }
    case "google_container_engine_versions": {
      const prefix = text("version_prefix") ?? "1.33.";
      const version = /^\d+\.\d+\.$/.test(prefix) ? `${prefix}5-gke.1000000` : prefix.replace(/\.$/, "");
      return {
        id: "now",
        project,
        valid_master_versions: [version],
        valid_node_versions: [version],
        default_cluster_version: version,
        latest_master_version: version,
        latest_node_version: version,
        release_channel_default_version: { RAPID: version, REGULAR: version, STABLE: version },
        release_channel_latest_version: { RAPID: version, REGULAR: version, STABLE: version },
      };
    }
    case "kubernetes_service":
    case "kubernetes_service_v1":
      return service(cloud, place, config);
    default:
      throw new CloudError(`the twin does not answer the data source ${type} yet`);
  }
}

async function service({ store }: Cloud, place: TwinPlace, config: Values): Promise<Values> {
  const name = String(valueAt(config, "metadata.0.name"));
  const namespace = (valueAt(config, "metadata.0.namespace") ?? "default") as string;
  const cluster = await clusterAt(store, place, `namespaces/${namespace}/services/${name}`);
  const found = await store.get(itemKey("kubernetes_service", `${cluster.name}/${namespace}`, name));
  // The real provider answers a missing Service with an empty id and no error.
  if (found === undefined) return { id: "", spec: [], status: [] };
  const { metadata, spec, status } = found.attributes ?? {};
  return { id: `${namespace}/${name}`, metadata, spec, status };
}
