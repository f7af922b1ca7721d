# Node, Terraform and refbench, to run a rehearsal or a benchmark without a clone.
#   npm pack && docker build --build-arg PACKAGE=refbench-refbench-0.1.0.tgz -t refbench .
#   docker run --rm -v "$PWD:/work" refbench run gke --rehearse --size canary
ARG TERRAFORM=1.13
FROM hashicorp/terraform:${TERRAFORM} AS terraform

FROM node:22-bookworm-slim
ARG PACKAGE
COPY --from=terraform /bin/terraform /usr/local/bin/terraform
COPY ${PACKAGE} /tmp/refbench.tgz
# git names the commit of a record; openssh-client and ca-certificates reach real clouds.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git openssh-client \
  && rm -rf /var/lib/apt/lists/* \
  && npm install --global --omit=dev /tmp/refbench.tgz \
  && rm /tmp/refbench.tgz
USER node
WORKDIR /work
ENTRYPOINT ["refbench"]
