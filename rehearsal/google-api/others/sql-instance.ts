import { type Json, objectOf, textOf } from "../json.ts";
import { GoogleRefusal, invalid } from "../refusal.ts";
import { timeOf, type MockWorld } from "../world.ts";

/** A new instance as Google answers it. Throws the refusals of Cloud SQL. */
export function makeInstance(world: MockWorld, body: Json): Json {
  const { id } = world.project;
  const name = textOf(body, "name") ?? "";
  const region = textOf(body, "region") ?? "us-central1";
  const version = textOf(body, "databaseVersion") ?? "";
  const posted = objectOf(body["settings"]);
  checkInstance(world, name, version, posted);
  const psc = objectOf(objectOf(posted["ipConfiguration"])["pscConfig"])["pscEnabled"] === true;
  const location = objectOf(posted["locationPreference"]);
  return {
    kind: "sql#instance",
    ...body,
    name,
    project: id,
    region,
    databaseInstalledVersion: `${version}_6`,
    state: "PENDING_CREATE",
    instanceType: "CLOUD_SQL_INSTANCE",
    backendType: "SECOND_GEN",
    connectionName: `${id}:${region}:${name}`,
    createTime: timeOf(world),
    gceZone: location["zone"] ?? `${region}-a`,
    selfLink: `https://sqladmin.googleapis.com/sql/v1beta4/projects/${id}/instances/${name}`,
    serviceAccountEmailAddress: `p${world.project.number}-mock@gcp-sa-cloud-sql.iam.gserviceaccount.com`,
    etag: "ZXRhZw==",
    ...(psc
      ? {
          pscServiceAttachmentLink: `projects/producer-of-${id}/regions/${region}/serviceAttachments/${name}-attachment`,
          dnsName: `${name}.${region}.sql.goog.`,
        }
      : {}),
    settings: settingsOf(posted),
  };
}

/** The instance's settings with the defaults of the REST reference. */
function settingsOf(posted: Json): Json {
  return {
    kind: "sql#settings",
    activationPolicy: "ALWAYS",
    availabilityType: "ZONAL",
    pricingPlan: "PER_USE",
    replicationType: "SYNCHRONOUS",
    storageAutoResize: true,
    storageAutoResizeLimit: "0",
    connectorEnforcement: "NOT_REQUIRED",
    deletionProtectionEnabled: false,
    edition: "ENTERPRISE",
    dataDiskSizeGb: "10",
    dataDiskType: "PD_SSD",
    settingsVersion: "1",
    ...posted,
    backupConfiguration: {
      kind: "sql#backupConfiguration",
      startTime: "12:00",
      enabled: false,
      backupRetentionSettings: { retentionUnit: "COUNT", retainedBackups: 7 },
      transactionLogRetentionDays: 7,
      transactionalLogStorageState: "TRANSACTIONAL_LOG_STORAGE_STATE_UNSPECIFIED",
      ...objectOf(posted["backupConfiguration"]),
    },
    ipConfiguration: {
      ipv4Enabled: true,
      requireSsl: false,
      sslMode: "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
      serverCaMode: "GOOGLE_MANAGED_INTERNAL_CA",
      ...objectOf(posted["ipConfiguration"]),
    },
    locationPreference: { kind: "sql#locationPreference", ...objectOf(posted["locationPreference"]) },
  };
}

function checkInstance(world: MockWorld, name: string, version: string, settings: Json): void {
  if (!/^[a-z][-a-z0-9]{0,96}[a-z0-9]$/.test(name))
    throw invalid("name", name, "It must be a valid instance name");
  if (!world.project.postgresVersions.includes(version))
    throw invalid("databaseVersion", version, "It is not a version of Cloud SQL");
  const tier = textOf(settings, "tier") ?? "";
  const [, cores, memoryMib] = /^db-custom-(\d+)-(\d+)$/.exec(tier) ?? [];
  // From Postgres 16 on the default edition is ENTERPRISE_PLUS, which does not have custom tiers.
  const edition =
    textOf(settings, "edition") ??
    (Number(version.replace("POSTGRES_", "")) >= 16 ? "ENTERPRISE_PLUS" : "ENTERPRISE");
  if (edition === "ENTERPRISE_PLUS" && cores !== undefined) {
    throw new GoogleRefusal(400, "invalidRequest", `Invalid Tier (${tier}) for (${edition}) Edition.`);
  }
  if (
    cores !== undefined &&
    (Number(memoryMib) % 256 !== 0 || (Number(cores) > 1 && Number(cores) % 2 !== 0))
  )
    throw invalid("settings.tier", tier, "Cores must be 1 or even, and memory a multiple of 256 MiB");
}
