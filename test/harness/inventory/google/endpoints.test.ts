import { expect, test } from "vitest";
import { googleAuth, tokenAuth } from "../../../../harness/inventory/google/auth.ts";
import { customGoogleEndpoints, googleEndpoints } from "../../../../harness/inventory/google/endpoints.ts";
import { googleInventory } from "../../../../harness/inventory/google/inventory.ts";
import { RefbenchError } from "../../../../harness/tools/error.ts";
import { MockGoogle } from "../../../../rehearsal/google-api/mock-google.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { NAME, names, RUN, signal } from "./project.ts";

test("without variables Google itself is asked, and the run is official", () => {
  const endpoints = Object.values(googleEndpoints({ GOOGLE_COMPUTE_CUSTOM_ENDPOINT: "" }));
  expect(endpoints.every((base) => /^https:\/\/[a-z]+\.googleapis\.com\/(.+\/)?$/.test(base))).toBe(true);
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

test.each([
  ["without a version", false],
  ["with the API's version", true],
])("the inventory asks addresses %s as they are, and finds the same", async (_words, versioned) => {
  await using google = new MockGoogle();
  await google.start();
  google.put("zones/us-central1-a", "disks", { name: "d", labels: { "bench-run": RUN } });
  google.put("", "secrets", { name: `${NAME}-tls` }, "secretManager");
  const endpoints = googleEndpoints(google.env(versioned));
  const options = { project: "some-project", auth: tokenAuth("t"), endpoints, clock: fakeClock() };
  const answer = await googleInventory(options).list({ runId: RUN }, signal);
  expect(answer.state).toBe("complete");
  expect(names(answer)).toEqual(["google_compute_disk d", `google_secret_manager_secret ${NAME}-tls`]);
  expect(google.requests.some((line) => line.startsWith("GET /sql/sql/v1beta4/"))).toBe(versioned);
});
