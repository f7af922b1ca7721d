#!/usr/bin/env bash
# Sets up a Google project for hosted nights: the owner's marker, the bucket, three identities and GitHub's trust in
# them, with no key. It may be run again: what exists is kept. stdout has the repository's variables.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=steps.sh
. ./steps.sh

USAGE='usage: google.sh --project ID --repository OWNER/NAME --bucket NAME [--location us-central1] [--branch main] [--dry-run]'
PROJECT= REPOSITORY= BUCKET= LOCATION=us-central1 BRANCH=main
while [ $# -gt 0 ]; do
  case "$1" in
    --dry-run) DRY_RUN=yes ;;
    --project) PROJECT=${2-} && shift ;;
    --repository) REPOSITORY=${2-} && shift ;;
    --bucket) BUCKET=${2-} && shift ;;
    --location) LOCATION=${2-} && shift ;;
    --branch) BRANCH=${2-} && shift ;;
    *) usage "unknown word: $1" ;;
  esac
  shift || usage "a value is missing"
done
matches "$PROJECT" '[a-z][a-z0-9-]{4,28}[a-z0-9]' || usage "--project is \"$PROJECT\", expected a project's id"
matches "$REPOSITORY" '[A-Za-z0-9._-]+/[A-Za-z0-9._-]+' || usage "--repository is \"$REPOSITORY\", expected OWNER/NAME"
matches "$BUCKET" '[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]' || usage "--bucket is \"$BUCKET\", expected a bucket's name"
matches "$BRANCH" '[A-Za-z0-9._/-]+' || usage "--branch is \"$BRANCH\", expected a branch's name"

POOL=refbench-nights
account() { printf 'refbench-%s@%s.iam.gserviceaccount.com' "$1" "$PROJECT"; }

step gcloud services enable --project="$PROJECT" cloudasset.googleapis.com cloudresourcemanager.googleapis.com \
  compute.googleapis.com container.googleapis.com dns.googleapis.com iam.googleapis.com iamcredentials.googleapis.com \
  iap.googleapis.com secretmanager.googleapis.com serviceusage.googleapis.com sqladmin.googleapis.com \
  storage.googleapis.com sts.googleapis.com
# Without this label nothing is created or removed there.
step gcloud alpha projects update "$PROJECT" --update-labels=refbench=allowed

if ! exists gcloud storage buckets describe "gs://$BUCKET"; then
  step gcloud storage buckets create "gs://$BUCKET" --project="$PROJECT" --location="$LOCATION" \
    --uniform-bucket-level-access --public-access-prevention
fi

if [ "$DRY_RUN" = yes ]; then
  NUMBER=PROJECT_NUMBER
else
  NUMBER=$(gcloud projects describe "$PROJECT" --format='value(projectNumber)')
fi
if ! exists gcloud iam workload-identity-pools describe $POOL --project="$PROJECT" --location=global; then
  step gcloud iam workload-identity-pools create $POOL --project="$PROJECT" --location=global
fi
if ! exists gcloud iam workload-identity-pools providers describe github --project="$PROJECT" --location=global \
  --workload-identity-pool=$POOL; then
  # The branch is part of the trust: a pull request's workflow gets no identity.
  step gcloud iam workload-identity-pools providers create-oidc github --project="$PROJECT" --location=global \
    --workload-identity-pool=$POOL --issuer-uri=https://token.actions.githubusercontent.com \
    --attribute-mapping=google.subject=assertion.sub,attribute.repository=assertion.repository \
    --attribute-condition="assertion.repository == '$REPOSITORY' && assertion.ref == 'refs/heads/$BRANCH'"
fi

# The sweep has an identity of its own: it must work when the night's is what failed. It starts no load, so it needs no tunnel.
DEPLOYS='compute.admin container.admin cloudsql.admin secretmanager.admin iam.serviceAccountAdmin iam.serviceAccountUser
  resourcemanager.projectIamAdmin viewer serviceusage.serviceUsageConsumer'
roles() {
  case "$1" in
    night) echo "$DEPLOYS iap.tunnelResourceAccessor" ;;
    sweep) echo "$DEPLOYS dns.admin" ;;
    publish) ;;
  esac
}
for name in night sweep publish; do
  if ! exists gcloud iam service-accounts describe "$(account $name)" --project="$PROJECT"; then
    step gcloud iam service-accounts create "refbench-$name" --project="$PROJECT"
  fi
  step gcloud iam service-accounts add-iam-policy-binding "$(account $name)" --project="$PROJECT" \
    --role=roles/iam.workloadIdentityUser \
    --member="principalSet://iam.googleapis.com/projects/$NUMBER/locations/global/workloadIdentityPools/$POOL/attribute.repository/$REPOSITORY"
  for role in $(roles $name); do
    step gcloud projects add-iam-policy-binding "$PROJECT" --role="roles/$role" \
      --member="serviceAccount:$(account $name)" --condition=None
  done
  storage=storage.objectUser
  [ $name = publish ] && storage=storage.objectViewer
  step gcloud storage buckets add-iam-policy-binding "gs://$BUCKET" --role="roles/$storage" \
    --member="serviceAccount:$(account $name)"
done

cat <<VARIABLES
gh variable set REFBENCH_PROJECT --repo $REPOSITORY --body '$PROJECT'
gh variable set GOOGLE_BUCKET --repo $REPOSITORY --body 'gs://$BUCKET'
gh variable set GOOGLE_WORKLOAD_IDENTITY_PROVIDER --repo $REPOSITORY --body 'projects/$NUMBER/locations/global/workloadIdentityPools/$POOL/providers/github'
gh variable set GOOGLE_SERVICE_ACCOUNT --repo $REPOSITORY --body '$(account night)'
gh variable set GOOGLE_SWEEP_SERVICE_ACCOUNT --repo $REPOSITORY --body '$(account sweep)'
gh variable set GOOGLE_PUBLISH_SERVICE_ACCOUNT --repo $REPOSITORY --body '$(account publish)'
VARIABLES
