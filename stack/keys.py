"""The keys of a project: what signs people's tokens, and what verifies them."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

AUDIENCE = "authenticated"


@dataclass(frozen=True)
class Keys:
    """secret: the old shared secret (HS256), still taken. pem: the key that signs (ES256)."""

    secret: str
    pem: str

    @classmethod
    def make(cls) -> "Keys":
        """New keys of a new project."""
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return cls(secrets.token_urlsafe(48), pem.decode())

    @cached_property
    def _private(self) -> ec.EllipticCurvePrivateKey:
        key = serialization.load_pem_private_key(self.pem.encode(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key

    @cached_property
    def kid(self) -> str:
        """Names the signing key in tokens and in the published set."""
        return hashlib.sha256(json.dumps(self._point, sort_keys=True).encode()).hexdigest()[:32]

    @cached_property
    def _point(self) -> dict[str, Any]:
        return dict(ECAlgorithm.to_jwk(self._private.public_key(), as_dict=True))

    @property
    def published(self) -> dict[str, Any]:
        """The JSON Web Key Set that everybody may read."""
        use = {"kid": self.kid, "alg": "ES256", "use": "sig", "key_ops": ["verify"]}
        return {"keys": [self._point | use]}

    @property
    def verifying(self) -> str:
        """The key set of a verifier: the published keys and the shared secret."""
        shared = base64.urlsafe_b64encode(self.secret.encode()).rstrip(b"=").decode()
        legacy = {"kty": "oct", "alg": "HS256", "k": shared}
        return json.dumps({"keys": [*self.published["keys"], legacy]})

    @property
    def jwk(self) -> str:
        """The signing key itself, as `supabase gen signing-key` writes one."""
        use = {"kid": self.kid, "alg": "ES256", "use": "sig", "key_ops": ["sign", "verify"]}
        return json.dumps(dict(ECAlgorithm.to_jwk(self._private, as_dict=True)) | use)

    def sign(self, claims: dict[str, Any]) -> str:
        """A token with these claims."""
        return jwt.encode(claims, self._private, algorithm="ES256", headers={"kid": self.kid})

    def read(self, token: str) -> dict[str, Any]:
        """The claims of a token of either kind. Raises jwt.InvalidTokenError."""
        if jwt.get_unverified_header(token).get("alg") == "ES256":
            key, algorithm = self._private.public_key(), "ES256"
            return dict(jwt.decode(token, key, [algorithm], options={"verify_aud": False}))
        return dict(jwt.decode(token, self.secret, ["HS256"], options={"verify_aud": False}))
