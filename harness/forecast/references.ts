/** A reference to something of the same stack, such as `google_sql_user.user`, `data.x.y`, `local.z` or `var.n`. */
const REFERENCE = /(?<![\w.-])(?:data\.)?[A-Za-z_][\w-]*\.[A-Za-z_][\w-]*/g;

/**
 * Returns every address that the expressions in a value of Terraform's JSON name. An address may be one that does not
 * exist: the caller knows the stack.
 */
export function referencesIn(value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  collect(value, found);
  return found;
}

function collect(value: unknown, found: Set<string>): void {
  if (typeof value === "string") {
    for (const expression of expressionsIn(value))
      for (const [address] of expression.matchAll(REFERENCE)) found.add(address);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      // cdktf's comments.
      if (key !== "//") collect(inner, found);
    }
  }
}

/** The expressions between `${` and `}` of a template. `$${` is an escape: shell scripts are full of it. */
export function expressionsIn(text: string): readonly string[] {
  const expressions: string[] = [];
  let at = text.indexOf("${");
  while (at !== -1) {
    const isEscape = text[at - 1] === "$";
    const end = isEscape ? at + 2 : endOf(text, at + 2);
    if (!isEscape) expressions.push(text.slice(at + 2, end));
    at = text.indexOf("${", end);
  }
  return expressions;
}

/** The end of an expression, with its inner braces. */
function endOf(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "{") depth += 1;
    if (text[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}
