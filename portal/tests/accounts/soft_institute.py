"""A SAML identity provider: its key, its metadata, and the assertions that it signs."""

import base64
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from onelogin.saml2.utils import OneLogin_Saml2_Utils

SAML = "/accounts/elsewhere/saml/institute"
ENTITY = "https://idp.institute.example/metadata"
HOLDER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate_of(key: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=9000))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def metadata_of(*keys: rsa.RSAPrivateKey, entity: str = ENTITY, valid_until: str = "") -> str:
    """What the identity provider publishes: every key that it signs with, or is about to."""
    descriptors = "".join(
        f"""<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
<ds:X509Certificate>{"".join(certificate_of(key).splitlines()[1:-1])}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
</md:KeyDescriptor>"""
        for key in keys
    )
    until = f' validUntil="{valid_until}"' if valid_until else ""
    return f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity}"{until}>
<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{descriptors}
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.institute.example/sso"/>
</md:IDPSSODescriptor></md:EntityDescriptor>"""


def assertion(
    request_id: str, email: str, *, key: rsa.RSAPrivateKey | None = HOLDER, minutes: int = 5, audience: str = ""
) -> str:
    """A response of the identity provider, its assertion signed with `key`."""
    now = datetime.now(UTC)  # noqa: TID251 - the provider's own clock
    at, until = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (now, now + timedelta(minutes=minutes)))
    here = "http://testserver"
    unsigned = f"""<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_assertion" Version="2.0"
 IssueInstant="{at}">
<saml:Issuer>{ENTITY}</saml:Issuer><saml:Subject><saml:NameID>p-1</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<saml:SubjectConfirmationData NotOnOrAfter="{until}" Recipient="{here}{SAML}/acs/" InResponseTo="{request_id}"/>
</saml:SubjectConfirmation>
</saml:Subject><saml:Conditions NotOnOrAfter="{until}"><saml:AudienceRestriction>
<saml:Audience>{audience or f"{here}{SAML}/metadata/"}</saml:Audience></saml:AudienceRestriction></saml:Conditions>
<saml:AuthnStatement AuthnInstant="{at}" SessionIndex="_s"><saml:AuthnContext><saml:AuthnContextClassRef>
urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement><saml:Attribute Name="urn:oid:0.9.2342.19200300.100.1.3">
<saml:AttributeValue>{email}</saml:AttributeValue>
</saml:Attribute></saml:AttributeStatement></saml:Assertion>"""
    signed = unsigned
    if key is not None:
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        signed = OneLogin_Saml2_Utils.add_sign(
            unsigned,
            pem.decode(),
            certificate_of(key),
            sign_algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            digest_algorithm="http://www.w3.org/2001/04/xmlenc#sha256",
        ).decode()
    response = f"""<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_response" Version="2.0"
 IssueInstant="{at}" Destination="{here}{SAML}/acs/" InResponseTo="{request_id}">
<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">{ENTITY}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>{signed}</samlp:Response>"""
    return base64.b64encode(response.encode()).decode()
