// Passkeys: a form marked `data-passkey` asks the browser for one when it is sent, and carries its answer to the portal.
// `data-passkey` is "create" or "get"; the portal's question stands in `data-options`, or is fetched from `data-ask`.

const BINARY = new Set(["challenge", "id", "rawId", "clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]);

function bytes(text) {
  const padded = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// The portal's question: base64url where the browser wants bytes (the challenge, and every identifier but the portal's own).
function asked(value, name, parent) {
  if (Array.isArray(value)) return value.map((one) => asked(one, name, parent));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asked(inner, key, name)]));
  }
  return typeof value === "string" && BINARY.has(name) && parent !== "rp" ? bytes(value) : value;
}

function answered(credential) {
  const response = {};
  for (const name of BINARY) {
    const value = credential.response[name];
    if (value instanceof ArrayBuffer) response[name] = text(value);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

async function question(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const response = await fetch(form.dataset.ask, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`The portal answered ${response.status}.`);
  return (await response.json()).request_options;
}

async function credentialFor(form) {
  const { publicKey } = asked(await question(form));
  if (form.dataset.passkey === "get") return navigator.credentials.get({ publicKey });
  publicKey.authenticatorSelection = {
    ...publicKey.authenticatorSelection,
    residentKey: "required",
    requireResidentKey: true,
    userVerification: "required",
  };
  return navigator.credentials.create({ publicKey });
}

const FAULTS = { InvalidStateError: "known", SecurityError: "unable", TypeError: "unable" };

function say(name) {
  const fault = document.querySelector("[data-passkey-fault]");
  fault.hidden = false;
  for (const part of fault.querySelectorAll("p")) part.hidden = !part.hasAttribute(`data-passkey-${name}`);
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    document.querySelector("[data-passkey-fault]").hidden = true;
    if (!window.PublicKeyCredential) return say("unable");
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      form.elements.credential.value = JSON.stringify(answered(await credentialFor(form)));
      form.submit();
    } catch (error) {
      button.disabled = false;
      say(FAULTS[error.name] ?? "refused");
    }
    return undefined;
  });
}
