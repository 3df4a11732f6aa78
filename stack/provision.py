"""Makes in moto what the template declares: queues, buckets, secrets, keys."""

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from stack.template import Resolver, resources

REGION = "eu-central-1"
ACCOUNT = "123456789012"

# Attributes of a queue that mean the same to AWS and to moto.
_QUEUE_ATTRIBUTES = (
    "DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds",
    "VisibilityTimeout", "FifoQueue", "ContentBasedDeduplication",
)  # fmt: skip


class Provision:
    """One pass over the template; `resolver` tells the names it got here."""

    def __init__(self, document: Mapping[str, Any], client: Callable[[str], Any]) -> None:
        self._document = document
        self._client = client
        self._references = {
            "AWS::Region": REGION,
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::StackName": "holdfast",
            "AWS::URLSuffix": "amazonaws.com",
        }
        self._attributes: dict[tuple[str, str], str] = {}
        self.resolver = Resolver(self._references, self._attributes)

    def run(self) -> None:
        for name, parameter in self._document.get("Parameters", {}).items():
            self._references[name] = str(parameter.get("Default", f"local-{name}"))
        # A queue names the queue of its dead letters, so that one comes first.
        queues = self._of("AWS::SQS::Queue")
        for name in sorted(queues, key=lambda each: "RedrivePolicy" in queues[each]):
            self._queue(name, queues[name])
        for name, properties in self._of("AWS::S3::Bucket").items():
            self._bucket(name, properties)
        for name, properties in self._of("AWS::SecretsManager::Secret").items():
            self._secret(name, properties)
        # moto sends without them.
        for name in self._of("AWS::SES::ConfigurationSet"):
            self._references[name] = f"holdfast-{name}"
        for name in self._of("AWS::KMS::Key"):
            key = self._client("kms").create_key()["KeyMetadata"]
            self._references[name] = key["KeyId"]
            self._attributes[name, "Arn"] = key["Arn"]

    def _of(self, kind: str) -> dict[str, dict[str, Any]]:
        return resources(self._document, kind)

    def _queue(self, name: str, properties: Mapping[str, Any]) -> None:
        queue = f"{name}.fifo" if properties.get("FifoQueue") else name
        settings = {
            attribute: self.resolver.text(properties[attribute])
            for attribute in _QUEUE_ATTRIBUTES
            if attribute in properties
        }
        if redrive := properties.get("RedrivePolicy"):
            settings["RedrivePolicy"] = json.dumps(
                {
                    "deadLetterTargetArn": self.resolver.text(redrive["deadLetterTargetArn"]),
                    "maxReceiveCount": int(redrive["maxReceiveCount"]),
                }
            )
        created = self._client("sqs").create_queue(QueueName=queue, Attributes=settings)
        self._references[name] = self._attributes[name, "QueueUrl"] = created["QueueUrl"]
        self._attributes[name, "Arn"] = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"
        self._attributes[name, "QueueName"] = queue

    def _bucket(self, name: str, properties: Mapping[str, Any]) -> None:
        s3 = self._client("s3")
        bucket = f"holdfast-{name.lower()}"
        locked = properties.get("ObjectLockEnabled") is True
        s3.create_bucket(
            Bucket=bucket,
            CreateBucketConfiguration={"LocationConstraint": REGION},
            ObjectLockEnabledForBucket=locked,
        )
        if versioning := properties.get("VersioningConfiguration"):
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=versioning)
        if locked and (rule := properties.get("ObjectLockConfiguration")):
            s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=rule)
        if access := properties.get("PublicAccessBlockConfiguration"):
            s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=access)
        self._references[name] = bucket
        self._attributes[name, "Arn"] = f"arn:aws:s3:::{bucket}"

    def _secret(self, name: str, properties: Mapping[str, Any]) -> None:
        """Without a value where the template gives none, as after a deployment."""
        value = properties.get("SecretString")
        if value is None and "GenerateSecretString" in properties:
            value = secrets.token_urlsafe(32)
        given = {} if value is None else {"SecretString": self.resolver.text(value)}
        created = self._client("secretsmanager").create_secret(Name=f"holdfast/{name}", **given)
        self._references[name] = self._attributes[name, "Id"] = created["ARN"]
