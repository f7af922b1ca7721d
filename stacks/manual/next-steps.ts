import type { Size } from "../../reference-architectures/architecture.ts";
import { getArchitecture } from "../../reference-architectures/catalogue.ts";
import { parseProvisionerTags } from "../../reference-architectures/capacity/provisioner-tags.ts";
import { templateFolder } from "../../reference-architectures/template-folder.ts";
import { templateVariables } from "../../reference-architectures/template.ts";
import { templateTrust } from "../coder-certificate.ts";
import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";
import { TWIN_PROJECT } from "../../reference-architectures/twin-project.ts";
import type { CoderOutputs } from "../outputs.ts";
import { hasExternalProvisioners, PROVISIONER_KEY, PROVISIONERS } from "../provisioners/variables.ts";

export interface NextStepsProps {
  readonly environment: Environment;
  readonly size: Size;
  /** The place of workspaces, from the stacks' outputs. */
  readonly place: CoderOutputs["template_variables"];
  /** For Coder in a cluster: its namespace. */
  readonly coderNamespace?: string;
}

/** The local port to which Coder's port is forwarded. */
const LOCAL_PORT = 7080;

/** The environment variables by which Terraform gets the two variables of external provisioners. */
const KEY_VARIABLE = `TF_VAR_${PROVISIONER_KEY}`;
const COUNT_VARIABLE = `TF_VAR_${PROVISIONERS}`;

/** Returns the next steps after a manual deployment, as an output; nothing for a run, which needs none. */
export function nextSteps(props: NextStepsProps): Pick<CoderOutputs, "next_steps"> {
  const { environment } = props;
  if (environment.managed !== "manual") return {};
  const { name } = getArchitecture(environment.architecture);
  const lines =
    environment.project === TWIN_PROJECT
      ? [
          ...loginOnTwin(environment),
          ...beforeDestroy(
            `npx refbench drain ${name} --rehearse`,
            `npx refbench twin exec -- npx cdktf`,
            name,
          ),
        ]
      : [
          "Coder answers inside its network only, at coder_url. To reach it from here, in a shell that stays open:",
          ...reach(props).map((command) => `  ${command}`),
          "In another shell, make its first user, who is its owner, and give it the workspaces' template:",
          ...login(environment),
          ...provisioners(props),
          `  ${pushTemplate(props)}`,
          // The login is for the forwarded port only.
          ...beforeDestroy(
            `npx refbench drain ${name} --runner local --url ${forwardedUrl(environment)}`,
            "npx cdktf",
            name,
          ),
        ];
  return { next_steps: lines.join("\n") };
}

/** The certificate is also for `localhost`. Only this shell trusts its authority. */
function login({ tls }: Environment): readonly string[] {
  if (tls === undefined) return [`  coder login ${forwardedUrl({ tls })}`];
  return [
    `  echo ${templateTrust({ tls })["coder_ca"] ?? ""} | base64 --decode >coder-ca.pem`,
    "  export SSL_CERT_FILE=$PWD/coder-ca.pem",
    `  coder login ${forwardedUrl({ tls })}`,
  ];
}

/** Without provisioners Coder could not even import the template. Coder makes their key once it has its licence. */
function provisioners({ environment, size }: NextStepsProps): readonly string[] {
  if (!hasExternalProvisioners(size)) return [];
  const { count, tags } = size.externalProvisioners;
  const flags = Object.entries(parseProvisionerTags(tags)).map(([key, value]) => ` --tag ${key}=${value}`);
  const stack = getArchitecture(environment.architecture).stacks.at(-1) ?? "";
  return [
    "  coder licenses add --file <licence>",
    `  coder provisioner keys create bench${flags.join("")}`,
    `  ${KEY_VARIABLE}=<key> ${COUNT_VARIABLE}=${count} npx cdktf deploy ${stack}`,
  ];
}

function forwardedUrl({ tls }: Pick<Environment, "tls">): string {
  return `${tls === undefined ? "http" : "https"}://localhost:${LOCAL_PORT}`;
}

function loginOnTwin({ tls }: Environment): readonly string[] {
  if (tls !== undefined) {
    return [
      `The emulated Coder answers on this machine, at coder_url, with a certificate for ${tls.serverName}.`,
    ];
  }
  return [
    "The emulated Coder answers on this machine, at coder_url. Make its first user, who is its owner:",
    "  coder login <coder_url>",
  ];
}

function beforeDestroy(drain: string, cdktf: string, name: string): readonly string[] {
  return [
    "Terraform knows no workspace. Before the destroy, have Coder delete them:",
    `  ${drain}`,
    `  ${cdktf} destroy '${name}*'`,
  ];
}

/**
 * Returns the commands that forward Coder's port, with the cloud's own permissions, without a key or an open port.
 * The names are known before the resources exist.
 */
function reach({ environment, coderNamespace = "" }: NextStepsProps): readonly string[] {
  const { region, zone, project } = environment;
  const { carriedBy } = getArchitecture(environment.architecture);
  const where = `--project=${project} --${carriedBy === "gke" ? "location" : "zone"}=${zone}`;
  const port = environment.tls === undefined ? 80 : 443;
  const forward = `--namespace=${coderNamespace} port-forward service/coder ${LOCAL_PORT}:${port}`;
  switch (carriedBy) {
    case "gke":
      return [
        `gcloud container clusters get-credentials ${benchName(environment, "gke")} ${where} --dns-endpoint`,
        `kubectl ${forward}`,
      ];
    case "eks":
      return [
        `aws eks update-kubeconfig --region=${region} --name=${benchName(environment, "eks")}`,
        `kubectl ${forward}`,
      ];
    case "own-cluster":
      return [`kubectl ${kubectlPlace(environment)} ${forward}`];
    case "one-machine":
    case "machine-each":
      return [
        `gcloud compute ssh ${benchName(environment, "coder")} ${where} --tunnel-through-iap -- -N -L ${LOCAL_PORT}:localhost:${LOCAL_PORT}`,
      ];
  }
}

/** Returns kubectl's flags for the user's own cluster. */
function kubectlPlace({ ownCluster }: Environment): string {
  const { kubeconfig = "", context = "" } = ownCluster ?? {};
  return `--kubeconfig=${quoted(kubeconfig)} --context=${quoted(context)}`;
}

/** Quotes a word for the shell unless it is plain. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]*$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Returns the command that uploads the workspace template, with the labels by which an inventory finds the
 * workspaces' resources.
 */
function pushTemplate({ environment, size, place }: NextStepsProps): string {
  const { name, templateName } = getArchitecture(environment.architecture);
  const { runId, owner, expiresAt } = environment;
  const variables = templateVariables({ architecture: name, size, runId, owner, expiresAt, place });
  return [
    `coder templates push ${templateName} --yes --directory ${templateFolder(name)}`,
    ...Object.entries(variables).map(([variable, value]) => `--variable ${variable}=${value}`),
  ].join(" \\\n    ");
}
