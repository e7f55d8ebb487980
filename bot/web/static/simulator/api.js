/** Speaks to the simulator's server; every failure becomes a sentence. */

const ROOT = "/simulator/api";
const TIMEOUT_MS = 15000;

/** The server refused or did not answer; the message is a sentence for the reader. */
export class ApiError extends Error {}

export const contacts = async () => (await call("/contacts")).contacts ?? [];

export const messages = (conversation) => call(`/messages?${query(conversation)}`);

export const changesUrl = (conversation) => `${ROOT}/changes?${query(conversation)}`;

/** Post what a person wrote, tapped or attached; refuse unless the webhook took it. */
export async function send({ contact, channel }, content) {
  const body = JSON.stringify({ contact, channel, ...content });
  const headers = { "Content-Type": "application/json" };
  const { status } = await call("/send", { method: "POST", headers, body });
  if (status >= 300) throw new ApiError(`The webhook answered ${status}.`);
}

const query = ({ contact, channel }) => new URLSearchParams({ contact, channel });

async function call(path, options = {}) {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(ROOT + path, { cache: "no-store", signal, ...options }).catch(() => {
    throw new ApiError("The server does not answer.");
  });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(body.error ?? `The server answered ${response.status}.`);
  return body;
}
