/** A piece of HTML; all text in it is escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value in a template. Text and numbers are escaped, lists are joined, absent values produce nothing. */
export type Child = Html | string | number | undefined | false | readonly Child[];

/** Template tag: `html`<p>${text}</p>``. Safe in element content and in double-quoted attributes. */
export function html(literals: TemplateStringsArray, ...children: readonly Child[]): Html {
  return new Html(literals.map((literal, index) => literal + rendered(children[index])).join(""));
}

/** Formats a note below a figure in small type. */
export function small(child: Child): Html {
  return html`<span class="small">${child}</span>`;
}

/** Escapes text for element content and double-quoted attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function rendered(child: Child): string {
  if (child === undefined || child === false) return "";
  if (child instanceof Html) return child.text;
  if (typeof child === "string") return escaped(child);
  if (typeof child === "number") return String(child);
  return child.map(rendered).join("");
}
