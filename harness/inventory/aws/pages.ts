import type { AwsCommand, AwsOutput, AwsService, AwsSession } from "./session.ts";

/** More pages than any account of benchmarks has: beyond it the service turns in a circle. */
const MOST_PAGES = 2_000;

/** Reads every page to the end; a list that does not end, or ends without its end, is an error and not a list. */
export async function* pages<C extends AwsCommand>(
  aws: Pick<AwsSession, "send">,
  service: AwsService,
  command: (token: string | undefined) => C,
  next: (page: AwsOutput<C>) => string | undefined,
): AsyncGenerator<AwsOutput<C>> {
  const seen = new Set<string>();
  let token: string | undefined;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const request = command(token);
    const answer = await aws.send(service, request);
    yield answer;
    // The Tagging API ends with an empty token.
    token = next(answer) || undefined;
    if (token === undefined) {
      if (saysMore(answer as object)) throw new Error(`${nameOf(request)} says there is more and not where`);
      return;
    }
    if (seen.has(token)) throw new Error(`${nameOf(request)} gave the same page token twice`);
    seen.add(token);
  }
  throw new Error(`a list of ${service} did not end after ${MOST_PAGES} pages`);
}

/** IAM's way to say that a list goes on. */
function saysMore(answer: object): boolean {
  return "IsTruncated" in answer && answer.IsTruncated === true;
}

function nameOf(command: AwsCommand): string {
  return command.constructor.name.replace(/Command$/, "");
}

/** Cuts a list into batches, for calls that take so many names and no more. */
export function batches<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
