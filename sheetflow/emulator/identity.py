"""Who calls, and what the emulator signs: bearer tokens, OpenID tokens, and the OAuth token endpoint.

`Bearer local:<email>` is anybody's key to a workspace that listens on loopback alone: it identifies, it does
not authenticate. Stock clients that insist on real credentials get theirs here too: a service account's key
file whose `token_uri` is ours, or a refresh token. OpenID tokens are signed with one RSA key, kept in the
store, so that what a function verified before a restart is verified after it.

Tokens are dated by the machine's time, not by the workspace's clock: the libraries that check them know no
other. Source of the shapes: Google's reference on OAuth 2.0 for service accounts and on OpenID Connect; RFC
7519, 7523, 6749.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from sheetflow.emulator.wire import GoogleError, Json

if TYPE_CHECKING:
    from sheetflow.emulator.control import Clock
    from sheetflow.emulator.store import Store

ISSUER = "https://accounts.google.com"
LOCAL_PREFIX = "local:"
LIFETIME_SECONDS = 3600
EVERY_SCOPE = " ".join(
    ["openid", "https://mail.google.com/"]
    + [
        f"https://www.googleapis.com/auth/{name}"
        for name in (
            "userinfo.email", "spreadsheets", "drive", "gmail.modify", "forms.body", "forms.body.readonly",
            "forms.responses.readonly", "tasks", "chat.messages.readonly",
        )
    ]
)  # fmt: skip
"""What a token that was not asked for in particular scopes may be used for."""

_EMAIL = re.compile(r"[^\s@:<>,;\"]+@[^\s@:<>,;\"]+")
_HELP = (
    "Expected OAuth 2 access token, login cookie or other valid authentication credential. "
    "See https://developers.google.com/identity/sign-in/web/devconsole-project."
)


class TokenError(Exception):
    """A refusal of the token endpoint, as RFC 6749 words it: `error` is its code."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


class Identity:
    """Issues and recognises tokens."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self.delegates = True
        """Whether service accounts may act as people: what an admin of Workspace sets."""
        self._clock = clock
        store.ensure(
            "CREATE TABLE IF NOT EXISTS access_tokens (token TEXT PRIMARY KEY, email TEXT, expires REAL)",
            "CREATE TABLE IF NOT EXISTS access_scopes (token TEXT PRIMARY KEY, scope TEXT)",
            "CREATE TABLE IF NOT EXISTS refresh_tokens (token TEXT PRIMARY KEY, email TEXT)",
            "CREATE TABLE IF NOT EXISTS account_keys (kid TEXT PRIMARY KEY, email TEXT, public TEXT)",
        )
        self._key, self._kid, self._certificate = self._signing_key()

    def caller(self, authorization: str | None) -> str:
        """The e-mail address, in lower case, that an Authorization header stands for.

        Raises:
            GoogleError: 401 when the header is missing, or its token is malformed, unknown or expired.
        """
        if not authorization:
            raise _unauthenticated(
                f"Request is missing required authentication credential. {_HELP}", "CREDENTIALS_MISSING"
            )
        scheme, _, token = authorization.partition(" ")
        email = self._email_of(token.strip()) if scheme.lower() == "bearer" else None
        if email is None:
            raise _unauthenticated(
                f"Request had invalid authentication credentials. {_HELP}", "ACCESS_TOKEN_TYPE_UNSUPPORTED"
            )
        return email

    def certificates(self) -> dict[str, str]:
        """Key id to X.509 certificate in PEM: what Google's `/oauth2/v1/certs` answers."""
        return {self._kid: self._certificate}

    def id_token(self, email: str, audience: str, lifetime: int = LIFETIME_SECONDS, nonce: str = "") -> str:
        """An OpenID token: its bearer is `email`, for `audience`, valid for `lifetime` seconds from now.

        `nonce`: what whoever asked for it wants to find in it.
        """
        issued = int(self._clock.real().timestamp())
        return _sign(
            self._key,
            self._kid,
            {
                "iss": ISSUER,
                "azp": audience,
                "aud": audience,
                "sub": subject(email),
                "email": email,
                "email_verified": True,
                "iat": issued,
                "exp": issued + lifetime,
                **({"nonce": nonce} if nonce else {}),
            },
        )

    def access_token(self, email: str, scope: str = "") -> str:
        """A fresh opaque token for `email`, valid for an hour; `scope`: what for, "" for all."""
        token = "ya29.local-" + secrets.token_urlsafe(24)
        expires = self._clock.real().timestamp() + LIFETIME_SECONDS
        with self._store.write() as connection:
            connection.execute("INSERT INTO access_tokens VALUES (?, ?, ?)", (token, email.lower(), expires))
            connection.execute("INSERT INTO access_scopes VALUES (?, ?)", (token, scope or EVERY_SCOPE))
        return token

    def token_info(self, token: str) -> Json:
        """What Google's `/tokeninfo` answers about an access token.

        Raises:
            TokenError: it is none, or expired.
        """
        email = self._email_of(token)
        if email is None:
            raise TokenError("invalid_token", "Invalid Value")
        rows = self._store.read(
            "SELECT scope, expires FROM access_scopes JOIN access_tokens USING (token) WHERE token = ?",
            (token,),
        )
        now = self._clock.real().timestamp()
        scope, expires = rows[0] if rows else (EVERY_SCOPE, now + LIFETIME_SECONDS)
        return {
            "azp": subject(email),
            "aud": subject(email),
            "scope": scope,
            "exp": str(int(expires)),
            "expires_in": str(int(expires - now)),
            "email": email,
            "email_verified": "true",
            "access_type": "online",
        }

    def service_account_info(self, email: str, root_url: str) -> Json:
        """A service account's key file, with a fresh registered key, for `service_account.Credentials`."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        kid = secrets.token_hex(20)
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        with self._store.write() as connection:
            connection.execute(
                "INSERT INTO account_keys VALUES (?, ?, ?)", (kid, email.lower(), public.decode())
            )
        return {
            "type": "service_account",
            "project_id": "local",
            "private_key_id": kid,
            "private_key": _pem(key),
            "client_email": email,
            "client_id": subject(email),
            "token_uri": root_url.rstrip("/") + "/token",
            "universe_domain": "googleapis.com",
        }

    def authorized_user_info(self, email: str, root_url: str) -> Json:
        """A person's refresh token and what goes with it.

        Hand the parts to `google.oauth2.credentials.Credentials`: its `from_authorized_user_info` knows no
        token endpoint but Google's own.
        """
        token = "1//local-" + secrets.token_urlsafe(24)
        with self._store.write() as connection:
            connection.execute("INSERT INTO refresh_tokens VALUES (?, ?)", (token, email.lower()))
        return {
            "type": "authorized_user",
            "client_id": "local.apps.googleusercontent.com",
            "client_secret": "local",
            "refresh_token": token,
            "token_uri": root_url.rstrip("/") + "/token",
        }

    def grant(self, form: dict[str, str]) -> Json:
        """What the token endpoint answers to a form.

        Raises:
            TokenError: the grant is refused.
        """
        kind = form.get("grant_type")
        if kind == "refresh_token":
            rows = self._store.read(
                "SELECT email FROM refresh_tokens WHERE token = ?", (form.get("refresh_token"),)
            )
            if not rows:
                raise TokenError("invalid_grant", "Bad Request")
            email = str(rows[0][0])
            tokens = self._bearer(email)
            return {**tokens, "id_token": self.id_token(email, form.get("client_id", ""))}
        if kind == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return self._grant_assertion(form.get("assertion", ""))
        raise TokenError("unsupported_grant_type", f"Invalid grant_type: {kind}")

    def _grant_assertion(self, assertion: str) -> Json:
        claims = self._verified(assertion)
        audience = claims.get("target_audience")
        if audience:
            return {"id_token": self.id_token(str(claims["iss"]), str(audience))}
        # `sub` is domain-wide delegation: the service account acts as that person.
        if claims.get("sub", claims["iss"]) != claims["iss"] and not self.delegates:
            raise TokenError(
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method, "
                "or client not authorized for any of the scopes requested.",
            )
        return self._bearer(str(claims.get("sub") or claims["iss"]), str(claims.get("scope", "")))

    def _bearer(self, email: str, scope: str = "") -> Json:
        return {
            "access_token": self.access_token(email, scope),
            "expires_in": LIFETIME_SECONDS - 1,
            "token_type": "Bearer",
        }

    def _verified(self, assertion: str) -> Json:
        """The claims of a service account's assertion, signature and times checked."""
        try:
            head, body, signature = assertion.split(".")
            header, claims = json.loads(_unpack(head)), json.loads(_unpack(body))
            rows = self._store.read(
                "SELECT email, public FROM account_keys WHERE kid = ?", (header.get("kid"),)
            )
            email, public = rows[0]
            key = serialization.load_pem_public_key(public.encode())
            if not isinstance(key, rsa.RSAPublicKey) or header.get("alg") != "RS256":
                raise TokenError("invalid_grant", "Invalid JWT: only RS256 is accepted.")
            key.verify(_unpack(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
            issued, expires = float(claims["iat"]), float(claims["exp"])
            issuer = str(claims["iss"]).lower()
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, InvalidSignature) as error:
            raise TokenError("invalid_grant", "Invalid JWT Signature.") from error
        if issuer != email:
            raise TokenError("invalid_grant", "Invalid grant: account not found")
        now = self._clock.real().timestamp()
        if not (issued - 300 <= now <= expires + 300 and expires - issued <= LIFETIME_SECONDS):
            raise TokenError(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
                "Check your iat and exp values in the JWT claim.",
            )
        return dict(claims)

    def _email_of(self, token: str) -> str | None:
        if token.startswith(LOCAL_PREFIX):
            email = token.removeprefix(LOCAL_PREFIX).lower()
            return email if _EMAIL.fullmatch(email) else None
        rows = self._store.read("SELECT email, expires FROM access_tokens WHERE token = ?", (token,))
        if not rows or rows[0][1] < self._clock.real().timestamp():
            return None
        return str(rows[0][0])

    def _signing_key(self) -> tuple[rsa.RSAPrivateKey, str, str]:
        kept = self._store.setting("signing_key")
        if kept is None:
            fresh = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            kept = {"kid": secrets.token_hex(20), "key": _pem(fresh), "certificate": _certify(fresh)}
            self._store.set_setting("signing_key", kept)
        # Made here and kept where nobody else writes: to prove its primes at every start takes long.
        key = serialization.load_pem_private_key(
            kept["key"].encode(), password=None, unsafe_skip_rsa_key_validation=True
        )
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("the kept signing key is not an RSA key")
        return key, kept["kid"], kept["certificate"]


def subject(email: str) -> str:
    """The stable account number of an address: 21 digits, as Google's are."""
    digest = hashlib.sha256(email.lower().encode()).digest()
    return str(10**20 + int.from_bytes(digest[:8], "big") % (9 * 10**19))


def _unauthenticated(message: str, reason: str) -> GoogleError:
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
    }
    return GoogleError(401, "UNAUTHENTICATED", message, [info])


def _certify(key: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sheetflow local workspace")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36_500))
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _sign(key: rsa.RSAPrivateKey, kid: str, claims: dict[str, Any]) -> str:
    header = {"alg": "RS256", "kid": kid, "typ": "JWT"}
    signed = ".".join(_pack(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    return f"{signed}.{_pack(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _pack(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unpack(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
