import { readFileSync } from "node:fs";
import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import { type Method, parse, type Type } from "protobufjs";

/**
 * Reads a service from a .proto file that imports no other. Terraform starts a plugin for every step of a plan and an
 * apply, so that only the messages that are sent cost time.
 */
export function readService(file: string, name: string): ServiceDefinition {
  const service = parse(readFileSync(file, "utf8"), { keepCase: true }).root.resolveAll().lookupService(name);
  return Object.fromEntries(
    service.methodsArray.map((method) => [method.name, definitionOf(method, `/${name}/${method.name}`)]),
  );
}

function definitionOf(method: Method, path: string): MethodDefinition<object, object> {
  const request = coderOf(method.resolvedRequestType);
  const response = coderOf(method.resolvedResponseType);
  return {
    path,
    requestStream: method.requestStream === true,
    responseStream: method.responseStream === true,
    requestSerialize: request.serialize,
    requestDeserialize: request.deserialize,
    responseSerialize: response.serialize,
    responseDeserialize: response.deserialize,
  };
}

/** Numbers and enumerations are JavaScript's numbers, and a field that was not sent has its default. */
function coderOf(type: Type | null) {
  if (type === null) throw new Error("a method's message is not in its .proto file");
  return {
    serialize: (message: object): Buffer => Buffer.from(type.encode(type.fromObject(message)).finish()),
    deserialize: (bytes: Buffer): object =>
      type.toObject(type.decode(bytes), { longs: Number, enums: Number, defaults: true, oneofs: true }),
  };
}
