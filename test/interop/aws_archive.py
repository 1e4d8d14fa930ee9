"""Opens or writes an archive with the AWS Encryption SDK and a raw AES key: `open|seal <archive key, hex> <key name> <context, JSON>`.

Reads stdin, writes stdout. `open` refuses an archive that binds another context.
"""

import json
import sys

from aws_encryption_sdk import CommitmentPolicy, EncryptionSDKClient
from aws_encryption_sdk.identifiers import Algorithm, EncryptionKeyType, WrappingAlgorithm
from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
from aws_encryption_sdk.key_providers.raw import RawMasterKeyProvider

command, archive_key, key_name, context = sys.argv[1:]
context = json.loads(context)


class ArchiveKey(RawMasterKeyProvider):
    provider_id = "domainsync"

    def _get_raw_key(self, key_id):
        return WrappingKey(
            wrapping_algorithm=WrappingAlgorithm.AES_256_GCM_IV12_TAG16_NO_PADDING,
            wrapping_key=bytes.fromhex(archive_key),
            wrapping_key_type=EncryptionKeyType.SYMMETRIC,
        )


provider = ArchiveKey()
provider.add_master_key(key_name)
client = EncryptionSDKClient(commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
if command == "open":
    with client.stream(mode="d", source=sys.stdin.buffer, key_provider=provider) as stream:
        assert stream.header.encryption_context == context, stream.header.encryption_context
        for piece in stream:
            sys.stdout.buffer.write(piece)
else:
    options = {
        "mode": "e",
        "source": sys.stdin.buffer,
        "key_provider": provider,
        "algorithm": Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
        "encryption_context": context,
        "frame_length": 1024 * 1024,
    }
    with client.stream(**options) as stream:
        for piece in stream:
            sys.stdout.buffer.write(piece)
