/** Half a million items at 500 per page: more than any benchmarked account or deployment has. */
export const MAX_PAGES = 1_000;

/** Watches the pages of one listing, so that a server that always offers a next page cannot block its reader. */
export class PageWatch {
  readonly #seen = new Set<string>();

  /** Call it with the token of each next page. Returns why the listing cannot be read to its end, else undefined. */
  next(token: string): string | undefined {
    if (this.#seen.has(token)) return `not read to its end: page ${token} comes again`;
    this.#seen.add(token);
    return this.#seen.size >= MAX_PAGES
      ? `not read to its end: it has more than ${MAX_PAGES} pages`
      : undefined;
  }
}
