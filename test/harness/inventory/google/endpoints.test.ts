import { expect, test } from "vitest";
import { googleAuth } from "../../../../harness/inventory/google/auth.ts";
import { customGoogleEndpoints, googleEndpoints } from "../../../../harness/inventory/google/endpoints.ts";
import { RefbenchError } from "../../../../harness/model/error.ts";

test("without variables Google itself is asked, and the run is official", () => {
  const endpoints = Object.values(googleEndpoints({ GOOGLE_COMPUTE_CUSTOM_ENDPOINT: "" }));
  expect(endpoints.every((base) => /^https:\/\/[a-z]+\.googleapis\.com\/(.+\/)$/.test(base))).toBe(true);
  expect(customGoogleEndpoints({ GOOGLE_COMPUTE_CUSTOM_ENDPOINT: "" })).toEqual([]);
});

test("the variables that send Terraform elsewhere send the inventory there too, and are named", () => {
  const env = { GOOGLE_SQL_CUSTOM_ENDPOINT: "http://127.0.0.1:4000/sql" };
  expect(googleEndpoints(env).sql).toBe("http://127.0.0.1:4000/sql/");
  expect(customGoogleEndpoints(env)).toEqual(["GOOGLE_SQL_CUSTOM_ENDPOINT"]);
});

test("a token in Terraform's variable is used as it is", async () => {
  const auth = googleAuth({ GOOGLE_OAUTH_ACCESS_TOKEN: "abc" });
  expect(await auth.headers()).toEqual({ authorization: "Bearer abc" });
});

test("credentials that cannot be read say how to sign in, each time they are asked for", async () => {
  const auth = googleAuth({ GOOGLE_CREDENTIALS: "/nowhere/key.json" });
  const failure = (): Promise<unknown> => auth.headers().catch((thrown: unknown) => thrown);
  const errors = [await failure(), await failure()];
  expect(errors.every((error) => error instanceof RefbenchError)).toBe(true);
  expect((errors[1] as Error).message).toContain("gcloud auth application-default login");
});
