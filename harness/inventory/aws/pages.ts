import type { AwsCommand, AwsOutput, AwsService, AwsSession } from "./session.ts";

/** More pages than any account of benchmarks has. A longer list does not end. */
const MOST_PAGES = 2_000;

/** Reads every page. Throws if the list does not end, or ends without its last page. */
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
      if (saysMore(answer as object))
        throw new Error(`${nameOf(request)} reports more pages without a token for the next one`);
      return;
    }
    if (seen.has(token)) throw new Error(`${nameOf(request)} returned the same page token twice`);
    seen.add(token);
  }
  throw new Error(`a list of ${service} did not end after ${MOST_PAGES} pages`);
}

/** Whether IAM reports more pages. */
function saysMore(answer: object): boolean {
  return "IsTruncated" in answer && answer.IsTruncated === true;
}

function nameOf(command: AwsCommand): string {
  return command.constructor.name.replace(/Command$/, "");
}

/** Splits a list into batches, for calls with a limited number of names. */
export function batches<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
