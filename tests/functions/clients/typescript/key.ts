// A program with an API key: it reads twice, at the same time, and commands once.
import { createHoldfast, Problem } from "@holdfast/client";
declare const process: { env: Record<string, string | undefined> };

const env = (name: string) => process.env[name]!;
const with_key = (apiKey: string) =>
  createHoldfast({
    url: env("URL"),
    apiUrl: env("API_URL"),
    key: env("KEY"),
    apiKey,
    // Node 20 has no WebSocket, and nothing here listens.
    supabase: { realtime: { transport: class {} as never } },
  });
const code = (error: unknown) => (error instanceof Problem ? error.code : String(error));

const program = with_key(env("API_KEY"));
const balances = () => program.db.from("wallet_balances").select("available");
const answers = await Promise.all([balances(), balances()]);
const read = answers.flatMap(({ data }) => (data ?? []).map((row) => row.available));
const order = { order_id: crypto.randomUUID() };
const refused = await program.command("order_pause", order).catch(code);
const unknown = await with_key("hf_live_nothing").command("order_pause", order).catch(code);

console.log(JSON.stringify({ read, refused, unknown }));
