/** Tags of daemons and jobs. */
export type Tags = Readonly<Record<string, string>>;

/** The tags that everything has which belongs to the whole organisation. */
export const UNTAGGED: Tags = { owner: "", scope: "organization" };

/** Adds Coder's own tags to those that somebody chose. */
export function withOwn(tags: Tags): Tags {
  return { ...tags, ...UNTAGGED };
}

/**
 * Whether a daemon takes a job, by Coder's rule: a job without tags runs only on daemons without tags, and any other on
 * daemons that have all its tags.
 */
export function accepts(daemon: Tags, job: Tags): boolean {
  const wanted = Object.entries(job);
  if (wanted.length === Object.keys(UNTAGGED).length && Object.keys(daemon).length !== wanted.length)
    return false;
  return wanted.every(([name, value]) => daemon[name] === value);
}
