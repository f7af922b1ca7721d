import { architectures } from "../../reference-architectures/catalogue.ts";
import { answerFor, type ArchitectureAnswer } from "../../reference-architectures/sizing/answer.ts";
import { formatNumber } from "../../reference-architectures/sizing/number-words.ts";
import type { SizedPart } from "../../reference-architectures/sizing/parts.ts";
import type { Price } from "../../reference-architectures/sizing/terms.ts";
import { formatUsd } from "../../harness/model/record/usd.ts";
import { markdownTable } from "./generated-pages.ts";

/** The numbers of users that the page answers for. */
const USERS = [250, 500, 1_000, 2_000, 3_000, 5_000, 10_000] as const;

/** The architecture of each cloud for which deployments are computed. */
const CLUSTERS = ["gke", "eks", "kubernetes"] as const;

/** What each number of users needs on each cloud, by published rules alone. */
export function sizingAnswers(): string {
  return CLUSTERS.map((name) => {
    const answers = USERS.map((users) => {
      const answer = answerFor({ users }, { architecture: name }, { catalogue: architectures, rows: [] });
      const [one] = answer.architectures;
      if (one === undefined) throw new Error(`no answer for ${name}`);
      return [formatNumber(users), ...cellsOf(one)];
    });
    return `### On \`${name}\`\n\n${markdownTable(HEAD, answers)}`;
  }).join("\n\n");
}

const HEAD = [
  "users",
  "coderd",
  "provisioners",
  "Postgres",
  "nodes: Coder, provisioners, workspaces, system",
  "licence",
  "a month",
  "a benchmark run",
  "smallest listed size",
  "rests on",
];

function cellsOf({ computed, listed }: ArchitectureAnswer): readonly string[] {
  if (computed === undefined) throw new Error("nothing is computed");
  const { parts, terms } = computed;
  const part = (id: SizedPart["id"]): SizedPart | undefined => parts.find((each) => each.id === id);
  const sized = (id: SizedPart["id"]): string => {
    const found = part(id);
    return found === undefined
      ? "-"
      : `${formatNumber(found.count)} × ${formatNumber(found.cores)} vCPU, ${formatNumber(found.memoryGib)} GiB`;
  };
  const database = part("database");
  const { coder, provisioners, workspaces, system } = computed.size.machines;
  const placed = computed.size.provisioners === "builtin" ? " (in coderd)" : "";
  return [
    sized("coder"),
    `${formatNumber(part("provisioners")?.count ?? 0)}${placed}`,
    `${formatNumber(database?.cores ?? 0)} vCPU, ${formatNumber(database?.memoryGib ?? 0)} GiB: \`${database?.tier ?? ""}\``,
    [coder, provisioners, workspaces, system].map(({ nodes }) => formatNumber(nodes)).join(", "),
    terms.licensed ? "yes" : "no",
    priceWords(terms.perMonth),
    priceWords(terms.perRun),
    listed === undefined ? "none" : `\`${listed.size}\``,
    part("coder")?.restsOn.kind ?? "",
  ];
}

function priceWords(price: Price): string {
  return price.state === "priced" ? formatUsd(price.usd) : "unknown";
}
