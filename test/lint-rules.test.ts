import { Linter } from "eslint";
import tseslint from "typescript-eslint";
import { expect, test } from "vitest";

interface Block {
  readonly files?: readonly string[];
  readonly rules?: Linter.RulesRecord;
}

const CONFIG: string = "../eslint.config.js";
const { default: config } = (await import(CONFIG)) as { default: readonly Block[] };

/** The rule of every file below `harness`, without types. */
function messagesOf(code: string): string[] {
  const own = config.find(
    ({ files, rules }) => files?.[0] === "harness/**/*.ts" && rules?.["no-restricted-syntax"] !== undefined,
  );
  const linter = new Linter();
  return linter
    .verify(code, [
      {
        languageOptions: { parser: tseslint.parser },
        rules: { "no-restricted-syntax": own?.rules?.["no-restricted-syntax"] ?? "off" },
      },
    ])
    .map(({ message }) => message);
}

test.each([
  "const a = answer.ok ? answer.value : [];",
  "const a = answer.ok ? answer.value : {};",
  "const a = answer.ok ? answer.value : 0;",
  "const a = !answer.ok ? [] : answer.value;",
  "function f() { if (!answer.ok) return []; }",
  "function f() { if (!answer.ok) { return false; } }",
  "function f() { if (!answer.ok) return; use(answer.value); }",
  "const a = await readdir(folder).catch(() => []);",
  "const a = await readFile(file).catch(() => undefined);",
  "for (const name of await readdir(folder).catch(() => [])) use(name);",
  "function f() { return find(file).catch(() => null); }",
  "const f = () => findJson(file).catch(() => undefined);",
  "const a = { held: await book.isHeld().catch(() => false) };",
  "const { entries } = await journal.read().catch(() => ({ entries: [] }));",
  'const a = await state().catch(() => "none" as const);',
])("lint refuses a failure that is read as none: %s", (code) => {
  expect(messagesOf(code)).toEqual([expect.stringContaining("a question that failed")]);
});

test.each([
  "const a = answer.ok ? answer.value : undefined;",
  "await rm(file).catch(() => undefined);",
  "void book.renew(lease).catch(() => undefined);",
  "await clock.sleep(5).catch(() => undefined);",
  "const a = await find(file).catch((error) => { throw wrap(error); });",
  "const a = await run().catch((error) => ({ problem: messageOf(error) }));",
])("and allows code that is not an answer: %s", (code) => {
  expect(messagesOf(code)).toEqual([]);
});
