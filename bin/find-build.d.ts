/** See find-build.js. */
export function findBuild(
  root: string,
  say: (line: string) => void,
): { readonly environment: string; readonly main: string; readonly isSource: boolean };
