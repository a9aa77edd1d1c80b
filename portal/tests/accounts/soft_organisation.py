"""An OpenID provider on this machine."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, SECRET = "guildmark", "hush"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Organisation:
    """An OpenID provider on this machine: whoever comes is `person`."""

    def __init__(self) -> None:
        self.person: dict[str, object] = {}
        self.asked: dict[str, str] = {}
        self.audience = CLIENT_ID
        self.server = HTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def _handler(organisation) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(organisation.document(urlsplit(self.path).path))

            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
                organisation.asked = {name: values[0] for name, values in parse_qs(sent).items()}
                self._answer(organisation.tokens())

            def _answer(self, document: dict[str, object]) -> None:
                content = json.dumps(document).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler

    def document(self, path: str) -> dict[str, object]:
        if path == "/userinfo":
            return self.person
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def tokens(self) -> dict[str, object]:
        now = datetime.now(UTC)  # noqa: TID251 - the provider's own clock
        claims = {"iss": self.url, "aud": self.audience, "iat": now, "exp": now + timedelta(minutes=5), **self.person}
        return {"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": jwt.encode(claims, KEY, "RS256")}
