import { z } from "zod";
import * as coder from "../../../harness/coder/http/schemas.ts";
import { readAnswer } from "../../../harness/coder/http/http.ts";
import { parseJson } from "../../../harness/tools/parse-json.ts";
import { jsonNear } from "../mutations.ts";
import { samplesOf } from "../sample-of.ts";
import { accepted, refused, type Target, target } from "../target.ts";

/** Each answer of Coder that is read; a new schema joins by being exported. */
export const coderAnswers: readonly Target[] = Object.entries<unknown>({ ...coder })
  .flatMap(([name, schema]) => (schema instanceof z.ZodType ? [[name, schema] as const] : []))
  .map(([name, schema]) =>
    target({
      name: `coder: ${name}`,
      inputs: jsonNear(samplesOf(schema)),
      read: (bytes: Uint8Array) => {
        const call = { method: "GET", path: "/api/v2/some", schema } as const;
        const answer = readAnswer<unknown>(call, 200, Buffer.from(bytes).toString());
        return answer.ok ? accepted() : refused(answer.failure.message);
      },
    }),
  );

/** A schema of a file or a line, read as `parseJson` and the schema do, and written as JSON again. */
export function schemaTarget(
  name: string,
  schema: z.ZodType,
  options: { readonly secret?: string } = {},
): Target {
  return target({
    name,
    ...options,
    inputs: jsonNear(samplesOf(schema), { swaps: options.secret === undefined }),
    read: (bytes: Uint8Array) => {
      let json: unknown;
      try {
        json = parseJson(Buffer.from(bytes).toString());
      } catch {
        return refused();
      }
      const { success, data, error } = schema.safeParse(json);
      if (!success) return refused(z.prettifyError(error));
      return { state: "accepted", again: { value: data, written: Buffer.from(JSON.stringify(data)) } };
    },
  });
}
