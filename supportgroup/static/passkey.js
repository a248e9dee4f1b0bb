// Passkeys: a form with data-passkey asks the device, writes its answer into a field and is sent as any other form.
// The form is hidden until we know that this browser has passkeys.
"use strict";

function bytesOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function textOf(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const withBytes = (known) => (known || []).map((one) => ({ ...one, id: bytesOf(one.id) }));

// What the server says, as the browser wants it: bytes where it sends text.
function options(said) {
  const made = { ...said, challenge: bytesOf(said.challenge) };
  if (said.user) made.user = { ...said.user, id: bytesOf(said.user.id) };
  if (said.excludeCredentials) made.excludeCredentials = withBytes(said.excludeCredentials);
  if (said.allowCredentials) made.allowCredentials = withBytes(said.allowCredentials);
  return made;
}

// What the device says, as the server wants it.
function answer(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = textOf(credential.response[name]);
  }
  const { id, type, authenticatorAttachment } = credential;
  return { id, rawId: textOf(credential.rawId), type, authenticatorAttachment, response, clientExtensionResults: {} };
}

async function askDevice(form) {
  const token = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  const said = await fetch(form.dataset.options, { method: "POST", body: token });
  if (!said.ok) throw new Error(said.statusText);
  const publicKey = options(await said.json());
  const ask = form.dataset.passkey === "create" ? "create" : "get";
  return answer(await navigator.credentials[ask]({ publicKey }));
}

async function sendPasskey(form) {
  const trouble = form.querySelector("[data-trouble]");
  trouble.hidden = true;
  try {
    form.elements.credential.value = JSON.stringify(await askDevice(form));
  } catch {
    trouble.hidden = false; // sent away, too slow, or nothing there: the device has said so itself
    return;
  }
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendPasskey(form);
  });
}
