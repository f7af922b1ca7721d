import type { ResolvedSize } from "../../../reference-architectures/catalogue.ts";
import type { Architecture } from "../../../reference-architectures/architecture.ts";
import { formatCount } from "../../tools/count-text.ts";
import type { Files } from "./generalize.ts";

/** Whom a README is written for: the size and its architecture, and the files that it describes. */
interface Described {
  readonly size: ResolvedSize;
  readonly architecture: Architecture;
  readonly roots: readonly string[];
  /** Whether the coder root starts provisioners with a key that Coder makes. */
  readonly hasProvisioners: boolean;
}

/** Returns the README of all roots. */
export function exportReadme(size: ResolvedSize, architecture: Architecture, files: Files): string {
  const roots = ["cloud", "coder"].filter(
    (root) => files.has(`${root}/main.tf`) || files.has(`${root}/versions.tf`),
  );
  const hasProvisioners = [...files.values()].some((text) => text.includes('variable "provisioner_key"'));
  const described = { size, architecture, roots, hasProvisioners };
  const sections = [
    title(described),
    needs(described),
    variables(described),
    apply(described),
    ...(hasProvisioners ? [provisioners(described)] : []),
    reach(described),
    destroy(described),
    state(described),
    beforeProduction(described),
  ];
  return `${sections.join("\n\n")}\n`;
}

function title({ size: { architecture, name, figures }, architecture: { label }, roots }: Described): string {
  const folders = roots.map((root) => `- \`${root}/\`: ${ROOTS[root] ?? root}`);
  return `# Coder: ${label}, size ${name}

Plain Terraform (or OpenTofu) of the reference architecture \`${architecture}\` in its size \`${name}\`: ${formatCount(figures.users)} users,
${formatCount(figures.workspaces)} running workspaces, ${formatCount(figures.concurrentBuilds)} builds at once. Coder ${figures.coder.version}.

${folders.join("\n")}

Each folder is a root of its own, because a provider cannot reach a cluster of the same plan.`.replace(
    /\n\nEach folder[^]*$/,
    (words) => (roots.length > 1 ? words : ""),
  );
}

const ROOTS: Readonly<Record<string, string>> = {
  cloud: "network, database and machines",
  coder: "everything inside the cluster: Coder, and the namespace of its workspaces",
};

function needs({ size: { figures }, architecture: { cloud, carriedBy } }: Described): string {
  const lines = [
    "Terraform 1.11 or later, or OpenTofu 1.11 or later.",
    ...{
      google: [
        "Google's application default credentials: `gcloud auth application-default login`.",
        `The project's APIs: \`gcloud services enable ${GOOGLE_APIS.filter(
          (api) => api !== "container" || carriedBy === "gke",
        )
          .map((api) => `${api}.googleapis.com`)
          .join(" ")}\`.`,
      ],
      aws: ["AWS credentials, and the `aws` command, which makes the cluster's tokens."],
      kubernetes: [
        "A cluster, and a context of a kubeconfig that may make namespaces, roles and Secrets in it.",
      ],
    }[cloud],
    ...(carriedBy === "gke" ? ["`gke-gcloud-auth-plugin`, which makes the cluster's tokens."] : []),
    ...(figures.licensed
      ? [
          "A licence of Coder: this size has more than one replica or external provisioners. Add it after the first apply, with `coder licenses add`.",
        ]
      : []),
  ];
  return `## Before you begin\n\n${lines.map((line) => `- ${line}`).join("\n")}`;
}

const GOOGLE_APIS = ["compute", "container", "sqladmin", "secretmanager", "iam", "cloudresourcemanager"];

function variables({ size, architecture: { cloud } }: Described): string {
  const secret = size.figures.database.kind === "external" ? "database_url" : "db_password";
  const place = {
    google: ["export TF_VAR_project=my-project"],
    aws: ["export TF_VAR_account=123456789012"],
    kubernetes: ["export TF_VAR_context=my-cluster TF_VAR_kubeconfig=~/.kube/config"],
  }[cloud];
  return `## Variables

Names and labels come from \`name\` and \`labels\`; \`variables.tf\` of each folder has all. Variables of the shell reach both:

\`\`\`sh
export TF_VAR_name=coder
${place.join("\n")}
export TF_VAR_${secret}=${secret === "db_password" ? '"$(openssl rand -hex 24)"' : "'postgres://user:password@host:5432/coder'"}   # keep it: the next apply needs it again
\`\`\`

\`${secret}\` is ephemeral: it is in no plan and no state. A destroy works without it. Use letters and digits only in a password, since
it becomes part of a URL. To change it later, also raise \`password_wo_version\`, \`secret_data_wo_version\` and \`data_wo_revision\` where they occur.`;
}

function apply({ roots }: Described): string {
  const lines = roots.flatMap((root) => [`terraform -chdir=${root} init`, `terraform -chdir=${root} apply`]);
  return `## Apply\n\n\`\`\`sh\n${lines.join("\n")}\n\`\`\`\n\nWith OpenTofu, say \`tofu\` instead of \`terraform\`. Use one of them for an environment, not both.`;
}

function provisioners({ roots, size: { figures } }: Described): string {
  const root = roots.at(-1) ?? "coder";
  const tags = figures.externalProvisioners.tags
    .split(",")
    .filter((tag) => tag !== "")
    .map((tag) => ` --tag ${tag}`)
    .join("");
  return `## External provisioners: a second apply

Builds run in external provisioners, which need a key that only a running Coder with a licence can make. So the first apply has none
of them, and no build runs. Reach Coder and add the licence (below), then:

\`\`\`sh
export TF_VAR_provisioner_key="$(coder provisioner keys create builds${tags})"
export TF_VAR_provisioners=${figures.externalProvisioners.count}
terraform -chdir=${root} apply
\`\`\`

The key is ephemeral too: keep it and the number for every later apply. An apply without them removes the provisioners.`;
}

function reach({ architecture: { carriedBy }, roots }: Described): string {
  const last = roots.at(-1) ?? "coder";
  const forward = `kubectl --namespace="$(terraform -chdir=coder output -raw coder_namespace)" port-forward service/coder 7080:80`;
  const lines = {
    gke: [
      'gcloud container clusters get-credentials "$TF_VAR_name-gke" --location=ZONE --project="$TF_VAR_project" --dns-endpoint',
      forward,
    ],
    eks: ['aws eks update-kubeconfig --region=REGION --name="$TF_VAR_name-eks"', forward],
    "own-cluster": [forward.replace("kubectl", 'kubectl --context="$TF_VAR_context"')],
    "one-machine": [MACHINE],
    "machine-each": [MACHINE],
  }[carriedBy];
  return `## Reach Coder

\`terraform -chdir=${last} output coder_url\` is Coder's URL. It answers inside the network only. From elsewhere, in a shell that stays open:

\`\`\`sh
${lines.join("\n")}
\`\`\`

Then \`coder login http://localhost:7080\` makes the first user, who is the owner. \`terraform -chdir=${last} output template_variables\` says
where a workspace template creates workspaces.${carriedBy === "machine-each" ? " Coder may only make machines and disks whose names begin with `name` and a hyphen." : ""}`;
}

const MACHINE =
  'gcloud compute ssh "$TF_VAR_name-coder" --project="$TF_VAR_project" --zone=ZONE --tunnel-through-iap -- -N -L 7080:localhost:7080';

function destroy({ roots, architecture: { carriedBy } }: Described): string {
  const lines = roots.toReversed().map((root) => `terraform -chdir=${root} destroy`);
  const leftovers = {
    gke: "Disks and pods that Coder made are in no state: they would stay, and are billed.",
    eks: "Disks and pods that Coder made are in no state: they would stay, and are billed.",
    "own-cluster": "Pods and disks that Coder made are in no state.",
    "one-machine": "Workspaces are containers on Coder's machine, which ends with it.",
    "machine-each": "Machines and disks that Coder made are in no state: they would stay, and are billed.",
  }[carriedBy];
  return `## Destroy, so that nothing remains

Workspaces first, while Coder runs: ${leftovers}

\`\`\`sh
coder list --all --column workspace   # then coder delete OWNER/NAME --yes for each, until the list is empty
${lines.join("\n")}
\`\`\`

Where a network is still in use some minutes after its last machine, repeat the last command. Then look: the cloud's console must list
nothing whose name begins with \`name\`, and no disk of a workspace.`;
}

function state({ roots }: Described): string {
  const reads =
    roots.length > 1
      ? " `coder` reads `../cloud/terraform.tfstate` (`coder/cloud.tf`). With a remote state, add a `backend` block to `versions.tf` of each folder, and name the same backend in `coder/cloud.tf`."
      : " For a remote state, add a `backend` block to `versions.tf`.";
  return `## State\n\nEach folder keeps its state in \`terraform.tfstate\`.${reads}`;
}

function beforeProduction({ architecture: { carriedBy, cloud }, size }: Described): string {
  const isManaged = size.figures.database.kind === "cloud-sql" || size.figures.database.kind === "rds";
  const lines = [
    "`CODER_DANGEROUS_DISABLE_RATE_LIMITS` is `true`, so that a load from one address measures Coder and not its limits. Remove it.",
    "`CODER_PPROF_ENABLE` and the Prometheus address answer inside the network.",
    "Coder serves plain HTTP inside the network. Put TLS in front of it, or give it a certificate.",
    "Telemetry and the check for updates are off.",
    ...(isManaged ? ["The database has no backups, no standby and no deletion protection."] : []),
    ...(cloud === "kubernetes" && !isManaged
      ? ["Postgres, where it is made, is one pod with one disk, without backups."]
      : []),
    ...(carriedBy === "gke"
      ? ["Google upgrades the cluster by its release channel; `no_upgrades` keeps a time free of upgrades."]
      : []),
    "The number of nodes is fixed: nothing scales by itself.",
  ];
  return `## Before production

The size is that of a benchmark, so some settings serve a measurement. Read these before people use it:

${lines.map((line) => `- ${line}`).join("\n")}`;
}
