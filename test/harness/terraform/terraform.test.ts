import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import type { TerraformProgress, TerraformSummary } from "../../../harness/model/ports/terraform.ts";
import { createTerraform } from "../../../harness/terraform/terraform.ts";
import { options, stackOf } from "./stack.ts";

const terraform = createTerraform();

test("a stack is applied, listed, read and destroyed, and every change is reported", async () => {
  const directory = await stackOf(`
    resource "terraform_data" "network" { input = "vpc" }
    resource "terraform_data" "cluster" { input = terraform_data.network.output }
    output "network" { value = terraform_data.network.output }
    output "password" {
      value     = "hidden"
      sensitive = true
    }`);
  const planned: TerraformSummary[] = [];
  const progress: TerraformProgress[] = [];
  const told = options({
    onPlanned: (summary) => planned.push(summary),
    onProgress: (change) => progress.push(change),
  });

  await terraform.init(directory, told);
  expect(await terraform.stateList(directory, told)).toEqual([]);
  expect(await terraform.apply(directory, told)).toEqual({ add: 2, change: 0, remove: 0 });
  expect(planned).toEqual([{ add: 2, change: 0, remove: 0 }]);
  expect(progress.map(({ address, action, state }) => `${action} ${address} ${state}`)).toEqual([
    "create terraform_data.network started",
    "create terraform_data.network complete",
    "create terraform_data.cluster started",
    "create terraform_data.cluster complete",
  ]);
  expect(await terraform.stateList(directory, told)).toEqual([
    "terraform_data.cluster",
    "terraform_data.network",
  ]);
  expect(await terraform.output(directory, told)).toEqual({ network: "vpc", password: "hidden" });
  expect(await terraform.apply(directory, told)).toEqual({ add: 0, change: 0, remove: 0 });
  expect(await terraform.destroy(directory, told)).toEqual({ add: 0, change: 0, remove: 2 });
  expect(await terraform.stateList(directory, told)).toEqual([]);
  expect((await readdir(directory)).filter((name) => name.includes("refbench"))).toEqual([]);
});

test("a failed apply reports all of Terraform's errors with their addresses, without the quoted source", async () => {
  const directory = await stackOf(`
    resource "terraform_data" "quota" {
      provisioner "local-exec" { command = "echo quota exceeded >&2; exit 3" }
    }
    resource "terraform_data" "capacity" {
      provisioner "local-exec" { command = "exit 4" }
    }`);
  await terraform.init(directory, options());
  const failure = terraform.apply(directory, options());
  await expect(failure).rejects.toMatchObject({
    code: "infrastructure",
    message: expect.stringMatching(
      /^terraform apply failed in stack [^/]+: 2 errors\n {2}- local-exec provisioner error \(terraform_data\./,
    ),
  });
  await expect(failure).rejects.toThrow("(terraform_data.quota)");
  await expect(failure).rejects.toThrow("quota exceeded");
  await expect(failure).rejects.toThrow("exit status 4");
  await expect(failure).rejects.not.toThrow('provisioner "local-exec"');
});

test("an unreadable configuration fails init with Terraform's message", async () => {
  const directory = await stackOf('resource "terraform_data" {}');
  await expect(terraform.init(directory, options())).rejects.toMatchObject({
    code: "infrastructure",
    message: expect.stringContaining("Missing name for resource"),
  });
});

test("values of Terraform's variables are neither in lines nor in errors", async () => {
  const directory = await stackOf(`
    variable "password" {
      type      = string
      ephemeral = true
      default   = null
    }
    variable "keys" { type = map(string) }
    resource "terraform_data" "told" {
      provisioner "local-exec" { command = "echo \${var.keys["db"]}; exit 1" }
    }`);
  const lines: string[] = [];
  const env = {
    ...options().env,
    TF_VAR_password: "correct-horse",
    TF_VAR_keys: JSON.stringify({ db: "battery<staple>" }),
  };
  const secret = options({ env, onLine: (line) => lines.push(line) });
  await terraform.init(directory, secret);
  const message = await terraform.apply(directory, secret).then(
    () => "applied",
    (error: unknown) => (error as Error).message,
  );
  expect(message).toContain("(redacted)");
  expect(lines.join("\n")).toContain("(redacted)");
  expect(lines.join("\n") + message).not.toMatch(/correct-horse|battery|staple/);
});

test("a missing folder of a stack is named", async () => {
  await expect(terraform.apply("/nonexistent/stack", options())).rejects.toMatchObject({
    code: "run_folder",
    message: expect.stringContaining("/nonexistent/stack"),
  });
});
