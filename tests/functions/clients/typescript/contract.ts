// A contract of two milestones through the packed client: one is released, one goes to an arbiter.
import { createHoldfast, type Database, type Milestone } from "@holdfast/client";
declare const process: { env: Record<string, string | undefined> };

const env = (name: string) => process.env[name]!;
const as = (token: string) =>
  createHoldfast({
    url: env("URL"),
    apiUrl: env("API_URL"),
    key: env("KEY"),
    // Node 20 has no WebSocket, and nothing here listens.
    supabase: { realtime: { transport: class {} as never } },
    accessToken: async () => token,
  });
const [seller, buyer] = [as(env("SELLER")), as(env("BUYER"))];
const arbiters: Record<string, string> = JSON.parse(env("ARBITERS"));

const { data: listing, error } = await seller.db
  .from("listings")
  .insert({
    seller_id: env("SELLER_ID"),
    category: "groups",
    title: "A group with 10k members",
    description: "Active since 2019.",
    price: "300",
    currency: "USDC_BASE",
  })
  .select("*")
  .single();
if (error) throw error;
await seller.db.from("listings").update({ status: "active" }).eq("id", listing.id).throwOnError();
// What a call answers is typed as well: rows, with amounts as strings.
const { data: shown } = await buyer.db.rpc("listing", { listing_id: listing.id });
const price: string | null | undefined = shown?.[0]?.price;

const part = (title: string, amount: string): Milestone => ({ title, description: "As agreed.", amount, days: 14 });
const milestones = [part("Half", "100"), part("The rest", "200")];
const offer = await buyer.command("listing_offers", { listing_id: listing.id }, { amount: "300", milestones });
const made = await seller.command("offer_accept", { offer_id: offer.offer_id });
const contract = { contract_id: made.contract_id };
const signature = { document_hash: made.document_hash };
await seller.command("contract_sign", contract, signature);
await buyer.command("contract_sign", contract, signature);
await buyer.command("contract_fund", contract);

const [first, second] = made.milestones.map((each) => ({ escrow_id: each.milestone_id }));
for (const each of [first, second]) await seller.command("escrow_deliver", each, { note: "It is in the group." });
const released = await buyer.command("escrow_release", first);

await buyer.command("escrow_dispute", second, { reason: "not_as_described" });
for (const each of [buyer, seller]) await each.command("escrow_statement", second, { body: "This is how it was." });
type Dispute = Database["public"]["Tables"]["disputes"]["Row"];
const { data: disputes } = await buyer.db.from("disputes").select("*").eq("escrow_id", second.escrow_id);
const { arbiter_id, reason } = (disputes as Dispute[])[0];
const arbiter = as(arbiters[arbiter_id!]);
await arbiter.command("escrow_acknowledge", second);
await arbiter.command("escrow_decide", second, {
  payer_amount: "80",
  payee_amount: "120",
  reason: "partly_delivered",
  grounds: "The log shows a part of what was promised.",
});
for (const each of [buyer, seller]) await each.command("escrow_accept_decision", second);

const { data: progress } = await buyer.db.from("contract_progress").select("status").eq("contract_id", made.contract_id);
const { data: held } = await seller.db.from("wallet_balances").select("available").eq("currency", "USDC_BASE").single();
console.log(
  JSON.stringify({
    price,
    released: released.state,
    payee: released.payee_amount,
    reason,
    status: progress?.[0]?.status,
    available: held?.available,
  }),
);
