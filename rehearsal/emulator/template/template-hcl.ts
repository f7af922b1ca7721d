/** The parts of an uploaded template that the emulator reads. */
export interface ParsedTemplate {
  readonly variables: readonly TemplateVariable[];
  readonly parameters: readonly TemplateParameter[];
  /** `resource` blocks that are not Coder's own, by type and name. */
  readonly resources: readonly { readonly type: string; readonly name: string }[];
  readonly agents: readonly TemplateAgent[];
  /** `coder_workspace_preset` blocks, with the number of workspaces to prebuild. */
  readonly presets: readonly { readonly name: string; readonly instances: number }[];
  /** `coder_app` blocks: the slug, whether the app has a separate host, and the agent behind which it runs. */
  readonly apps: readonly { readonly slug: string; readonly subdomain: boolean; readonly agent: string }[];
}

/** A `coder_agent`, or the agent inside one that a `coder_devcontainer` creates. */
export interface TemplateAgent {
  readonly name: string;
  /** The agent that it is inside of. */
  readonly parent?: string;
  readonly system: string;
  /** Scripts are not run: what one comes to is read from it. */
  readonly startup: { readonly behaviour: string; readonly ends: "ready" | "start_error" | "never" };
  /** `EMULATED_SHELL` of its `env`: what its login shell does first. */
  readonly shell: string;
}

export interface TemplateVariable {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  /** Absent: the variable must be given. */
  readonly default?: string;
  readonly sensitive: boolean;
}

export interface TemplateParameter {
  /** The label of its block, by which expressions name it. */
  readonly block: string;
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly type: "string" | "number" | "bool" | "list(string)";
  readonly mutable: boolean;
  readonly default?: string;
  readonly options: readonly { readonly name: string; readonly value: string }[];
  readonly min?: number;
  readonly max?: number;
  /** A pattern of Go's. */
  readonly regex?: string;
  /** It is there only where another parameter has this value. */
  readonly when?: { readonly block: string; readonly value: string };
}

interface Block {
  readonly type: string;
  readonly labels: readonly string[];
  readonly attributes: ReadonlyMap<string, string>;
  readonly blocks: readonly Block[];
}

const TOKEN =
  /\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|<<-?\s*"?(\w+)"?\n[\s\S]*?\n\s*\1(?=\n|$)|"(?:\\.|\$\{[^}]*\}|[^"\\])*"|[{}[\](),=]|[^\s{}[\](),="#]+/g;

/** Reads the blocks of every `.tf` file that matter to Coder; expressions are kept as text, not evaluated. */
export function parseTemplate(files: ReadonlyMap<string, string>): ParsedTemplate {
  const blocks = [...files]
    .filter(([name]) => name.endsWith(".tf") && !name.replace(/^\.\//, "").includes("/"))
    .flatMap(([, text]) => parseBlocks(tokensOf(text)));
  const resources = blocks.filter(({ type }) => type === "resource");
  return {
    variables: blocks.filter(({ type }) => type === "variable").map(variableOf),
    parameters: blocks
      .filter(({ type, labels }) => type === "data" && labels[0] === "coder_parameter")
      .map(parameterOf),
    resources: resources.filter(({ labels }) => !labels[0]?.startsWith("coder_")).map(typeAndName),
    agents: [
      ...resources.filter(({ labels }) => labels[0] === "coder_agent").map(agentOf),
      ...resources.filter(({ labels }) => labels[0] === "coder_devcontainer").map(containerOf),
    ],
    presets: blocks
      .filter(({ type, labels }) => type === "data" && labels[0] === "coder_workspace_preset")
      .map(presetOf),
    apps: resources.filter(({ labels }) => labels[0] === "coder_app").map(appOf),
  };
}

function presetOf(block: Block): ParsedTemplate["presets"][number] {
  const prebuilds = block.blocks.find(({ type }) => type === "prebuilds");
  const instances = Number((prebuilds && literal(prebuilds, "instances")) ?? 0);
  return {
    name: literal(block, "name") ?? block.labels[1] ?? "",
    instances: Number.isInteger(instances) ? instances : 0,
  };
}

function agentOf(block: Block): TemplateAgent {
  const script = literal(block, "startup_script") ?? "";
  const never = /\bsleep\s+(infinity|\d{4,})/.test(script);
  const fails = /\bexit\s+[1-9]|\bfalse\b/.test(script);
  return {
    name: block.labels[1] ?? "main",
    system: literal(block, "os") ?? "linux",
    startup: {
      behaviour: literal(block, "startup_script_behavior") ?? "non-blocking",
      ends: never ? "never" : fails ? "start_error" : "ready",
    },
    shell: /EMULATED_SHELL\s*=\s*"([\w-]+)"/.exec(block.attributes.get("env") ?? "")?.[1] ?? "",
  };
}

function containerOf(block: Block): TemplateAgent {
  const parent = /coder_agent\.(\w+)/.exec(block.attributes.get("agent_id") ?? "")?.[1];
  return {
    name: block.labels[1] ?? "container",
    parent: parent ?? "main",
    system: "linux",
    startup: { behaviour: "non-blocking", ends: "ready" },
    shell: "",
  };
}

/** `data.coder_parameter.x.value ? 1 : 0`, and `… == "y" ? 1 : 0`; names are those of the blocks. */
function conditionOf(block: Block): TemplateParameter["when"] {
  const count = block.attributes.get("count") ?? "";
  const [, name, value = "true"] =
    /^data\.coder_parameter\.(\w+)(?:\[0\])?\.value(?:=="([^"]*)")?\?1:0$/.exec(count.replace(/\s+/g, "")) ??
    [];
  return name === undefined ? undefined : { block: name, value };
}

function appOf(block: Block): ParsedTemplate["apps"][number] {
  const agent = /coder_agent\.(\w+)/.exec(block.attributes.get("agent_id") ?? "")?.[1];
  return {
    slug: literal(block, "slug") ?? block.labels[1] ?? "",
    subdomain: literal(block, "subdomain") === "true",
    agent: agent ?? "main",
  };
}

function variableOf(block: Block): TemplateVariable {
  const value = literal(block, "default");
  return {
    name: block.labels[0] ?? "",
    type: (block.attributes.get("type") ?? "string").replace(/\(.*/, ""),
    description: literal(block, "description") ?? "",
    sensitive: literal(block, "sensitive") === "true",
    ...(value === undefined ? {} : { default: value }),
  };
}

function parameterOf(block: Block): TemplateParameter {
  const value = literal(block, "default");
  const validation = block.blocks.find(({ type }) => type === "validation");
  const min = validation && literal(validation, "min");
  const max = validation && literal(validation, "max");
  const regex = validation && literal(validation, "regex");
  const when = conditionOf(block);
  return {
    block: block.labels[1] ?? "",
    name: literal(block, "name") ?? block.labels[1] ?? "",
    displayName: literal(block, "display_name") ?? "",
    description: literal(block, "description") ?? "",
    type: parameterType(literal(block, "type") ?? "string"),
    mutable: literal(block, "mutable") === "true",
    ...(value === undefined ? {} : { default: value }),
    options: block.blocks
      .filter(({ type }) => type === "option")
      .map((option) => ({ name: literal(option, "name") ?? "", value: literal(option, "value") ?? "" })),
    ...(min === undefined ? {} : { min: Number(min) }),
    ...(max === undefined ? {} : { max: Number(max) }),
    ...(regex === undefined ? {} : { regex }),
    ...(when === undefined ? {} : { when }),
  };
}

function parameterType(text: string): TemplateParameter["type"] {
  return text === "number" || text === "bool" || text === "list(string)" ? text : "string";
}

function typeAndName({ labels }: Block): { type: string; name: string } {
  return { type: labels[0] ?? "", name: labels[1] ?? "" };
}

/** Returns an attribute's value without quotes; an expression is returned as it is written. */
function literal(block: Block, name: string): string | undefined {
  const text = block.attributes.get(name);
  if (text === undefined || text === "null") return undefined;
  const heredoc = /^<<-?\s*"?\w+"?\n([\s\S]*)\n\s*\w+$/.exec(text);
  if (heredoc) return heredoc[1];
  const list = /^jsonencode\((\[.*\])\)$/.exec(text);
  if (list) return list[1];
  return text.startsWith('"') && text.endsWith('"')
    ? text
        .slice(1, -1)
        .replace(/\\(["\\])/g, "$1")
        .replace(/\\n/g, "\n")
    : text;
}

/** Returns words and signs; white space and comments are dropped, except that a line's end is a separate token. */
function tokensOf(text: string): string[] {
  return (text.match(TOKEN) ?? []).flatMap((token) => {
    if (/^\s/.test(token)) return token.includes("\n") ? ["\n"] : [];
    return /^(#|\/\/|\/\*)/.test(token) ? [] : [token];
  });
}

function parseBlocks(tokens: readonly string[]): Block[] {
  return body({ tokens, at: 0 }).blocks.slice();
}

interface Cursor {
  readonly tokens: readonly string[];
  at: number;
}

function body(cursor: Cursor): { attributes: Map<string, string>; blocks: Block[] } {
  const attributes = new Map<string, string>();
  const blocks: Block[] = [];
  for (;;) {
    const token = cursor.tokens[cursor.at];
    cursor.at += 1;
    if (token === undefined || token === "}") return { attributes, blocks };
    if (token === "\n") continue;
    if (cursor.tokens[cursor.at] === "=") {
      cursor.at += 1;
      attributes.set(token, expression(cursor));
      continue;
    }
    const labels: string[] = [];
    let next = cursor.tokens[cursor.at];
    while (next !== undefined && next !== "{" && next !== "\n") {
      labels.push(next.replace(/^"|"$/g, ""));
      cursor.at += 1;
      next = cursor.tokens[cursor.at];
    }
    cursor.at += 1;
    if (next === "{") blocks.push({ type: token, labels, ...body(cursor) });
  }
}

/** The text up to the end of the line, brackets closed. */
function expression(cursor: Cursor): string {
  let depth = 0;
  const parts: string[] = [];
  for (;;) {
    const token = cursor.tokens[cursor.at];
    if (token === undefined || (depth === 0 && (token === "\n" || token === "}"))) return parts.join("");
    if (/^[{[(]$/.test(token)) depth += 1;
    if (/^[}\])]$/.test(token)) depth -= 1;
    if (token !== "\n") parts.push(token);
    cursor.at += 1;
  }
}
