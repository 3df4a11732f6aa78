import { Problem } from "./problem.js";

/** How long before its end a token is replaced, in seconds. */
const EARLY = 60;

/** Gives tokens for an API key: exchanges it when there is none, and a minute before one ends. Throws Problem. */
export function exchanging(apiUrl: string, apiKey: string): () => Promise<string> {
  let token = "";
  let renewAt = 0;
  let asking: Promise<string> | undefined;

  async function exchange(): Promise<string> {
    const answer = await fetch(`${apiUrl.replace(/\/$/, "")}/api-tokens`, {
      method: "POST",
      headers: { authorization: `Bearer ${apiKey}` },
    });
    if (!answer.ok) throw await Problem.of(answer);
    const told = (await answer.json()) as { access_token: string; expires_in: number };
    token = told.access_token;
    renewAt = Date.now() + 1000 * (told.expires_in - EARLY);
    return token;
  }

  return () => {
    if (Date.now() < renewAt) return Promise.resolve(token);
    // Whoever asks meanwhile gets the same one.
    asking ??= exchange().finally(() => (asking = undefined));
    return asking;
  };
}
