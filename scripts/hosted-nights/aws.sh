#!/usr/bin/env bash
# Sets up an AWS account for hosted nights: the owner's marker, the bucket, three roles and GitHub's trust in them, with no
# key. It may be run again: what exists is kept, and trusts the repository and branch named last. stdout has the repository's
# variables.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=steps.sh
. ./steps.sh

USAGE='usage: aws.sh --account NUMBER --repository OWNER/NAME --bucket NAME [--region us-east-2] [--branch main] [--dry-run]'
ACCOUNT='' REPOSITORY='' BUCKET='' REGION=us-east-2 BRANCH=main
while [ $# -gt 0 ]; do
  case "$1" in
    --dry-run) DRY_RUN=yes ;;
    --account) ACCOUNT=${2-} && shift ;;
    --repository) REPOSITORY=${2-} && shift ;;
    --bucket) BUCKET=${2-} && shift ;;
    --region) REGION=${2-} && shift ;;
    --branch) BRANCH=${2-} && shift ;;
    *) usage "unknown word: $1" ;;
  esac
  shift || usage "a value is missing"
done
matches "$ACCOUNT" '[0-9]{12}' || usage "--account is \"$ACCOUNT\", expected the twelve digits of an account"
matches "$REPOSITORY" '[A-Za-z0-9._-]+/[A-Za-z0-9._-]+' || usage "--repository is \"$REPOSITORY\", expected OWNER/NAME"
matches "$BUCKET" '[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]' || usage "--bucket is \"$BUCKET\", expected a bucket's name"
matches "$REGION" '[a-z]{2}(-[a-z]+)+-[0-9]+' || usage "--region is \"$REGION\", expected one such as us-east-2"
matches "$BRANCH" '[A-Za-z0-9._/-]+' || usage "--branch is \"$BRANCH\", expected a branch's name"

if [ "$DRY_RUN" = no ]; then
  SIGNED_IN=$(aws sts get-caller-identity --query Account --output text)
  [ "$SIGNED_IN" = "$ACCOUNT" ] || usage "the credentials are of account $SIGNED_IN, and --account is $ACCOUNT"
fi
read_repository_ids "$REPOSITORY"
ISSUER=token.actions.githubusercontent.com
PROVIDER=arn:aws:iam::$ACCOUNT:oidc-provider/$ISSUER

# Without a role of this name and tag, or the word in the account's alias, nothing is created or removed there.
if exists aws iam get-role --role-name refbench-allowed; then
  step aws iam tag-role --role-name refbench-allowed --tags Key=refbench,Value=allowed
else
  step aws iam create-role --role-name refbench-allowed --tags Key=refbench,Value=allowed \
    --assume-role-policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}]}'
fi

# Somebody else's bucket is not ours, though it may be read.
if ! exists aws s3api head-bucket --bucket "$BUCKET" --expected-bucket-owner "$ACCOUNT"; then
  if [ "$REGION" = us-east-1 ]; then
    step aws s3api create-bucket --bucket "$BUCKET" --region "$REGION"
  else
    step aws s3api create-bucket --bucket "$BUCKET" --region "$REGION" \
      --create-bucket-configuration "LocationConstraint=$REGION"
  fi
fi
step aws s3api put-public-access-block --bucket "$BUCKET" --public-access-block-configuration \
  BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true

clients() {
  aws iam get-open-id-connect-provider --open-id-connect-provider-arn "$PROVIDER" --query ClientIDList --output text
}
if ! exists clients; then
  step aws iam create-open-id-connect-provider --url "https://$ISSUER" --client-id-list sts.amazonaws.com
elif ! clients | tr '\t' '\n' | grep -Fqx sts.amazonaws.com; then
  step aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn "$PROVIDER" \
    --client-id sts.amazonaws.com
fi

# A job that has an environment, as the one that publishes, is known by that in place of its branch.
subject() {
  case "$1" in
    publish) echo environment:github-pages ;;
    *) echo "ref:refs/heads/$BRANCH" ;;
  esac
}
# Repositories of before July 2026 are named by their names alone, later and renamed ones also by their numbers.
trust() {
  printf '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"%s"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"%s:aud":"sts.amazonaws.com","%s:sub":["%s","%s"]}}}]}' \
    "$PROVIDER" $ISSUER $ISSUER "repo:$REPOSITORY:$(subject "$1")" \
    "repo:${REPOSITORY%/*}@$OWNER_ID/${REPOSITORY#*/}@$REPOSITORY_ID:$(subject "$1")"
}
allow() { printf '{"Effect":"Allow","Action":[%s],"Resource":[%s]}' "$1" "$2"; }
OBJECTS="\"arn:aws:s3:::$BUCKET/*\""
ITSELF="\"arn:aws:s3:::$BUCKET\""
EVERYTHING='"*"'
inline() {
  local statements
  statements=$(allow '"s3:ListBucket"' "$ITSELF")
  case "$1" in
    publish) statements+=,$(allow '"s3:GetObject"' "$OBJECTS") ;;
    *)
      statements+=,$(allow '"s3:GetObject","s3:PutObject","s3:DeleteObject"' "$OBJECTS")
      statements+=,$(allow '"eks:*"' "$EVERYTHING")
      ;;
  esac
  [ "$1" != night ] ||
    statements+=,$(allow '"ssm:StartSession","ssm:TerminateSession","ec2:GetConsoleOutput"' "$EVERYTHING")
  printf '{"Version":"2012-10-17","Statement":[%s]}' "$statements"
}
for name in night sweep publish; do
  # Six hours: a credential that ends in the middle of a teardown ends the teardown too.
  if exists aws iam get-role --role-name "refbench-$name"; then
    step aws iam update-role --role-name "refbench-$name" --max-session-duration 21600
    step aws iam update-assume-role-policy --role-name "refbench-$name" --policy-document "$(trust $name)"
  else
    step aws iam create-role --role-name "refbench-$name" --max-session-duration 21600 \
      --assume-role-policy-document "$(trust $name)"
  fi
  step aws iam put-role-policy --role-name "refbench-$name" --policy-name refbench --policy-document "$(inline $name)"
  [ $name != publish ] || continue
  for policy in AmazonEC2FullAccess AmazonRDSFullAccess IAMFullAccess ReadOnlyAccess; do
    step aws iam attach-role-policy --role-name "refbench-$name" --policy-arn "arn:aws:iam::aws:policy/$policy"
  done
done

cat <<VARIABLES
gh variable set REFBENCH_ACCOUNT --repo $REPOSITORY --body '$ACCOUNT'
gh variable set AWS_BUCKET --repo $REPOSITORY --body 's3://$BUCKET?region=$REGION'
gh variable set AWS_ROLE --repo $REPOSITORY --body 'arn:aws:iam::$ACCOUNT:role/refbench-night'
gh variable set AWS_SWEEP_ROLE --repo $REPOSITORY --body 'arn:aws:iam::$ACCOUNT:role/refbench-sweep'
gh variable set AWS_PUBLISH_ROLE --repo $REPOSITORY --body 'arn:aws:iam::$ACCOUNT:role/refbench-publish'
VARIABLES
