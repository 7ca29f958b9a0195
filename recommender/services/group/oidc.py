"""Logging in by a provider of OpenID Connect, such as Keycloak or ORCID; needs the extra `oidc`.

The code flow with PKCE (RFC 7636), a nonce and a state. What counts is an ID token that the issuer signed for us:
https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
"""

import secrets
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from recommender.delivery.mail.links import Refused
from recommender.errors import ProfileError, SourceError
from recommender.results.group import Account, AccountState, Identity, OidcFlow, Started
from recommender.services.group import logins
from recommender.services.group.accounts import headers_checked
from recommender.services.group.desk import Desk
from recommender.sources import provider
from recommender.store import group_settings

# asymmetric ones alone: with a shared secret, whoever knows it could sign
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_CLOCKS_DIFFER = 60  # seconds
_SCOPE = "openid email"


class _Answer(dict[str, Any]):
    """An answer of the token endpoint, as Authlib reads one."""

    status_code = 200
    text = ""

    def json(self) -> dict[str, Any]:
        return self


class _Session:
    """What Authlib's client sends its request by."""

    def post(self, url: str, *, data: dict[str, str], headers: dict[str, str], auth: ClientAuth) -> _Answer:
        _, signed, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        return _Answer(provider.ask(url, body, signed))


class _Client(OAuth2Client):  # type: ignore[misc]
    """Authlib's client, without the clean-up that its own sessions need."""

    def __del__(self) -> None:
        """Leave the session to Python."""


def begin(desk: Desk, back_address: str) -> OidcFlow:
    """Where a browser is sent, and the secrets by which its way back is known.

    Args:
        back_address: the address that the provider sends the browser back to.

    Raises:
        SourceError: the provider does not answer.
    """
    metadata = _metadata(desk)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    url, _ = _client(desk, back_address).create_authorization_url(
        _endpoint(metadata, "authorization_endpoint"), state=state, code_verifier=verifier, nonce=nonce
    )
    return OidcFlow(str(url), state, nonce, verifier)


def finish(desk: Desk, flow: OidcFlow, code: str, back_address: str) -> Identity:
    """The person whom the provider logged in.

    Args:
        code: what the browser brought back.

    Raises:
        Refused: the provider's answer does not prove it.
        SourceError: the provider does not answer.
    """
    metadata, settings = _metadata(desk), desk.settings
    try:
        token = _client(desk, back_address).fetch_token(
            _endpoint(metadata, "token_endpoint"),
            code=code,
            code_verifier=flow.verifier,
            grant_type="authorization_code",
        )
        keys = KeySet.import_key_set(provider.ask(_endpoint(metadata, "jwks_uri")))  # type: ignore[arg-type]
        decoded = jwt.decode(str(token.get("id_token") or ""), keys, algorithms=list(_ALGORITHMS))
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": settings.oidc_issuer},
                "aud": {"essential": True, "value": settings.oidc_client},
            },
            {"nonce": flow.nonce, "client_id": settings.oidc_client, "access_token": token.get("access_token")},
        )
        claims.validate(int(desk.now.timestamp()), _CLOCKS_DIFFER)
        if not claims["sub"]:
            raise ValueError("everybody without a subject would be the same person")
    except SourceError:
        raise
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Refused("the provider's answer is not what it should be") from error
    except Exception as error:  # Authlib's errors have no common base
        if not type(error).__module__.startswith("authlib."):
            raise
        raise Refused("the provider did not confirm it") from error
    address = str(claims.get("email") or "") if claims.get("email_verified") is True else ""
    return Identity(settings.oidc_issuer, str(claims["sub"]), address)


def log_in(desk: Desk, identity: Identity, agent: str, back: str) -> Started:
    """Log the member in whose account has this identity, or this address, which the provider has verified.

    Raises:
        Refused: it is nobody's, or the account is disabled.
    """
    account = desk.logins.identified(identity.issuer, identity.subject)
    if account is None and identity.address:
        account = _by_address(desk, identity)
    if account is None or account.state is AccountState.DISABLED:
        raise Refused("no member has this login: log in by mail, and connect it at “Your account”")
    return logins.start(desk, account, agent, back)


def connect(desk: Desk, account: Account, identity: Identity) -> None:
    """Let a member log in by this identity from now on.

    Raises:
        Refused: it is another member's.
    """
    if not desk.logins.identify(account.number, identity.issuer, identity.subject):
        raise Refused("it is another member's login")


def _by_address(desk: Desk, identity: Identity) -> Account | None:
    try:
        account = desk.store.account(headers_checked(identity.address))
    except ProfileError:  # what the provider has verified is no address that an account can have
        return None
    if account is None or not desk.logins.identify(account.number, identity.issuer, identity.subject):
        return None
    return account


def _client(desk: Desk, back_address: str) -> Any:
    return _Client(
        _Session(),
        client_id=desk.settings.oidc_client,
        client_secret=group_settings.oidc_secret(desk.home.oidc_secret_file),
        scope=_SCOPE,
        redirect_uri=back_address,
        code_challenge_method="S256",
    )


def _metadata(desk: Desk) -> dict[str, Any]:
    """The provider's own description, which must be of the configured issuer.

    https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation
    """
    issuer = desk.settings.oidc_issuer
    metadata = provider.ask(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if metadata.get("issuer") != issuer:
        raise SourceError(f"the provider calls itself otherwise than oidc_issuer = {issuer!r} in group.toml")
    return metadata


def _endpoint(metadata: dict[str, Any], name: str) -> str:
    url = metadata.get(name)
    if not isinstance(url, str) or not group_settings.is_safe(url):
        raise SourceError(f"the provider names no {name} that can be used")
    return url
