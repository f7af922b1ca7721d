/** Image of the pods that generate load: Node and its libraries, by the public registry's name. */
export const GENERATOR_IMAGE = "docker.io/library/node:22.23.3-bookworm-slim";
