import { machineWords } from "../../../model/record/machine.ts";
import type { RunRecord } from "../../../model/record/record.ts";
import { versionOf } from "../../judge/coder-version.ts";
import { countOf, formatCount } from "../../../tools/count-text.ts";
import { paceWords } from "../../format/hold-words.ts";
import { platformWord } from "../../format/platform-words.ts";
import { termList } from "../parts/data-table.ts";
import { type Child, type Html, html } from "../parts/html.ts";
import { runKindOf } from "../parts/runs-table.ts";
import { heading } from "../parts/heading.ts";

/** Lists versions, machines and settings of the measurement. */
export function provenanceSection(record: RunRecord): Html {
  const { provenance, cloud, deployment, load, resources, simulated, coder } = record;
  const { refbench, machine, rehearsal, platform = {} } = provenance;
  const generator = record.measurements?.generator.machine;
  const { version, commit, dirty = false, noCommit } = refbench;
  const made = Object.entries(resources);
  return html`${heading(2, "Provenance")}
  ${termList([
    ["Run", html`<code>${record.runId}</code>`],
    ["Started as", runKindOf(record)],
    ["Coder", `${versionOf(record) ?? "version unknown"}${coderAside(record)}`],
    ["Chart", provenance.chartVersion],
    ["Image digest", provenance.coderImageDigest && html`<code>${provenance.coderImageDigest}</code>`],
    [
      "Workspace image digest",
      provenance.workspaceImageDigest && html`<code>${provenance.workspaceImageDigest}</code>`,
    ],
    [
      "Cloud",
      cloud && `${cloud.project}, ${cloud.region}, ${cloud.zone}${cloud.emulated ? " (emulated)" : ""}`,
    ],
    ["Deployment", deployment && html`<code>${deployment.url}</code>`],
    ["Other use during the load", deployment?.inUse.join("; ")],
    ["Requested load", loadWords(load)],
    ["Resources", made.map(([stack, count]) => `${formatCount(count)} in ${stack}`).join(", ")],
    ...Object.entries(platform).map(([name, value]): [string, Child] => [platformTerm(name), value]),
    [
      "Generator's machine",
      generator && `${machineWords(generator)}, Node ${generator.node.replace(/^v/, "")}`,
    ],
    ["Started from", `${machineWords(machine)}, Node ${provenance.node.replace(/^v/, "")}`],
    [
      "refbench",
      html`${version}${commit !== undefined && html` at <code>${commit.slice(0, 12)}</code>`}${noCommit !== undefined && ` without a known commit: ${noCommit}`}${dirty && ", with uncommitted changes"}`,
    ],
    ["Terraform", provenance.terraform],
    [
      "Providers",
      Object.entries(provenance.providers)
        .map(([name, version_]) => `${name} ${version_}`)
        .join(", "),
    ],
    [
      "Twin",
      rehearsal &&
        `cloud ${rehearsal.speed} times and builds ${rehearsal.buildSpeed} times as fast as real ones${twinAside(rehearsal)}${rehearsal.faults === undefined ? "" : ", faults planted"}`,
    ],
    ["Simulated", simulated && `yes, with ${coder === "emulated" ? "an emulated" : "a real"} Coder`],
  ])}`;
}

function platformTerm(name: string): string {
  const word = platformWord(name);
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

function twinAside({
  failBuilds = 0,
  shellDelayMs,
}: NonNullable<RunRecord["provenance"]["rehearsal"]>): string {
  const failing = failBuilds === 0 ? "" : `, ${failBuilds * 100} % of builds set to fail`;
  return shellDelayMs === undefined ? failing : `${failing}, shells delayed by ${shellDelayMs} ms`;
}

function coderAside({ simulated, coder, provenance }: RunRecord): string {
  const asked = provenance.coderChannel === undefined ? "" : ` (requested as ${provenance.coderChannel})`;
  if (!simulated) return asked;
  return `${asked}, ${coder === "emulated" ? "emulated" : "a real server on one machine"}`;
}

function loadWords({
  users,
  workspaces,
  concurrentBuilds,
  replicas,
  daemonsPerReplica,
  externalProvisioners,
  connections,
  sshShare,
  ...pace
}: RunRecord["load"]): string {
  const paced = paceWords(pace);
  return (
    `${countOf(users, "user")}, ${countOf(workspaces, "workspace")}, ` +
    `${countOf(concurrentBuilds, "concurrent build")} (${daemonsWords({ replicas, daemonsPerReplica, externalProvisioners })}), ` +
    `${countOf(connections, "connection")}, ${Math.round(sshShare * 100)} % of them SSH` +
    (paced === undefined ? "" : `, ${paced}`)
  );
}

/** Which daemons run the builds. */
function daemonsWords({
  replicas,
  daemonsPerReplica,
  externalProvisioners = 0,
}: Pick<RunRecord["load"], "replicas" | "daemonsPerReplica" | "externalProvisioners">): string {
  const external = countOf(externalProvisioners, "external provisioner");
  const builtIn = `${replicas} × ${daemonsPerReplica} daemons`;
  if (externalProvisioners === 0) return builtIn;
  return daemonsPerReplica === 0 ? external : `${builtIn} and ${external}`;
}
