// A whole trade through the packed client, as somebody who builds a page would write it.
import { createHoldfast, Problem, type OrderTake } from "@holdfast/client";
declare const process: { env: Record<string, string | undefined> };

const env = (name: string) => process.env[name]!;
const as = (token: string) =>
  createHoldfast({
    url: env("URL"),
    apiUrl: env("API_URL"),
    key: env("KEY"),
    // Node 20 has no WebSocket, and nothing here listens.
    supabase: { realtime: { transport: class {} as never } },
    accessToken: async () => env(token),
  });
const [maker, taker] = [as("MAKER"), as("TAKER")];

const { data: order, error } = await maker.db
  .from("p2p_orders")
  .insert({
    user_id: env("MAKER_ID"),
    type: "sell",
    cryptocurrency: "BTC",
    fiat_currency: "USD",
    amount: "0.5",
    price: "50000",
    min_order_amount: "0.01",
    max_order_amount: "0.5",
    payment_methods: ["sepa"],
  })
  .select("*")
  .single();
if (error) throw error;
const amount: string = order.amount;

await maker.command("order_publish", { order_id: order.id });
const body: OrderTake = { amount: "0.1", expected_price: "50000" };
const key = { idempotencyKey: crypto.randomUUID() };
const taken = await taker.command("order_take", { order_id: order.id }, body, key);
const again = await taker.command("order_take", { order_id: order.id }, body, key);
const escrow = { escrow_id: taken.trade_id };

const refused = await taker
  .command("escrow_release", escrow, { payer_name_matches: true })
  .catch((problem: unknown) => problem);
await taker.command("escrow_mark_paid", escrow);
const released = await maker.command("escrow_release", escrow, { payer_name_matches: true });

const { data: held } = await taker.db.from("escrow_transactions").select("*").eq("id", taken.trade_id).single();
const { data: mine } = await taker.db.from("wallet_balances").select("currency, available").eq("currency", "BTC").single();

console.log(
  JSON.stringify({
    amount,
    same: again.trade_id === taken.trade_id,
    refused: refused instanceof Problem && { status: refused.status, code: refused.code, id: refused.requestId },
    state: released.state,
    held: held?.state,
    columns: Object.keys(held ?? {}).length,
    available: mine?.available,
  }),
);
