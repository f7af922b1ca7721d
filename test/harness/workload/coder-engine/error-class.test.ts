import { expect, test } from "vitest";
import { createFailure, trafficFailure } from "../../../../harness/workload/coder-engine/error-class.ts";

const STACK = `create workspace:
    github.com/coder/coder/v2/scaletest/createworkspaces.(*Runner).Run
        /src/coder/scaletest/createworkspaces/run.go:91
  - wait for build:
    github.com/coder/coder/v2/scaletest/workspacebuild.(*Runner).RunReturningWorkspace
        /src/coder/scaletest/workspacebuild/run.go:87
  - build failed with status "failed": terraform apply: exit status 1`;

test("an error is reported in its words, without the stack of its program", () => {
  expect(createFailure(STACK)).toEqual({
    class: "build-failed",
    phase: "build",
    message:
      'create workspace: wait for build: build failed with status "failed": terraform apply: exit status 1',
  });
});

test("each step's failure has the class of a load's own", () => {
  const cases = {
    "create workspace: wait for build: context deadline exceeded": "build-timeout build",
    "create workspace: wait for agent: context deadline exceeded": "agent-timeout workspace-ready",
    "create user: POST /users: unexpected status code 429: rate limited": "rate-limited coder-run",
    "create user: POST /users: unexpected status code 500": "user-create create-user",
    "create user: Your license has reached its user limit.": "seats-exhausted create-user",
    "create workspace: POST: unexpected status code 400": "workspace-create create-workspace",
    'run reconnecting pty: expected string "hello" not found in output': "wrong-output command",
    "run reconnecting pty: context deadline exceeded": "command-timeout command",
    "run reconnecting pty: open pty: failed to dial": "connect-refused terminal-first-byte",
    "get: tls: failed to verify certificate: x509: unknown authority": "tls coder-run",
    "GET /users/me: unexpected status code 401: signed out": "token-expired coder-run",
    "something that nobody knew": "unexpected coder-run",
  };
  for (const [error, expected] of Object.entries(cases)) {
    const { class: name, phase } = createFailure(error);
    expect(`${name} ${phase}`, error).toBe(expected);
  }
});

test("a failed connection is distinguished from a lost one", () => {
  const opening = "ssh-handshake";
  expect(trafficFailure("connect to workspace: dial: refused", opening)).toMatchObject({
    class: "connect-refused",
    phase: opening,
  });
  expect(trafficFailure("connect to workspace: context deadline exceeded", opening)).toMatchObject({
    class: "connect-timeout",
  });
  expect(trafficFailure("read from agent: EOF", opening)).toMatchObject({
    class: "connection-lost",
    phase: "traffic-tick",
  });
});
