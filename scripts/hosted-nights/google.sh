#!/usr/bin/env bash
# Sets up a Google project for hosted nights: the owner's marker, the bucket, three identities and GitHub's trust in
# them, with no key. It may be run again: what exists is kept, and trusts the repository and branch named last. stdout has
# the repository's variables.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=steps.sh
. ./steps.sh

USAGE='usage: google.sh --project ID --repository OWNER/NAME --bucket NAME [--location us-central1] [--branch main] [--dry-run]'
PROJECT='' REPOSITORY='' BUCKET='' LOCATION=us-central1 BRANCH=main
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

read_repository_ids "$REPOSITORY"
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
# The branch is part of the trust: a pull request's workflow gets no identity. The repository is known by its number, since
# its name may be another repository's one day.
TRUST=(
  "--attribute-mapping=google.subject=assertion.sub,attribute.repository_id=assertion.repository_id"
  "--attribute-condition=assertion.repository_id == '$REPOSITORY_ID' && assertion.ref == 'refs/heads/$BRANCH'"
)
AT=(github --project="$PROJECT" --location=global "--workload-identity-pool=$POOL")
if exists gcloud iam workload-identity-pools providers describe "${AT[@]}"; then
  step gcloud iam workload-identity-pools providers update-oidc "${AT[@]}" "${TRUST[@]}"
else
  step gcloud iam workload-identity-pools providers create-oidc "${AT[@]}" "${TRUST[@]}" \
    --issuer-uri=https://token.actions.githubusercontent.com
fi

# The sweep has a separate identity: it must work when the night's identity failed. It starts no load, so it needs no tunnel.
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
  step_with_new_identity gcloud iam service-accounts add-iam-policy-binding "$(account $name)" --project="$PROJECT" \
    --role=roles/iam.workloadIdentityUser --condition=None \
    --member="principalSet://iam.googleapis.com/projects/$NUMBER/locations/global/workloadIdentityPools/$POOL/attribute.repository_id/$REPOSITORY_ID"
  for role in $(roles $name); do
    step_with_new_identity gcloud projects add-iam-policy-binding "$PROJECT" --role="roles/$role" \
      --member="serviceAccount:$(account $name)" --condition=None
  done
  storage=storage.objectUser
  [ $name = publish ] && storage=storage.objectViewer
  step_with_new_identity gcloud storage buckets add-iam-policy-binding "gs://$BUCKET" --role="roles/$storage" \
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
