import { createClient, type SupabaseClient, type SupabaseClientOptions } from "@supabase/supabase-js";
import { PATHS, type Commands } from "./commands.js";
import type { Database } from "./database.js";
import { Problem } from "./problem.js";
import { exchanging } from "./tokens.js";

export * from "./commands.js";
export type { Database, Json } from "./database.js";
export { Problem } from "./problem.js";

export interface Options {
  /** The Supabase project: reading, writing, sign-in. */
  url: string;
  /** Where commands go: output `ApiUrl` of the deployment. */
  apiUrl: string;
  /** The publishable (or anon) key of the project. */
  key: string;
  /** Gives the token of whoever is signed in. Without it supabase-js keeps the session. */
  accessToken?: () => Promise<string>;
  /** For programs, in place of somebody who is signed in: exchanged for tokens, and again before one ends. */
  apiKey?: string;
  /** More options of supabase-js; Node before 22 needs `realtime: { transport }`. */
  supabase?: SupabaseClientOptions<"public">;
  /** How often a command is sent at most while no answer of its own comes; 4 by default. */
  attempts?: number;
}

export interface CommandOptions {
  /** Names the command; made anew if you give none. Give your own to repeat one later. */
  idempotencyKey?: string;
}

type Name = keyof Commands;
type Rest<N extends Name> = {} extends Commands[N]["body"]
  ? [body?: Commands[N]["body"], options?: CommandOptions]
  : [body: Commands[N]["body"], options?: CommandOptions];

export interface Holdfast {
  /** Everything that is plain reading and writing, and sign-in. */
  db: SupabaseClient<Database>;
  /** Sends one command. Throws Problem. */
  command<N extends Name>(
    name: N,
    path: Commands[N]["path"],
    ...rest: Rest<N>
  ): Promise<Commands[N]["answer"]>;
}

/** One client of one person, or of an API key. */
export function createHoldfast(options: Options): Holdfast {
  const accessToken = options.apiKey ? exchanging(options.apiUrl, options.apiKey) : options.accessToken;
  const db = createClient<Database>(options.url, options.key, {
    ...options.supabase,
    accessToken,
  });
  const token = accessToken ?? (() => sessionToken(db));

  async function command(
    name: Name,
    path: Record<string, string>,
    body: unknown = {},
    { idempotencyKey = crypto.randomUUID() }: CommandOptions = {},
  ): Promise<unknown> {
    const address = PATHS[name].replace(/\{(\w+)\}/g, (_, each) => encodeURIComponent(path[each]));
    const request = {
      method: "POST",
      headers: {
        authorization: `Bearer ${await token()}`,
        "content-type": "application/json",
        "idempotency-key": idempotencyKey,
      },
      body: JSON.stringify(body),
    };
    const answer = await repeated(options.apiUrl.replace(/\/$/, "") + address, request, options.attempts ?? 4);
    if (!answer.ok) throw await Problem.of(answer);
    return answer.json();
  }

  return { db, command: command as Holdfast["command"] };
}

async function sessionToken(db: SupabaseClient<Database>): Promise<string> {
  const { data } = await db.auth.getSession();
  return data.session?.access_token ?? "";
}

/** The same request with the same key until somebody answers: nothing is done twice. */
async function repeated(url: string, request: RequestInit, attempts: number): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const last = attempt >= attempts;
    let wait = 250 * 2 ** (attempt - 1) * (0.5 + Math.random());
    try {
      const answer = await fetch(url, request);
      if (last || ![429, 502, 503, 504].includes(answer.status)) return answer;
      const asked = answer.headers.get("retry-after");
      // Only the caller can make room where a 429 does not say when.
      if (answer.status === 429 && asked === null) return answer;
      wait = Math.max(wait, 1000 * Number(asked ?? 0));
    } catch (error) {
      if (last) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
