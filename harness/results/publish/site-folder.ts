/** The default folder of a site. Rehearsals have a separate one, because a site holds one kind of results only. */
export function siteFolder(rehearsals: boolean): string {
  return rehearsals ? ".refbench/rehearsals-site" : "site";
}
