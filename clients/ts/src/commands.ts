// Written by make gen from the OpenAPI document.

/** A key. prefix: the part of it that names it, after hf_live_. api_key: the whole key, in the first answer only; null in the answer of a command that is repeated: rotate it, or make another. */
export interface ApiKey {
  /** Row of api_keys. */
  key_id: string;
  /** Whose it is. */
  party_id: string;
  /** Its name. */
  name: string;
  /** The part of it that names it, after hf_live_. */
  prefix: string;
  /** How the key ends. */
  last4: string;
  /** What it may do: rows of api_scopes. */
  scopes: Array<string>;
  /** Networks from which it is exchanged; empty: from everywhere. */
  ip_allow: Array<string>;
  /** When it ends by itself. */
  expires_at: string | null;
  /** The whole key, in the first answer only; null in the answer of a command that is repeated: rotate it, or make another. */
  api_key: string | null;
}

/** party_id: for whom the key acts, the caller by default; of another party the caller is an owner. name: what its owner calls it. scopes: what it may do, rows of api_scopes. ip_allow: networks (CIDR) from which it is exchanged; left out: from everywhere. expires_at: when it ends; left out: when it is revoked. */
export interface ApiKeyCreate {
  /** What its owner calls it. */
  name: string;
  /** What it may do, rows of api_scopes. */
  scopes: Array<string>;
  /** For whom the key acts, the caller by default; of another party the caller is an owner. */
  party_id?: string | null;
  /** Networks (CIDR) from which it is exchanged; left out: from everywhere. */
  ip_allow?: Array<string> | null;
  /** When it ends; left out: when it is revoked. */
  expires_at?: string | null;
}

/** overlap_seconds: how long the old secret lives on, at most seven days. */
export interface ApiKeyRotate {
  /** How long the old secret lives on, at most seven days. */
  overlap_seconds?: number;
}

/**  */
export interface AssetDifference {
  /** Path of the field. */
  field: string;
  /** What it was. */
  before: unknown;
  /** What it is now; of a resend: go on after this id. */
  after: unknown;
}

/** differences: between the snapshot in the contract and this one. */
export interface AssetProved {
  /** Row of escrow_transactions; of a trade also its id. */
  escrow_id: string;
  /** Row of asset_snapshots. */
  snapshot_id: string;
  /** Snapshot in the contract. */
  compared_to: string;
  /** Between the snapshot in the contract and this one. */
  differences: Array<AssetDifference>;
}

/** asset_id: as the provider counts; of a game its universe. party_id: whose snapshot it will be, by default the caller's. */
export interface AssetSnapshotCreate {
  /** Who was asked. */
  provider?: "roblox";
  /** Which kind. */
  kind: "group" | "game" | "item" | "user";
  /** As the provider counts; of a game its universe. */
  asset_id: string;
  /** Whose snapshot it will be, by default the caller's. */
  party_id?: string | null;
}

/** provider_reference: Stripe's PaymentIntent. client_secret: with it the payer's browser confirms the payment to Stripe; nobody else should have it. */
export interface CardPayment {
  /** Row of escrow_transactions; of a trade also its id. */
  escrow_id: string;
  /** Id of a row of rails. */
  rail: string;
  /** Code of a row of currencies. */
  currency: string;
  /** In units of the currency. */
  amount: string;
  /** When it ends by itself. */
  expires_at: string;
  /** Stripe's PaymentIntent. */
  provider_reference: string;
  /** With it the payer's browser confirms the payment to Stripe; nobody else should have it. */
  client_secret: string;
}

/** amount: paid to the claimant from the loss account, when upheld. */
export interface CaseClose {
  /** What happened, or shall. */
  event: string;
  /** Paid to the claimant from the loss account, when upheld. */
  amount?: string | null;
  /** What was found. */
  resolution: string;
}

/**  */
export interface CaseClosed {
  /** Row of escrow_cases. */
  case_id: string;
  /** State after the command. */
  state: string;
}

/**  */
export interface CaseOpened {
  /** Row of escrow_cases. */
  case_id: string;
  /** Row of escrow_transactions; of a trade also its id. */
  escrow_id: string;
  /** State after the command. */
  state: string;
  /** When silence decides. */
  deadline_at: string;
}

/** edition: by default the signed one, when there is one. */
export interface ContractDocumentDownloads {
  /** By default the signed one, when there is one. */
  edition?: "unsigned" | "signed" | null;
}

/** The contract after the command. document_hash: what both sides sign. */
export interface ContractMoved {
  /** Row of contracts. */
  contract_id: string;
  /** What both sides sign. */
  document_hash: string;
  /** Sum of all milestones. */
  total: string;
  /** Code of a row of currencies. */
  currency: string;
  /** Id of a row of rails. */
  rail: string;
  /** In their order. */
  milestones: Array<MilestoneState>;
}

/** document_hash: sha256 of the contract's document, as the signer has read it. */
export interface ContractSign {
  /** Sha256 of the contract's document, as the signer has read it. */
  document_hash: string;
}

/** owed: what is still open of the debt. lifted_until: until then it keeps no money in other currencies. */
export interface DebtDecided {
  /** Row of receivables. */
  receivable_id: string;
  /** Code of a row of currencies. */
  currency: string;
  /** What was written off in all. */
  written_off_amount: string;
  /** What is still open of the debt. */
  owed: string;
  /** Until then it keeps no money in other currencies. */
  lifted_until: string | null;
}

/** party_id: whose wallet, the caller's own by default. */
export interface DepositAddressCreate {
  /** Whose wallet, the caller's own by default. */
  party_id?: string | null;
  /** Id of a row of rails. */
  rail: string;
  /** Code of a row of currencies. */
  currency: string;
}

/** What waited in suspense is on its way. amount: what arrives; network_cost is off it. not_before: until then it waits, since the address is new; None: it is not. Until it is sent its payout can be kept (POST /payouts/{payout_id}/keep), and it waits in suspense anew. */
export interface DepositSentBack {
  /** Row of deposits. */
  deposit_id: string;
  /** Row of payouts. */
  payout_id: string;
  /** Id of a row of rails. */
  rail: string;
  /** Code of a row of currencies. */
  currency: string;
  /** What arrives; network_cost is off it. */
  amount: string;
  /** What the network takes. */
  network_cost: string;
  /** Address on the rail, as its address_kinds say. */
  address: string;
  /** Until then it waits, since the address is new; None: it is not. Until it is sent its payout can be kept (POST /payouts/{payout_id}/keep), and it waits in suspense anew. */
  not_before: string | null;
}

/** What waited in suspense is in the wallet now. */
export interface DepositTaken {
  /** Row of deposits. */
  deposit_id: string;
  /** Code of a row of currencies. */
  currency: string;
  /** In units of the currency. */
  amount: string;
  /** What became of it. */
  outcome: string;
}

/** A destination that is used no more. */
export interface DestinationRemoved {
  /** Row of payout_destinations. */
  destination_id: string;
  /** When it was removed. */
  removed_at: string;
}

/** Where the money of a party may go on a rail. usable_from: the first of a rail at once, every other after a while (rails.destination_wait). default_from: None, when it is no default. */
export interface DestinationSet {
  /** Row of payout_destinations. */
  destination_id: string;
  /** Whose it is. */
  party_id: string;
  /** Id of a row of rails. */
  rail: string;
  /** Code of a row of currencies. */
  currency: string | null;
  /** Address on the rail, as its address_kinds say. */
  address: string;
  /** The first of a rail at once, every other after a while (rails.destination_wait). */
  usable_from: string;
  /** None, when it is no default. */
  default_from: string | null;
}

/** name: what the owner calls the device; empty: nothing any more. */
export interface DeviceName {
  /** What the owner calls the device. */
  name: string;
}

/** A device. name: what its owner calls it. */
export interface DeviceNamed {
  /** Row of user_devices. */
  device_id: string;
  /** What its owner calls it. */
  name: string;
}

/** A device whose next sign-in is one from a new device. ended: how many sessions it had. */
export interface DeviceRevoked {
  /** Row of user_devices. */
  device_id: string;
  /** How many sessions it had. */
  ended: number;
}

/** outcome: explained or booked. rest_id: the difference that is left; null: none is. */
export interface DifferenceClosed {
  /** Row of rail_differences. */
  rail_difference_id: string;
  /** Explained or booked. */
  outcome: string;
  /** When it was over. */
  closed_at: string;
  /** The difference that is left. */
  rest_id: string | null;
}

/** discord_id: of the person or the guild now. */
export interface DiscordLinked {
  /** Whose it is. */
  party_id: string | null;
  /** Row of guilds. */
  guild_id: string | null;
  /** Of the person or the guild now. */
  discord_id: string | null;
}

/** url: read the PDF with method within expires_in seconds. sha256: of its bytes. */
export interface DocumentOpened {
  /** Row of contracts. */
  contract_id: string;
  /** Which edition of the document. */
  edition: "unsigned" | "signed";
  /** Of its bytes. */
  sha256: string;
  /** Size in bytes. */
  size_bytes: number;
  /** HTTP method. */
  method: string;
  /** Read the PDF with method within expires_in seconds. */
  url: string;
  /** Seconds that the address is good for. */
  expires_in: number;
}

/** url: read with method within expires_in seconds. */
export interface DownloadOpened {
  /** HTTP method. */
  method: string;
  /** Read with method within expires_in seconds. */
  url: string;
  /** Seconds that the address is good for. */
  expires_in: number;
}

/** The endpoint after the command. */
export interface EndpointEnabled {
  /** Row of webhook_endpoints. */
  endpoint_id: string;
  /** Status after the command. */
  status: string;
}

/** secret: signs every message; shown only in the answers to this command. */
export interface EndpointMade {
  /** Row of webhook_endpoints. */
  endpoint_id: string;
  /** Status after the command. */
  status: string;
  /** Names the secret. */
  secret_id: string;
  /** Signs every message; shown only in the answers to this command. */
  secret: string | null;
}

/** A request to be erased. erasure_id: names it. erase_from: when it begins; until then it can be cancelled. */
export interface Erasure {
  /** Names it. */
  erasure_id: string;
  /** State after the command. */
  state: string;
  /** When it begins; until then it can be cancelled. */
  erase_from: string;
}

/**  */
export interface EscrowAcceptSplit {
  /** Refuse with stale_version when the escrow has moved on. */
  expected_version?: number | null;
  /** Row of the offer. */
  offer_id: string;
}

/** Send exactly amount of token to address, on the chain of chain_id, before expires_at. address: of this escrow only. amount: in units of the token, as text. */
export interface EscrowAddress {
  /** Id of a row of rails. */
  rail: string;
  /** Code of a row of currencies. */
  currency: string;
  /** Of this escrow only. */
  address: string;
  /** Number of the chain (EIP-155). */
  chain_id: number;
  /** Contract of the token. */
  token: string;
  /** Row of escrow_transactions; of a trade also its id. */
  escrow_id: string;
  /** In units of the token, as text. */
  amount: string;
  /** When it ends by itself. */
  expires_at: string;
}

/** snapshot_id: taken by a side since the contract was made. */
export interface EscrowAssetProofs {
  /** Taken by a side since the contract was made. */
  snapshot_id: string;
}

/**  */
export interface EscrowAssign {
  /** Refuse with stale_version when the escrow has moved on. */
  expected_version?: number | null;
  /** Who takes the case. */
  arbiter_id: string;
}

/**  */
export interface EscrowClaim {
  /** Why; kept with what is done. */
  reason: string;
  /** In the words of whoever asks. */
  description?: string;
}

/** Send exactly amount to address before expires_at, as the chain's own median time counts. address: of this escrow only. amount: in units of the coin, as text. */
export interface EscrowCoinAddress {
  /** Id of a row of rails. */
  rail: string;
  /** Code of a row of currencies. */
  currency: string;
  /** Of this escrow only. */
  address: string;
  /** Number of the chain (EIP-155). */
  chain_id: number;
  /** Contract of the token. */
  token: string;
  /** Row of escrow_transactions; of a trade also its id. */
  escrow_id: string;
  /** In units of the coin, as text. */
  amount: string;
  /** When it ends by itself. */
  expires_at: string;
}

/** Parts before the fee; they sum to what is held. */
export interface EscrowDecide {
  /** Refuse with stale_version when the escrow has moved on. */
  expected_version?: number | null;
  /** Part of the payer. */
  payer_amount: string;
  /** Part of the payee. */
  payee_amount: string;
  /** Why; kept with what is done. */
  reason: string;
  /** Why, for both sides. */
  grounds: string;
}

/** note: where it is and how to check it. files: sha256 of what is handed over. */
export interface EscrowDeliver {
  /** Refuse with stale_version when the escrow has moved on. */
  expected_version?: number | null;
  /** Where it is and how to check it. */
  note: string;
  /** Sha256 of what is handed over. */
  files?: Array<string> | null;
}

/**  */
export interface EscrowDispute {
  /** Refuse with stale_version when the escrow has moved on. */
  expected_version?: number | null;
  /** Why; kept with what is done. */
  reason: string;
  /** In the words of whoever asks. */
  description?: string;
}

/** A file that was announced and uploaded. */
export interface EscrowEvidence {
  /** Refuse with stale_version when the escrow has moved on. */
  expected_version?: number | null;
  /** Of the exact bytes, in hex. */
  sha256: string;
}

/**  */
export interface EscrowEvidenceDownloads {
  /** Of the exact bytes, in hex. */
  sha256: string;
}

/** What will be uploaded: sha256 and size of the exact bytes. */
export interface EscrowEvidenceUploads {
  /** What it is for. */
  purpose?: "evidence" | "message";
  /** Of the exact bytes, in hex. */
  sha256: string;
  /** Its name. */
  name: string;
  /** Type of the file, such as image/png. */
  media_type: string;
  /** Size in bytes. */
  size_bytes: number;
}

/**  */
export interface EscrowFreeze {
  /** Refuse with stale_version when the escrow has moved on. */
  expected_version?: number | null;
  /** Why; kept with what is done. */
  reason: string;
}

/**  */
export interface EscrowMarkPaid {
  /** Refuse with stale_version when the escrow has moved on. */
  expected_version?: number | null;
  /** What the other side calls it. */
  reference?: string | null;
}

/** The escrow after the move. Amounts only when it settled; payee_amount is net of the fee. */
export interface EscrowMoved {
  /** Row of escrow_transactions; of a trade also its id. */
  escrow_id: string;
  /** What happened, or shall. */
  event: string;
  /** Grows with each change of the object. */
  version: number;
  /** State after the command. */
  state: string;
  /** Phase within the state; empty for none. */
  phase: string;
  /** When silence decides. */
  deadline_at: string | null;
  /** When it ends by itself. */
  expires_at: string | null;
  /** Whether a hold stops its clock. */
  frozen: boolean;
  /** Part of the payer. */
  payer_amount: string | null;
  /** Part of the payee. */
  payee_amount: string | null;
  /** What the platform keeps. */
  fee_amount: string | null;
}

/**  */
export interface EscrowOfferSplit {
  /** Refuse with stale_version when the escrow has moved on. */
  expected_version?: number | null;
  /** Part of the payee. */
  payee_amount: string;
}

/** confirm: releasing before payment. payer_name_matches: the bank money came from an account in the buyer's name. */
export interface EscrowRelease {
  /** Refuse with stale_version when the escrow has moved on. */
  expected_version?: number | null;
  /** Releasing before payment. */
  confirm?: boolean | null;
  /** The bank money came from an account in the buyer's name. */
  payer_name_matches?: boolean | null;
}

/** reason: what is missing. */
export interface EscrowRequestRevision {
  /** Refuse with stale_version when the escrow has moved on. */
  expected_version?: number | null;
  /** What is missing. */
  reason: string;
}

/**  */
export interface EscrowStatement {
  /** Refuse with stale_version when the escrow has moved on. */
  expected_version?: number | null;
  /** The text. */
  body: string;
}

/** hold_id: of escrow_holds; may be left out while only one reason of an operator is open. */
export interface EscrowUnfreeze {
  /** Refuse with stale_version when the escrow has moved on. */
  expected_version?: number | null;
  /** Of escrow_holds; may be left out while only one reason of an operator is open. */
  hold_id?: string | null;
}

/** Proof that a file was received as it is: the event's hash is a link of the trade's chain. */
export interface EvidenceReceipt {
  /** Row of escrow_transactions; of a trade also its id. */
  escrow_id: string;
  /** Row of disputes. */
  dispute_id: string;
  /** Side that said or did it. */
  author_role: string;
  /** Of the exact bytes, in hex. */
  sha256: string;
  /** Its name. */
  name: string;
  /** Type of the file, such as image/png. */
  media_type: string;
  /** Size in bytes. */
  size_bytes: number;
  /** When it was received. */
  received_at: string;
  /** Version of the escrow that the event made. */
  event_version: number;
  /** Link of the escrow's chain of events. */
  event_hash: string;
}

/**  */
export interface EvidenceReceived {
  /** Row of escrow_transactions; of a trade also its id. */
  escrow_id: string;
  /** What happened, or shall. */
  event: string;
  /** Grows with each change of the object. */
  version: number;
  /** State after the command. */
  state: string;
  /** Phase within the state; empty for none. */
  phase: string;
  /** When silence decides. */
  deadline_at: string | null;
  /** When it ends by itself. */
  expires_at: string | null;
  /** Whether a hold stops its clock. */
  frozen: boolean;
  /** Part of the payer. */
  payer_amount: string | null;
  /** Part of the payee. */
  payee_amount: string | null;
  /** What the platform keeps. */
  fee_amount: string | null;
  /** Proof that the file was received as it is. */
  receipt: EvidenceReceipt;
}

/** An export that is being written. export_id: names it. deadline_at: when it is given up. */
export interface Export {
  /** Names it. */
  export_id: string;
  /** State after the command. */
  state: string;
  /** When it is given up. */
  deadline_at: string;
}

/** export_id: names it. url: read the JSON with method within expires_in seconds. sha256: of its bytes. deadline_at: until when it is kept. */
export interface ExportOpened {
  /** Names it. */
  export_id: string;
  /** Of its bytes. */
  sha256: string;
  /** Size in bytes. */
  size_bytes: number;
  /** Until when it is kept. */
  deadline_at: string;
  /** HTTP method. */
  method: string;
  /** Read the JSON with method within expires_in seconds. */
  url: string;
  /** Seconds that the address is good for. */
  expires_in: number;
}

/** A reset of the second factor. deadline_at: waiting: when the factors are removed; asked: until when operators answer; null once over. */
export interface FactorReset {
  /** Row of factor_resets. */
  reset_id: string;
  /** State after the command. */
  state: string;
  /** Waiting: when the factors are removed. */
  deadline_at: string | null;
}

/** A reset of a second factor. deadline_at: when the factors are removed. */
export interface FactorResetAgreed {
  /** Row of factor_resets. */
  reset_id: string;
  /** State after the command. */
  state: string;
  /** When the factors are removed. */
  deadline_at: string;
}

/** rate: what one unit is worth in the reference currency (US dollars). as_of: of which moment, now if none is given. ends_at: from when it counts for nothing, within 31 days. */
export interface FiatRateCreate {
  /** Code of a row of currencies. */
  currency: string;
  /** What one unit is worth in the reference currency (US dollars). */
  rate: string;
  /** Where it comes from. */
  source: string;
  /** Of which moment, now if none is given. */
  as_of?: string | null;
  /** From when it counts for nothing, within 31 days. */
  ends_at: string;
  /** Why; kept with what is done. */
  reason: string;
}

/** The rate that stands now. */
export interface FiatRateSet {
  /** Code of a row of currencies. */
  currency: string;
  /** What one unit is worth in US dollars. */
  rate: string;
  /** Of which moment. */
  as_of: string;
  /** From when it counts for nothing. */
  ends_at: string;
}

/** kind, name: what is halted. ends_at: when it ends by itself. */
export interface HaltBegun {
  /** Row of halts. */
  halt_id: string;
  /** What is halted. */
  kind: string;
  /** What is halted. */
  name: string;
  /** When it ends by itself. */
  ends_at: string | null;
}

/** kind: of what. name: which one, such as BTC/EUR, coinbase, stripe, base. ends_at: when it ends by itself, within 31 days; none: when two operators lift it. reason: for operators only. */
export interface HaltCreate {
  /** Of what. */
  kind: "pair" | "price_source" | "rail" | "network";
  /** Which one, such as BTC/EUR, coinbase, stripe, base. */
  name: string;
  /** For operators only. */
  reason: string;
  /** When it ends by itself, within 31 days. */
  ends_at?: string | null;
}

/** reason: why it may go on; for operators only. */
export interface HaltLift {
  /** Why it may go on; for operators only. */
  reason: string;
}

/** kind, name: of what. lifted_at: when. still_halted: another halt of it is open. */
export interface HaltLifted {
  /** Row of halts. */
  halt_id: string;
  /** Of what. */
  kind: string;
  /** Of what. */
  name: string;
  /** When. */
  lifted_at: string;
  /** Another halt of it is open. */
  still_halted: boolean;
}

/** sha256: of the exact bytes. party_id: whose listing it is for, by default the caller's. */
export interface ImageCreate {
  /** Of the exact bytes. */
  sha256: string;
  /** Whose listing it is for, by default the caller's. */
  party_id?: string | null;
}

/**  */
export interface ImageUploadCreate {
  /** Of the exact bytes, in hex. */
  sha256: string;
  /** Whose it is. */
  party_id?: string | null;
  /** Type of the file, such as image/png. */
  media_type: string;
  /** Size in bytes. */
  size_bytes: number;
}

/** user_id: who is invited. role: as what. */
export interface Invited {
  /** Row of merchants. */
  merchant_id: string;
  /** Who is invited. */
  user_id: string;
  /** As what. */
  role: string;
  /** When it ends by itself. */
  expires_at: string;
}

/** currency: of the price, bank money or crypto. amount: by default the sum of the lines. merchant_order_id: what the merchant calls its order; one invoice for each. metadata: what the merchant keeps with it, 4 kB at most. customer_email: where the payer is written to. lines: what it is made of. language: of the payer, ISO 639-1. currencies: in which it may be paid; by default as the settings of the merchant say. expires_in: seconds, by default as they say. */
export interface InvoiceCreate {
  /** Row of merchants. */
  merchant_id: string;
  /** Of the price, bank money or crypto. */
  currency: string;
  /** By default the sum of the lines. */
  amount?: string | null;
  /** What the merchant calls its order; one invoice for each. */
  merchant_order_id?: string | null;
  /** In the words of whoever asks. */
  description?: string;
  /** What the merchant keeps with it, 4 kB at most. */
  metadata?: Record<string, unknown>;
  /** Where the payer is written to. */
  customer_email?: string | null;
  /** Of the payer, ISO 639-1. */
  language?: string | null;
  /** In which it may be paid; by default as the settings of the merchant say. */
  currencies?: Array<string> | null;
  /** Seconds, by default as they say. */
  expires_in?: number | null;
  /** What it is made of. */
  lines?: Array<NewLine>;
}

/** status: what the merchant says it is. */
export interface InvoiceMark {
  /** What the merchant says it is. */
  status: "settled" | "invalid";
  /** Why; kept with what is done. */
  reason: string;
}

/** An invoice. token: for whoever pays. number: with the merchant. status: open, processing, settled, expired, cancelled, invalid or refunded. exceptions: underpaid, overpaid, late, wrong_asset, reorged, marked_by_hand, as many as apply. sequence: grows with each change; an event with a smaller one is older. paid_amount, seen_amount: what sure money, and money that was only seen, is worth in the currency of the price. merchant_order_id: what the merchant calls its order. tax_amount: tax in the price. currencies: in which it may be paid. created_at: when it was made. */
export interface InvoiceMoved {
  /** Row of invoices. */
  invoice_id: string;
  /** For whoever pays. */
  token: string;
  /** Row of merchants. */
  merchant_id: string;
  /** With the merchant. */
  number: string;
  /** What the merchant calls its order. */
  merchant_order_id: string | null;
  /** Open, processing, settled, expired, cancelled, invalid or refunded. */
  status: string;
  /** Underpaid, overpaid, late, wrong_asset, reorged, marked_by_hand, as many as apply. */
  exceptions: Array<string>;
  /** Grows with each change; an event with a smaller one is older. */
  sequence: number;
  /** Code of a row of currencies. */
  currency: string;
  /** In units of the currency. */
  amount: string;
  /** Tax in the price. */
  tax_amount: string;
  /** What sure money, and money that was only seen, is worth in the currency of the price. */
  paid_amount: string;
  /** What sure money, and money that was only seen, is worth in the currency of the price. */
  seen_amount: string;
  /** In which it may be paid. */
  currencies: Array<string>;
  /** When it ends by itself. */
  expires_at: string;
  /** When it was made. */
  created_at: string;
}

/** what: all that came (full), what came too much (overpaid), or an amount. amount: of that, in the currency of the invoice. rate_of: the rate at which it was paid (then), or that of now. currency: which of what came; by default the only one. */
export interface InvoiceRefunds {
  /** All that came (full), what came too much (overpaid), or an amount. */
  what: "full" | "overpaid" | "amount";
  /** Of that, in the currency of the invoice. */
  amount?: string | null;
  /** The rate at which it was paid (then), or that of now. */
  rate_of?: "then" | "now";
  /** Which of what came; by default the only one. */
  currency?: string | null;
  /** Why; kept with what is done. */
  reason?: string;
}

/** user_id: who is a member now. role: as what. */
export interface Joined {
  /** Row of merchants. */
  merchant_id: string;
  /** Who is a member now. */
  user_id: string;
  /** As what. */
  role: string;
}

/** ends_at: until then the person is not erased. */
export interface LegalHoldSet {
  /** Whose it is. */
  party_id: string;
  /** Until then the person is not erased. */
  ends_at: string;
}

/** party_id: who would buy, the caller by default. */
export interface ListingOffers {
  /** In units of the currency. */
  amount: string;
  /** In their order. */
  milestones: Array<Milestone>;
  /** Id of a row of rails. */
  rail?: string | null;
  /** Whatever else is asked for. */
  conditions?: string;
  /** When it ends by itself. */
  expires_at?: string | null;
  /** Who would buy, the caller by default. */
  party_id?: string | null;
}

/** deleted_at: since when it begins nothing new. */
export interface MerchantClosed {
  /** Row of merchants. */
  merchant_id: string;
  /** Since when it begins nothing new. */
  deleted_at: string;
}

/** name: shown to payers. legal_name: as the register of companies has it. website: where it sells. tax_id: tax or VAT number. country: ISO 3166 alpha-2. support_email: whom a payer asks. */
export interface MerchantCreate {
  /** Shown to payers. */
  name: string;
  /** As the register of companies has it. */
  legal_name: string;
  /** Where it sells. */
  website?: string;
  /** Tax or VAT number. */
  tax_id?: string;
  /** ISO 3166 alpha-2. */
  country: string;
  /** Whom a payer asks. */
  support_email: string;
}

/** user_id: who is invited. role: what the person would be. */
export interface MerchantInvitations {
  /** Who is invited. */
  user_id: string;
  /** What the person would be. */
  role: "owner" | "admin" | "staff" | "viewer";
}

/** A merchant. verification: how it stands with operators. role: of whoever made it. */
export interface MerchantMade {
  /** Row of merchants. */
  merchant_id: string;
  /** How it stands with operators. */
  verification: string;
  /** Of whoever made it. */
  role: string;
}

/** user_id: who leaves, or is put out. */
export interface MerchantRemoveMember {
  /** Who leaves, or is put out. */
  user_id: string;
}

/** verification: what operators found. */
export interface MerchantVerification {
  /** What operators found. */
  verification: "verified" | "rejected";
  /** Why; kept with what is done. */
  reason: string;
}

/** verification: how the merchant stands now. */
export interface MerchantVerified {
  /** Row of merchants. */
  merchant_id: string;
  /** How the merchant stands now. */
  verification: string;
}

/** messages: how many are sent again, at most 1000 by one command. next: after of the command that goes on, null at the end. */
export interface MessagesResent {
  /** Row of webhook_endpoints. */
  endpoint_id: string;
  /** How many are sent again, at most 1000 by one command. */
  messages: number;
  /** After of the command that goes on, null at the end. */
  next: string | null;
}

/** amount: in the currency of the listing. days: to deliver, from when it is paid in. */
export interface Milestone {
  /** In a few words. */
  title: string;
  /** In the words of whoever asks. */
  description?: string;
  /** In the currency of the listing. */
  amount: string;
  /** To deliver, from when it is paid in. */
  days: number;
}

/** Where one milestone stands; its id is that of its escrow. */
export interface MilestoneState {
  /** Id of the milestone and of its escrow. */
  milestone_id: string;
  /** Place in the contract, from 1. */
  position: number;
  /** Grows with each change of the object. */
  version: number;
  /** State after the command. */
  state: string;
  /** Phase within the state; empty for none. */
  phase: string;
  /** When silence decides. */
  deadline_at: string | null;
  /** When it ends by itself. */
  expires_at: string | null;
  /** Whether a hold stops its clock. */
  frozen: boolean;
  /** Part of the payer. */
  payer_amount: string | null;
  /** Part of the payee. */
  payee_amount: string | null;
  /** What the platform keeps. */
  fee_amount: string | null;
}

/** Money that came from, or goes to, the outside world. reference: what the bank or the rail calls the transfer; each is booked once, however it is spaced or spelled. */
export interface MoveExternal {
  /** Whose it is. */
  party_id: string;
  /** Code of a row of currencies. */
  currency: string;
  /** In units of the currency. */
  amount: string;
  /** What the bank or the rail calls the transfer; each is booked once, however it is spaced or spelled. */
  reference: string;
  /** For the books, in the words of whoever books. */
  memo?: string;
}

/** party_id: whose wallet, the caller's own by default. */
export interface NewCoinAddress {
  /** Whose wallet, the caller's own by default. */
  party_id?: string | null;
}

/** quantity: how many, or how much. unit_amount: price of one. tax_rate: in percent. */
export interface NewLine {
  /** In the words of whoever asks. */
  description: string;
  /** How many, or how much. */
  quantity: string;
  /** Price of one. */
  unit_amount: string;
  /** In percent. */
  tax_rate?: string | null;
}

/** For commands that say all in their address: {}, or no body at all. */
export interface Nothing {
}

/** discord_id: a snowflake; null takes the link back. */
export interface OfDiscord {
  /** Why; kept with what is done. */
  reason: string;
  /** A snowflake; null takes the link back. */
  discord_id: string | null;
}

/** name: on the document, of flag id_document: only this name is verified. */
export interface OfFlag {
  /** Why; kept with what is done. */
  reason: string;
  /** What was verified. */
  flag: string;
  /** On the document, of flag id_document: only this name is verified. */
  name?: string | null;
}

/** What one unit would be sold for: milestones that add up to the amount. rail: how the buyer pays, by default from the balance, or as the countered offer says. conditions: whatever else is asked for. expires_at: by default in 72 hours. */
export interface OfferCounter {
  /** In units of the currency. */
  amount: string;
  /** In their order. */
  milestones: Array<Milestone>;
  /** How the buyer pays, by default from the balance, or as the countered offer says. */
  rail?: string | null;
  /** Whatever else is asked for. */
  conditions?: string;
  /** By default in 72 hours. */
  expires_at?: string | null;
}

/** The offer after the command. listing_hash: sha256 of the copy of the listing it froze. */
export interface OfferMoved {
  /** Row of the offer. */
  offer_id: string;
  /** Row of listings. */
  listing_id: string;
  /** Status after the command. */
  status: string;
  /** Side that said or did it. */
  author_role: string;
  /** In units of the currency. */
  amount: string;
  /** Code of a row of currencies. */
  currency: string;
  /** Id of a row of rails. */
  rail: string;
  /** Sha256 of the copy of the listing it froze. */
  listing_hash: string;
  /** When it ends by itself. */
  expires_at: string;
}

/** Nothing is done yet: it is more than one operator does alone. A second one confirms it at /operator-requests/{request_id}/confirm with its command_hash, until deadline_at. */
export interface OperatorRequestAsked {
  /** Row of operator_requests; of a problem: names the request in our logs. */
  request_id: string;
  /** State after the command. */
  state: string;
  /** sha256 of the frozen command. */
  command_hash: string;
  /** When silence decides. */
  deadline_at: string;
}

/**  */
export interface OperatorRequestClose {
  /** Why; kept with what is done. */
  reason: string;
}

/** state: rejected, or withdrawn when it was one's own. */
export interface OperatorRequestClosed {
  /** Row of operator_requests; of a problem: names the request in our logs. */
  request_id: string;
  /** Rejected, or withdrawn when it was one's own. */
  state: string;
}

/** command_hash: of the request as it was read. */
export interface OperatorRequestConfirm {
  /** Of the request as it was read. */
  command_hash: string;
}

/** answer: of the command that was confirmed. */
export interface OperatorRequestConfirmed {
  /** Row of operator_requests; of a problem: names the request in our logs. */
  request_id: string;
  /** State after the command. */
  state: string;
  /** Of the command that was confirmed. */
  answer: Record<string, unknown>;
}

/** The order after the command. remaining: in the cryptocurrency. */
export interface OrderMoved {
  /** Row of p2p_orders. */
  order_id: string;
  /** Status after the command. */
  status: string;
  /** Grows with each change of the object. */
  version: number;
  /** In the cryptocurrency. */
  remaining: string;
  /** When it ends by itself. */
  expires_at: string;
}

/** expected_version: of the order as its maker read it; stale_version when it has changed. price: fixed from now on. margin_bps: from now on the index and so many basis points; instead of a price. min_order_amount, max_order_amount: what one take may have. What is left out stays. */
export interface OrderReprice {
  /** Of the order as its maker read it; stale_version when it has changed. */
  expected_version: number;
  /** Fixed from now on. */
  price?: string | null;
  /** From now on the index and so many basis points; instead of a price. */
  margin_bps?: number | null;
  /** What one take may have. What is left out stays. */
  min_order_amount?: string | null;
  /** What one take may have. What is left out stays. */
  max_order_amount?: string | null;
}

/** amount: in the cryptocurrency. expected_price: as the taker read it. max_slippage_bps: how much worse than expected the price may be; a better one is taken. payment_method: one of the order's; may be left out where it has only one. payment_account_id: where a taker who sells wants to be paid; may be left out by who has only one account of the method. */
export interface OrderTake {
  /** In the cryptocurrency. */
  amount: string;
  /** As the taker read it. */
  expected_price: string;
  /** How much worse than expected the price may be; a better one is taken. */
  max_slippage_bps?: number;
  /** One of the order's; may be left out where it has only one. */
  payment_method?: string | null;
  /** Where a taker who sells wants to be paid; may be left out by who has only one account of the method. */
  payment_account_id?: string | null;
}

/** When Holdfast itself was out of order, and why; everybody may read it. */
export interface OutageCreate {
  /** Beginning. */
  from_at: string;
  /** End. */
  to_at: string;
  /** Why; kept with what is done. */
  reason: string;
}

/** Its time is given back by the timer, before it acts on anything. */
export interface OutageDeclared {
  /** Row of outages. */
  outage_id: string;
  /** Beginning. */
  from_at: string;
  /** End. */
  to_at: string;
}

/** reason: how they asked, and how they were known; for operators only. */
export interface PartyErase {
  /** How they asked, and how they were known; for operators only. */
  reason: string;
}

/** A request to be erased. erasure_id: names it. erase_from: when it begins. */
export interface PartyErasure {
  /** Names it. */
  erasure_id: string;
  /** State after the command. */
  state: string;
  /** When it begins. */
  erase_from: string;
}

/** closes_at: until then this operator reads the money of the party. */
export interface PartyFile {
  /** Row of party_files. */
  file_id: string;
  /** Whose it is. */
  party_id: string;
  /** Until then this operator reads the money of the party. */
  closes_at: string;
}

/** until: when it ends by itself, ten years away at most; a time that is past ends it now. reason: for operators only. */
export interface PartyHold {
  /** When it ends by itself, ten years away at most; a time that is past ends it now. */
  until: string;
  /** For operators only. */
  reason: string;
}

/** reason: why it is looked at; kept for good, for operators only. */
export interface PartyOpenFile {
  /** Why it is looked at; kept for good, for operators only. */
  reason: string;
}

/** reason: for operators only. evidence_hash: SHA-256 of what proved who asks, in hex. */
export interface PartyResetFactors {
  /** For operators only. */
  reason: string;
  /** SHA-256 of what proved who asks, in hex. */
  evidence_hash: string;
}

/**  */
export interface PartyRestore {
  /** Why; kept with what is done. */
  reason: string;
}

/** The party now. suspended_until: when it ends by itself. */
export interface PartyStanding {
  /** Whose it is. */
  party_id: string;
  /** Status after the command. */
  status: string;
  /** When it ends by itself. */
  suspended_until: string | null;
}

/** until: when it ends by itself; none: when an operator ends it. reason: for operators only. */
export interface PartySuspend {
  /** For operators only. */
  reason: string;
  /** When it ends by itself. */
  until?: string | null;
}

/** party_id: whose money, the caller's own by default. address: as address_kinds of the rail says: an account of Stripe (acct_…), or an address on a chain. currency: for this one only; by default for every currency of the rail. is_default: whether money goes there for which no destination is named. */
export interface PayoutDestinationCreate {
  /** Whose money, the caller's own by default. */
  party_id?: string | null;
  /** Id of a row of rails. */
  rail: string;
  /** For this one only; by default for every currency of the rail. */
  currency?: string | null;
  /** As address_kinds of the rail says: an account of Stripe (acct_…), or an address on a chain. */
  address: string;
  /** Whether money goes there for which no destination is named. */
  is_default?: boolean;
}

/** A payout after a command. */
export interface PayoutMoved {
  /** Row of payouts. */
  payout_id: string;
  /** State after the command. */
  state: string;
  /** How many times it was tried. */
  attempt?: number | null;
}

/** sha256 is what a listing names. key: where everybody reads it, in the public bucket, once it is submitted. */
export interface PictureKept {
  /** Whose it is. */
  party_id: string;
  /** Of the exact bytes, in hex. */
  sha256: string;
  /** Type of the file, such as image/png. */
  media_type: string;
  /** Size in bytes. */
  size_bytes: number;
  /** Where everybody reads it, in the public bucket, once it is submitted. */
  key: string;
}

/** url: send the bytes with method and exactly these headers within expires_in seconds. The store answers 412 when it has the picture already. What is not submitted within a week is forgotten. */
export interface PictureOpened {
  /** Whose it is. */
  party_id: string;
  /** Of the exact bytes, in hex. */
  sha256: string;
  /** Type of the file, such as image/png. */
  media_type: string;
  /** Size in bytes. */
  size_bytes: number;
  /** Name of the object in the bucket. */
  key: string;
  /** HTTP method. */
  method: string;
  /** Send the bytes with method and exactly these headers within expires_in seconds. The store answers 412 when it has the picture already. What is not submitted within a week is forgotten. */
  url: string;
  /** Seconds that the address is good for. */
  expires_in: number;
  /** Send exactly these. */
  headers: Record<string, string>;
}

/** event_id: the webhook-id of the test message. */
export interface PingSent {
  /** Row of webhook_deliveries. */
  delivery_id: string;
  /** The webhook-id of the test message. */
  event_id: string;
}

/**  */
export interface ProfileGrantTier {
  /** Why; kept with what is done. */
  reason: string;
  /** Verification tier. */
  tier: number;
}

/** The person now. granted_tier: what an operator gave in place of what the flags give. name_verified: whether the name the person goes by is the one on the document. */
export interface ProfileVerified {
  /** Whose it is. */
  party_id: string;
  /** Tier that limits go by. */
  verification_tier: number;
  /** What an operator gave in place of what the flags give. */
  granted_tier: number | null;
  /** Everything that is verified. */
  flags: Array<string>;
  /** Whether the name the person goes by is the one on the document. */
  name_verified: boolean;
}

/** The deposit counts from now on. reference_id: what it was for. outcome: accepted. */
export interface QuarantineAccepted {
  /** Row of quarantines. */
  quarantine_id: string;
  /** What it is for. */
  purpose: string;
  /** What it was for. */
  reference_id: string;
  /** Accepted. */
  outcome: string;
}

/** event: explain, own money was put in or taken out, or it is booked by hand; book, it goes to losses. amount: how much of the difference, without its sign; the rest is one of its own. */
export interface RailDifferenceClose {
  /** Explain, own money was put in or taken out, or it is booked by hand; book, it goes to losses. */
  event: "explain" | "book";
  /** How much of the difference, without its sign; the rest is one of its own. */
  amount: string;
  /** Why; kept with what is done. */
  reason: string;
}

/**  */
export interface Reasoned {
  /** Why; kept with what is done. */
  reason: string;
}

/** until: within 31 days. */
export interface ReceivableLift {
  /** Within 31 days. */
  until: string;
  /** Why; kept with what is done. */
  reason: string;
}

/** amount: of what is still owed, in units of its currency. */
export interface ReceivableWriteOff {
  /** Of what is still owed, in units of its currency. */
  amount: string;
  /** Why; kept with what is done. */
  reason: string;
}

/** code: one of the ten, with or without its dashes, in large or small letters. */
export interface RecoveryCodeUse {
  /** One of the ten, with or without its dashes, in large or small letters. */
  code: string;
}

/** What a recovery code did. factors_removed: second factors that are gone. sessions_ended: the other sessions. codes_left: of those made with it. money_out_from: from when on money leaves again, and new destinations are named. */
export interface RecoveryCodeUsed {
  /** Second factors that are gone. */
  factors_removed: number;
  /** The other sessions. */
  sessions_ended: number;
  /** Of those made with it. */
  codes_left: number;
  /** From when on money leaves again, and new destinations are named. */
  money_out_from: string;
}

/** codes: shown once. Of a command that is repeated later they are empty: make new ones. */
export interface RecoveryCodes {
  /** Shown once. Of a command that is repeated later they are empty: make new ones. */
  codes: Array<string>;
}

/** A refund that was taken back. */
export interface RefundCancelled {
  /** Row of invoice_refunds. */
  refund_id: string;
  /** Row of invoices. */
  invoice_id: string;
  /** State after the command. */
  state: string;
}

/** Money that is set aside. claim_secret: hand it to the payer with the token; it is told this once. amount: what it gives back of the money that came. sent_amount: what arrives. worth: in the currency of the invoice. claim_by: until then. */
export interface RefundMade {
  /** Row of invoice_refunds. */
  refund_id: string;
  /** Row of invoices. */
  invoice_id: string;
  /** Contract of the token. */
  token: string;
  /** Hand it to the payer with the token; it is told this once. */
  claim_secret: string;
  /** State after the command. */
  state: string;
  /** Id of a row of rails. */
  rail: string;
  /** Code of a row of currencies. */
  currency: string;
  /** What it gives back of the money that came. */
  amount: string;
  /** What arrives. */
  sent_amount: string;
  /** What the network takes. */
  network_cost: string;
  /** In the currency of the invoice. */
  worth: string;
  /** Until then. */
  claim_by: string;
}

/** outcome: dismissed or taken_up. */
export interface RefusedClosed {
  /** Row of refused_reports. */
  refused_report_id: string;
  /** Dismissed or taken_up. */
  outcome: string;
  /** When it was over. */
  closed_at: string;
}

/** event: dismiss, it is not so or was settled by hand; take_up, it is written down as a report after all, if it can be so now. */
export interface RefusedReportClose {
  /** Dismiss, it is not so or was settled by hand; take_up, it is written down as a report after all, if it can be so now. */
  event: "dismiss" | "take_up";
  /** Why; kept with what is done. */
  reason: string;
}

/** user_id: who is no member any more. */
export interface Removed {
  /** Row of merchants. */
  merchant_id: string;
  /** Who is no member any more. */
  user_id: string;
  /** When it was removed. */
  removed_at: string;
}

/** A key that is good no more. revoked_at: since when. */
export interface RevokedApiKey {
  /** Row of api_keys. */
  key_id: string;
  /** Since when. */
  revoked_at: string;
}

/** A key with its new secret. old_until: until when the one before is good. */
export interface RotatedApiKey {
  /** Row of api_keys. */
  key_id: string;
  /** Whose it is. */
  party_id: string;
  /** Its name. */
  name: string;
  /** Names a key. */
  prefix: string;
  /** How the key ends. */
  last4: string;
  /** What it may do: rows of api_scopes. */
  scopes: Array<string>;
  /** Networks from which it is exchanged; empty: from everywhere. */
  ip_allow: Array<string>;
  /** When it ends by itself. */
  expires_at: string | null;
  /** The whole key, in the first answer only; null where a command is repeated. */
  api_key: string | null;
  /** Until when the one before is good. */
  old_until: string;
}

/** The address after the command. status: clear, hit (of another answer) or stale. */
export interface ScreeningCleared {
  /** Row of screenings. */
  screening_id: string;
  /** Id of a row of rails. */
  rail: string;
  /** Address on the rail, as its address_kinds say. */
  address: string;
  /** Clear, hit (of another answer) or stale. */
  status: string;
}

/** secret: the new one. The old one signs beside it until old_secret_expires_at. */
export interface SecretRotated {
  /** Row of webhook_endpoints. */
  endpoint_id: string;
  /** Names the secret. */
  secret_id: string;
  /** The new one. The old one signs beside it until old_secret_expires_at. */
  secret: string | null;
  /** Until then the old secret signs too. */
  old_secret_expires_at: string;
}

/** A session that was ended. */
export interface SessionRevoked {
  /** Row of sessions; session_id of its tokens. */
  session_id: string;
}

/** ended: how many sessions were. */
export interface SessionsRevoked {
  /** How many sessions were. */
  ended: number;
}

/** Which work, by its row in setbacks, and what becomes of it. reason: needed to set aside. */
export interface SetbackCreate {
  /** Which queue of work. */
  queue: string;
  /** Which work of the queue. */
  subject: string;
  /** What happened, or shall. */
  event: "set_aside" | "take_up";
  /** Needed to set aside. */
  reason?: string;
}

/** set_aside: whether nobody tries it again. */
export interface SetbackDecided {
  /** Which queue of work. */
  queue: string;
  /** Which work of the queue. */
  subject: string;
  /** Whether nobody tries it again. */
  set_aside: boolean;
  /** When it was decided. */
  decided_at: string;
}

/** setting: name of the table. row: its key columns. before, after: what was changed of it. */
export interface SettingChanged {
  /** Name of the table. */
  setting: string;
  /** Its key columns. */
  row: Record<string, string>;
  /** What was changed of it. */
  before: Record<string, string | null>;
  /** What was changed of it. */
  after: Record<string, string | null>;
}

/** setting: name of the table, as in settings. row: the row, by its key columns. values: what each column is set to from now on, as text; null: no limit. */
export interface SettingCreate {
  /** Name of the table, as in settings. */
  setting: string;
  /** The row, by its key columns. */
  row: Record<string, unknown>;
  /** What each column is set to from now on, as text. */
  values: Record<string, unknown>;
  /** Why; kept with what is done. */
  reason: string;
}

/** document: canonical JSON of what the provider said, whose sha256 is told. */
export interface SnapshotTaken {
  /** Row of asset_snapshots. */
  snapshot_id: string;
  /** Whose it is. */
  party_id: string;
  /** Who was asked. */
  provider: string;
  /** Which kind. */
  kind: "group" | "game" | "item" | "user";
  /** As the provider counts. */
  asset_id: string;
  /** Canonical JSON of what the provider said, whose sha256 is told. */
  document: string;
  /** Of the exact bytes, in hex. */
  sha256: string;
  /** When it was taken. */
  taken_at: string;
}

/** user_id: the person. role: that was given or taken. roles: all that the person has now. */
export interface StaffMember {
  /** The person. */
  user_id: string;
  /** That was given or taken. */
  role: string;
  /** All that the person has now. */
  roles: Array<string>;
}

/** role: what the person does for Holdfast. reason: for operators only. */
export interface StaffRole {
  /** What the person does for Holdfast. */
  role: "operator" | "arbiter" | "dispute_reader";
  /** For operators only. */
  reason: string;
}

/** expected_version: refuse with stale_version when the escrow has moved on. */
export interface TradeBody {
  /** Refuse with stale_version when the escrow has moved on. */
  expected_version?: number | null;
}

/** The trade. price: of one unit. fiat_amount: bank money to send before deadline_at. */
export interface TradeOpened {
  /** Row of p2p_trades, and of its escrow. */
  trade_id: string;
  /** Row of p2p_orders. */
  order_id: string;
  /** Status after the command. */
  status: string;
  /** Grows with each change of the object. */
  version: number;
  /** In units of the currency. */
  amount: string;
  /** Of one unit. */
  price: string;
  /** Bank money to send before deadline_at. */
  fiat_amount: string;
  /** When silence decides. */
  deadline_at: string;
  /** What the maker tells whoever takes the order. */
  auto_reply: string;
}

/** transfer_id: what was posted. */
export interface TransferPosted {
  /** What was posted. */
  transfer_id: string;
}

/**  */
export interface TransferReverse {
  /** Why; kept with what is done. */
  reason: string;
}

/** address: where it goes, on the chain that it came over. Its sender's own, or any that its party has the key to. */
export interface UnmatchedDepositSendBack {
  /** Where it goes, on the chain that it came over. Its sender's own, or any that its party has the key to. */
  address: string;
}

/** url: send the bytes with method and exactly these headers within expires_in seconds. The store answers 412 when it has the file already. */
export interface UploadOpened {
  /** HTTP method. */
  method: string;
  /** Send the bytes with method and exactly these headers within expires_in seconds. The store answers 412 when it has the file already. */
  url: string;
  /** Seconds that the address is good for. */
  expires_in: number;
  /** Row of evidence_uploads. */
  upload_id: string;
  /** Row of escrow_transactions; of a trade also its id. */
  escrow_id: string;
  /** Side that said or did it. */
  author_role: string;
  /** Of the exact bytes, in hex. */
  sha256: string;
  /** Type of the file, such as image/png. */
  media_type: string;
  /** Size in bytes. */
  size_bytes: number;
  /** Send exactly these. */
  headers: Record<string, string>;
}

/** Send any amount of token to address, on the chain of chain_id, at any time. address: of this party and currency only. min_amount: less counts only once an operator accepts it. */
export interface WalletAddress {
  /** Id of a row of rails. */
  rail: string;
  /** Code of a row of currencies. */
  currency: string;
  /** Of this party and currency only. */
  address: string;
  /** Number of the chain (EIP-155). */
  chain_id: number;
  /** Contract of the token. */
  token: string;
  /** Row of operator_requests; of a problem: names the request in our logs. */
  request_id: string;
  /** Whose it is. */
  party_id: string;
  /** Less counts only once an operator accepts it. */
  min_amount: string;
}

/** Send any amount to address, at any time. address: of this party and currency only. min_amount: less counts only once an operator accepts it. */
export interface WalletCoinAddress {
  /** Id of a row of rails. */
  rail: string;
  /** Code of a row of currencies. */
  currency: string;
  /** Of this party and currency only. */
  address: string;
  /** Number of the chain (EIP-155). */
  chain_id: number;
  /** Contract of the token. */
  token: string;
  /** Row of operator_requests; of a problem: names the request in our logs. */
  request_id: string;
  /** Whose it is. */
  party_id: string;
  /** Less counts only once an operator accepts it. */
  min_amount: string;
}

/** party_id: in whose name, the caller's own by default. event_types: names, families (escrow.*) or * for all, which is the default. */
export interface WebhookEndpointCreate {
  /** Address. */
  url: string;
  /** In whose name, the caller's own by default. */
  party_id?: string | null;
  /** In the words of whoever asks. */
  description?: string;
  /** Names, families (escrow.*) or * for all, which is the default. */
  event_types?: Array<string> | null;
}

/** One of the three: event_ids, since and until, or all_failed. after: the next of the answer before, to go on from there. */
export interface WebhookEndpointResend {
  /** Ids of events (webhook-id). */
  event_ids?: Array<string> | null;
  /** Events from then on. */
  since?: string | null;
  /** Until then. */
  until?: string | null;
  /** Every message that was given up. */
  all_failed?: boolean;
  /** The next of the answer before, to go on from there. */
  after?: string | null;
}

/** party_id: whose wallet, the caller's own by default. destination_id: one of its own, and with it the rail. amount: what arrives; fee and network cost leave beside it. */
export interface WithdrawalRequestCreate {
  /** Whose wallet, the caller's own by default. */
  party_id?: string | null;
  /** One of its own, and with it the rail. */
  destination_id: string;
  /** Code of a row of currencies. */
  currency: string;
  /** What arrives; fee and network cost leave beside it. */
  amount: string;
}

/** A withdrawal that is ordered. not_before: until then it waits, and its payout can be kept (POST /payouts/{payout_id}/keep), which cancels it. fee_amount, network_cost: fixed now. */
export interface WithdrawalRequested {
  /** Row of withdrawals. */
  withdrawal_id: string;
  /** Row of payouts. */
  payout_id: string;
  /** Whose it is. */
  party_id: string;
  /** Id of a row of rails. */
  rail: string;
  /** Code of a row of currencies. */
  currency: string;
  /** In units of the currency. */
  amount: string;
  /** Fixed now. */
  fee_amount: string;
  /** Fixed now. */
  network_cost: string;
  /** Address on the rail, as its address_kinds say. */
  address: string;
  /** Until then it waits, and its payout can be kept (POST /payouts/{payout_id}/keep), which cancels it. */
  not_before: string;
}

// What each command takes and answers.
export interface Commands {
  /** An owner of a party makes an API key for it (aal2) */
  api_key_create: { path: {  }; body: ApiKeyCreate; answer: ApiKey };
  /** An owner of its party ends an API key: its tokens do nothing from the next request on */
  api_key_revoke: { path: { key_id: string }; body: Nothing; answer: RevokedApiKey };
  /** An owner of its party gives an API key a new secret (aal2); the old one lives on for a while */
  api_key_rotate: { path: { key_id: string }; body: ApiKeyRotate; answer: RotatedApiKey };
  /** Take a snapshot of an asset, as the provider shows it now */
  asset_snapshot_create: { path: {  }; body: AssetSnapshotCreate; answer: SnapshotTaken };
  /** A party asks where to pay bitcoin into its wallet: one address, for good */
  bitcoin_address_create: { path: {  }; body: NewCoinAddress; answer: WalletCoinAddress };
  /** An operator upholds or dismisses a case (aal2) */
  case_close: { path: { case_id: string }; body: CaseClose; answer: CaseClosed | OperatorRequestAsked };
  /** A side cancels every milestone that is not paid in */
  contract_cancel: { path: { contract_id: string }; body: Nothing; answer: ContractMoved };
  /** Get an address to download the PDF of a contract from */
  contract_document_downloads: { path: { contract_id: string }; body: ContractDocumentDownloads; answer: DocumentOpened };
  /** The buyer pays all milestones in from the balance (aal2) */
  contract_fund: { path: { contract_id: string }; body: Nothing; answer: ContractMoved };
  /** A side signs the document by its hash (aal2) */
  contract_sign: { path: { contract_id: string }; body: ContractSign; answer: ContractMoved };
  /** A person asks for all that is kept about them, as one JSON document (aal2) */
  data_export_create: { path: {  }; body: Nothing; answer: Export };
  /** Get an address to download an export of one's own from (aal2) */
  data_export_downloads: { path: { export_id: string }; body: Nothing; answer: ExportOpened };
  /** A party asks where to pay into its wallet: one address for each currency, for good */
  deposit_address_create: { path: {  }; body: DepositAddressCreate; answer: WalletAddress };
  /** An operator books money that came in for a party (aal2) */
  deposit_create: { path: {  }; body: MoveExternal; answer: TransferPosted | OperatorRequestAsked };
  /** A person names a device */
  device_name: { path: { device_id: string }; body: DeviceName; answer: DeviceNamed };
  /** A person ends every session from a device */
  device_revoke: { path: { device_id: string }; body: Nothing; answer: DeviceRevoked };
  /** A person asks to be erased (aal2) */
  erasure_request_create: { path: {  }; body: Nothing; answer: Erasure };
  /** A person takes back the request to be erased while it waits */
  erasure_request_cancel: { path: { erasure_id: string }; body: Nothing; answer: Erasure };
  /** A party accepts the decision; when both have, it is carried out at once */
  escrow_accept_decision: { path: { escrow_id: string }; body: TradeBody; answer: EscrowMoved };
  /** The other side agrees: what arrived is the amount */
  escrow_accept_partial: { path: { escrow_id: string }; body: TradeBody; answer: EscrowMoved };
  /** Settle on the other side's offer (a payer with aal2) */
  escrow_accept_split: { path: { escrow_id: string }; body: EscrowAcceptSplit; answer: EscrowMoved };
  /** The assigned arbiter takes the case */
  escrow_acknowledge: { path: { escrow_id: string }; body: TradeBody; answer: EscrowMoved };
  /** A party that did not get all appeals to another arbiter, once, with a bond */
  escrow_appeal: { path: { escrow_id: string }; body: TradeBody; answer: EscrowMoved };
  /** The second arbiter agrees (aal2) */
  escrow_approve_decision: { path: { escrow_id: string }; body: TradeBody; answer: EscrowMoved };
  /** A side compares a snapshot with the one in the contract */
  escrow_asset_proofs: { path: { escrow_id: string }; body: EscrowAssetProofs; answer: AssetProved };
  /** An operator assigns the dispute to an arbiter */
  escrow_assign: { path: { escrow_id: string }; body: EscrowAssign; answer: EscrowMoved };
  /** The payer asks where to send the bitcoin of an escrow: one address for each */
  escrow_bitcoin_address: { path: { escrow_id: string }; body: Nothing; answer: EscrowCoinAddress };
  /** Offer to end with nothing for the payee; it ends when the other side offers the same */
  escrow_cancel: { path: { escrow_id: string }; body: TradeBody; answer: EscrowMoved };
  /** The payer asks to pay an escrow by card */
  escrow_card_payment: { path: { escrow_id: string }; body: Nothing; answer: CardPayment };
  /** A party claims after the end, inside the claim window */
  escrow_claim: { path: { escrow_id: string }; body: EscrowClaim; answer: CaseOpened };
  /** The payee gives all back */
  escrow_concede: { path: { escrow_id: string }; body: TradeBody; answer: EscrowMoved };
  /** The arbiter decides (aal2); above the policy's limit a second arbiter must approve */
  escrow_decide: { path: { escrow_id: string }; body: EscrowDecide; answer: EscrowMoved };
  /** The payee delivers a milestone */
  escrow_deliver: { path: { escrow_id: string }; body: EscrowDeliver; answer: EscrowMoved };
  /** The payer asks where to send the money of an escrow: one address for each */
  escrow_deposit_address: { path: { escrow_id: string }; body: Nothing; answer: EscrowAddress };
  /** Open a dispute: an arbiter decides */
  escrow_dispute: { path: { escrow_id: string }; body: EscrowDispute; answer: EscrowMoved };
  /** A side submits a file it has uploaded, as evidence; at most 20 a side */
  escrow_evidence: { path: { escrow_id: string }; body: EscrowEvidence; answer: EvidenceReceived };
  /** A side, or the arbiter of the dispute, gets an address to read a file from */
  escrow_evidence_downloads: { path: { escrow_id: string }; body: EscrowEvidenceDownloads; answer: DownloadOpened };
  /** A side announces a file and gets an address to upload exactly these bytes to */
  escrow_evidence_uploads: { path: { escrow_id: string }; body: EscrowEvidenceUploads; answer: UploadOpened };
  /** An operator freezes an escrow: no money moves, the clocks rest */
  escrow_freeze: { path: { escrow_id: string }; body: EscrowFreeze; answer: EscrowMoved };
  /** The payer asks where to send the litecoin of an escrow: one address for each */
  escrow_litecoin_address: { path: { escrow_id: string }; body: Nothing; answer: EscrowCoinAddress };
  /** The payee has sent the bank money */
  escrow_mark_paid: { path: { escrow_id: string }; body: EscrowMarkPaid; answer: EscrowMoved };
  /** Offer to divide (a payer with aal2); settles at once on an offer as good or better */
  escrow_offer_split: { path: { escrow_id: string }; body: EscrowOfferSplit; answer: EscrowMoved };
  /** A side would hold what arrived instead of what was agreed */
  escrow_propose_partial: { path: { escrow_id: string }; body: TradeBody; answer: EscrowMoved };
  /** The second arbiter does not agree (aal2) */
  escrow_reject_decision: { path: { escrow_id: string }; body: TradeBody; answer: EscrowMoved };
  /** The payer gives all to the payee (aal2) */
  escrow_release: { path: { escrow_id: string }; body: EscrowRelease; answer: EscrowMoved };
  /** The payer asks for another delivery, as often as the policy allows */
  escrow_request_revision: { path: { escrow_id: string }; body: EscrowRequestRevision; answer: EscrowMoved };
  /** The payer takes back money that did not match */
  escrow_return_funds: { path: { escrow_id: string }; body: TradeBody; answer: EscrowMoved };
  /** Submit one's statement, once; the other side reads it once statements are closed */
  escrow_statement: { path: { escrow_id: string }; body: EscrowStatement; answer: EscrowMoved };
  /** The payer pays from the balance what is missing of money that did not match */
  escrow_top_up: { path: { escrow_id: string }; body: TradeBody; answer: EscrowMoved };
  /** An operator lifts a hold of an operator; without any hold the escrow goes on */
  escrow_unfreeze: { path: { escrow_id: string }; body: EscrowUnfreeze; answer: EscrowMoved };
  /** Withdraw one's offer */
  escrow_withdraw_offer: { path: { escrow_id: string }; body: TradeBody; answer: EscrowMoved };
  /** A person who is signed in without the second factor asks operators to take it off */
  factor_reset_create: { path: {  }; body: Nothing; answer: FactorReset };
  /** A person keeps the second factor: from any session that lives, with the factor or without */
  factor_reset_cancel: { path: { reset_id: string }; body: Nothing; answer: FactorReset };
  /** An operator records the rate of a fiat currency that no list has (aal2) */
  fiat_rate_create: { path: {  }; body: FiatRateCreate; answer: FiatRateSet };
  /** An operator links a Discord server to a guild (aal2) */
  guild_link_discord: { path: { guild_id: string }; body: OfDiscord; answer: DiscordLinked };
  /** An operator halts a pair, a price source, a rail or a network: nothing new begins, what runs goes on (aal2) */
  halt_create: { path: {  }; body: HaltCreate; answer: HaltBegun };
  /** Two operators end a halt (aal2) */
  halt_lift: { path: { halt_id: string }; body: HaltLift; answer: HaltLifted | OperatorRequestAsked };
  /** A seller announces a picture and gets an address to upload exactly these bytes to */
  image_upload_create: { path: {  }; body: ImageUploadCreate; answer: PictureOpened };
  /** A seller submits an uploaded picture; from then on a listing may show it */
  image_create: { path: {  }; body: ImageCreate; answer: PictureKept };
  /** An admin takes money that is held, such as late money, for what it was sent for: it counts from now on, at the rate that the payer was shown */
  invoice_payment_accept: { path: { payment_id: string }; body: Nothing; answer: InvoiceMoved };
  /** An admin takes back a refund that nobody has claimed */
  invoice_refund_cancel: { path: { refund_id: string }; body: Nothing; answer: RefundCancelled };
  /** A merchant asks for money */
  invoice_create: { path: {  }; body: InvoiceCreate; answer: InvoiceMoved };
  /** A merchant does not want an invoice paid any more: it never expires after that, and money of a later time is late, and held */
  invoice_cancel: { path: { invoice_id: string }; body: Nothing; answer: InvoiceMoved };
  /** An admin marks an invoice settled or invalid by hand, with a reason */
  invoice_mark: { path: { invoice_id: string }; body: InvoiceMark; answer: InvoiceMoved };
  /** An admin refunds an invoice (aal2): all, a part, or what came too much */
  invoice_refunds: { path: { invoice_id: string }; body: InvoiceRefunds; answer: RefundMade };
  /** A buyer makes an offer for a unit, milestone by milestone */
  listing_offers: { path: { listing_id: string }; body: ListingOffers; answer: OfferMoved };
  /** A party asks where to pay litecoin into its wallet: one address, for good */
  litecoin_address_create: { path: {  }; body: NewCoinAddress; answer: WalletCoinAddress };
  /** A person registers a merchant and becomes its owner; operators look at its papers */
  merchant_create: { path: {  }; body: MerchantCreate; answer: MerchantMade };
  /** An owner closes a merchant (aal2): no new invoice */
  merchant_close: { path: { merchant_id: string }; body: Nothing; answer: MerchantClosed };
  /** Invite a person, or a member to another role (aal2) */
  merchant_invitations: { path: { merchant_id: string }; body: MerchantInvitations; answer: Invited };
  /** Who was invited becomes a member, in place of the role of before */
  merchant_join: { path: { merchant_id: string }; body: Nothing; answer: Joined };
  /** Leave a merchant, decline its invitation, or put a member out (aal2) */
  merchant_remove_member: { path: { merchant_id: string }; body: MerchantRemoveMember; answer: Removed };
  /** Operators verify or reject a merchant (aal2); the audit log keeps who and why */
  merchant_verification: { path: { merchant_id: string }; body: MerchantVerification; answer: MerchantVerified };
  /** The other side accepts the offer: the contract is made, with an escrow for each milestone */
  offer_accept: { path: { offer_id: string }; body: Nothing; answer: ContractMoved };
  /** The other side makes a counter-offer */
  offer_counter: { path: { offer_id: string }; body: OfferCounter; answer: OfferMoved };
  /** The other side rejects the offer */
  offer_reject: { path: { offer_id: string }; body: Nothing; answer: OfferMoved };
  /** The author withdraws the offer */
  offer_withdraw: { path: { offer_id: string }; body: Nothing; answer: OfferMoved };
  /** An operator rejects a request, or withdraws their own (aal2); nothing is done */
  operator_request_close: { path: { request_id: string }; body: OperatorRequestClose; answer: OperatorRequestClosed };
  /** A second operator confirms exactly what the first one asked for, and it is done (aal2) */
  operator_request_confirm: { path: { request_id: string }; body: OperatorRequestConfirm; answer: OperatorRequestConfirmed };
  /** The maker closes an order; what remains goes back, open trades go on */
  order_cancel: { path: { order_id: string }; body: Nothing; answer: OrderMoved };
  /** The maker takes an order out of the book; its money stays locked, open trades go on */
  order_pause: { path: { order_id: string }; body: Nothing; answer: OrderMoved };
  /** The maker opens a draft for takes; a sell order locks its amount */
  order_publish: { path: { order_id: string }; body: Nothing; answer: OrderMoved };
  /** The maker changes the price of a published order, or how much one take may have; trades that run keep their price */
  order_reprice: { path: { order_id: string }; body: OrderReprice; answer: OrderMoved };
  /** The maker puts a paused order back into the book */
  order_resume: { path: { order_id: string }; body: Nothing; answer: OrderMoved };
  /** Open a trade over a part of an order; the crypto is held at once */
  order_take: { path: { order_id: string }; body: OrderTake; answer: TradeOpened };
  /** An operator declares an outage that is over: every clock gets its time back (aal2) */
  outage_create: { path: {  }; body: OutageCreate; answer: OutageDeclared };
  /** An operator has a person erased who has no sign-in to ask with (aal2); a second one confirms it */
  party_erase: { path: { party_id: string }; body: PartyErase; answer: PartyErasure | OperatorRequestAsked };
  /** An operator keeps a person from being erased for a time (aal2) */
  party_hold: { path: { party_id: string }; body: PartyHold; answer: LegalHoldSet };
  /** An operator reads the money of a party for 15 minutes: balances, entries, transfers, holds, payouts and deposits (aal2) */
  party_open_file: { path: { party_id: string }; body: PartyOpenFile; answer: PartyFile };
  /** An operator has a person's second factor taken off, whom its loss keeps out (aal2); a second one confirms it */
  party_reset_factors: { path: { party_id: string }; body: PartyResetFactors; answer: FactorResetAgreed | OperatorRequestAsked };
  /** An operator ends the suspension of a party (aal2) */
  party_restore: { path: { party_id: string }; body: PartyRestore; answer: PartyStanding };
  /** An operator stops a party: nothing new, no money out; what runs goes on to its end (aal2) */
  party_suspend: { path: { party_id: string }; body: PartySuspend; answer: PartyStanding };
  /** A party names where its money may go on a rail (aal2); payouts that wait for it go as soon as it may be used */
  payout_destination_create: { path: {  }; body: PayoutDestinationCreate; answer: DestinationSet };
  /** A party removes a destination (aal2); payouts that were claimed or withdrawn to it go on */
  payout_destination_remove: { path: { destination_id: string }; body: Nothing; answer: DestinationRemoved };
  /** A party takes what has not been sent into its balance (aal2) */
  payout_keep: { path: { payout_id: string }; body: Nothing; answer: PayoutMoved };
  /** Pay again what the rail has provably refused, to where the party wants it now (aal2) */
  payout_retry: { path: { payout_id: string }; body: Nothing; answer: PayoutMoved };
  /** An operator gives a person a tier, whatever the flags say (aal2) */
  profile_grant_tier: { path: { party_id: string }; body: ProfileGrantTier; answer: ProfileVerified };
  /** An operator links a Discord account to a person (aal2) */
  profile_link_discord: { path: { party_id: string }; body: OfDiscord; answer: DiscordLinked };
  /** An operator revokes a verification (aal2) */
  profile_revoke: { path: { party_id: string }; body: OfFlag; answer: ProfileVerified };
  /** An operator records a verification of a person (aal2) */
  profile_verify: { path: { party_id: string }; body: OfFlag; answer: ProfileVerified };
  /** An operator withdraws a granted tier: the flags decide again (aal2) */
  profile_withdraw_tier: { path: { party_id: string }; body: Reasoned; answer: ProfileVerified };
  /** An operator accepts one deposit (aal2) */
  quarantine_accept: { path: { quarantine_id: string }; body: Reasoned; answer: QuarantineAccepted | OperatorRequestAsked };
  /** An operator explains a difference between books and a rail, or books it to losses (aal2) */
  rail_difference_close: { path: { rail_difference_id: string }; body: RailDifferenceClose; answer: DifferenceClosed | OperatorRequestAsked };
  /** Two operators let money in other currencies leave beside a debt until a time (aal2) */
  receivable_lift: { path: { receivable_id: string }; body: ReceivableLift; answer: DebtDecided | OperatorRequestAsked };
  /** Two operators write off an amount of a debt: it is booked to losses (aal2) */
  receivable_write_off: { path: { receivable_id: string }; body: ReceivableWriteOff; answer: DebtDecided | OperatorRequestAsked };
  /** A person makes ten recovery codes (aal2); those from before are void */
  recovery_code_create: { path: {  }; body: Nothing; answer: RecoveryCodes };
  /** A person who has lost the second factor signs in without it and gives a recovery code: every factor is removed, the other sessions end, and for 72 hours no money leaves */
  recovery_code_use: { path: {  }; body: RecoveryCodeUse; answer: RecoveryCodeUsed };
  /** An operator closes a report that was not believed, or has it taken up after all (aal2) */
  refused_report_close: { path: { refused_report_id: string }; body: RefusedReportClose; answer: RefusedClosed | OperatorRequestAsked };
  /** An operator found a hit to be none (aal2) */
  screening_clear: { path: { screening_id: string }; body: Reasoned; answer: ScreeningCleared };
  /** A person ends every session of theirs but the one that asks */
  session_revoke_others: { path: {  }; body: Nothing; answer: SessionsRevoked };
  /** A person ends a session of theirs: it commands nothing from then on */
  session_revoke: { path: { session_id: string }; body: Nothing; answer: SessionRevoked };
  /** An operator sets aside work that fails, or has it tried at the next run (aal2) */
  setback_create: { path: {  }; body: SetbackCreate; answer: SetbackDecided };
  /** An operator changes a row of a setting; a second one confirms it where money is at stake (aal2) */
  setting_create: { path: {  }; body: SettingCreate; answer: SettingChanged | OperatorRequestAsked };
  /** Two operators, neither of them the person, give a person a role among the staff (aal2) */
  staff_grant: { path: { user_id: string }; body: StaffRole; answer: StaffMember | OperatorRequestAsked };
  /** Two operators take a role among the staff away from a person, who may be the one that asks (aal2) */
  staff_withdraw: { path: { user_id: string }; body: StaffRole; answer: StaffMember | OperatorRequestAsked };
  /** An operator reverses a deposit or a withdrawal with a new transfer (aal2) */
  transfer_reverse: { path: { transfer_id: string }; body: TransferReverse; answer: TransferPosted | OperatorRequestAsked };
  /** A party sends back what came to its address and nobody asked for (aal2), whatever currency it is of */
  unmatched_deposit_send_back: { path: { deposit_id: string }; body: UnmatchedDepositSendBack; answer: DepositSentBack };
  /** A party takes into its wallet what came to its address and nobody asked for: another currency than the address is for */
  unmatched_deposit_take: { path: { deposit_id: string }; body: Nothing; answer: DepositTaken };
  /** Send one message again */
  webhook_delivery_resend: { path: { delivery_id: string }; body: Nothing; answer: MessagesResent };
  /** Send a party's events to an address from now on */
  webhook_endpoint_create: { path: {  }; body: WebhookEndpointCreate; answer: EndpointMade };
  /** Switch a disabled endpoint on again */
  webhook_endpoint_enable: { path: { endpoint_id: string }; body: Nothing; answer: EndpointEnabled };
  /** Send a test message */
  webhook_endpoint_ping: { path: { endpoint_id: string }; body: Nothing; answer: PingSent };
  /** Send some messages again: named ones, those of a time, or all that failed */
  webhook_endpoint_resend: { path: { endpoint_id: string }; body: WebhookEndpointResend; answer: MessagesResent };
  /** Give an endpoint a new secret; the old one signs beside it for 24 hours */
  webhook_endpoint_rotate_secret: { path: { endpoint_id: string }; body: Nothing; answer: SecretRotated };
  /** A party sends money out of its wallet (aal2), within withdrawal_policies and the limits of its tier */
  withdrawal_request_create: { path: {  }; body: WithdrawalRequestCreate; answer: WithdrawalRequested };
  /** An operator books money that went out for a party (aal2) */
  withdrawal_create: { path: {  }; body: MoveExternal; answer: TransferPosted | OperatorRequestAsked };
}

export const PATHS: { [name in keyof Commands]: string } = {
  api_key_create: "/api-keys",
  api_key_revoke: "/api-keys/{key_id}/revoke",
  api_key_rotate: "/api-keys/{key_id}/rotate",
  asset_snapshot_create: "/asset-snapshots",
  bitcoin_address_create: "/bitcoin-addresses",
  case_close: "/cases/{case_id}/close",
  contract_cancel: "/contracts/{contract_id}/cancel",
  contract_document_downloads: "/contracts/{contract_id}/document-downloads",
  contract_fund: "/contracts/{contract_id}/fund",
  contract_sign: "/contracts/{contract_id}/sign",
  data_export_create: "/data-exports",
  data_export_downloads: "/data-exports/{export_id}/downloads",
  deposit_address_create: "/deposit-addresses",
  deposit_create: "/deposits",
  device_name: "/devices/{device_id}/name",
  device_revoke: "/devices/{device_id}/revoke",
  erasure_request_create: "/erasure-requests",
  erasure_request_cancel: "/erasure-requests/{erasure_id}/cancel",
  escrow_accept_decision: "/escrows/{escrow_id}/accept-decision",
  escrow_accept_partial: "/escrows/{escrow_id}/accept-partial",
  escrow_accept_split: "/escrows/{escrow_id}/accept-split",
  escrow_acknowledge: "/escrows/{escrow_id}/acknowledge",
  escrow_appeal: "/escrows/{escrow_id}/appeal",
  escrow_approve_decision: "/escrows/{escrow_id}/approve-decision",
  escrow_asset_proofs: "/escrows/{escrow_id}/asset-proofs",
  escrow_assign: "/escrows/{escrow_id}/assign",
  escrow_bitcoin_address: "/escrows/{escrow_id}/bitcoin-address",
  escrow_cancel: "/escrows/{escrow_id}/cancel",
  escrow_card_payment: "/escrows/{escrow_id}/card-payment",
  escrow_claim: "/escrows/{escrow_id}/claim",
  escrow_concede: "/escrows/{escrow_id}/concede",
  escrow_decide: "/escrows/{escrow_id}/decide",
  escrow_deliver: "/escrows/{escrow_id}/deliver",
  escrow_deposit_address: "/escrows/{escrow_id}/deposit-address",
  escrow_dispute: "/escrows/{escrow_id}/dispute",
  escrow_evidence: "/escrows/{escrow_id}/evidence",
  escrow_evidence_downloads: "/escrows/{escrow_id}/evidence-downloads",
  escrow_evidence_uploads: "/escrows/{escrow_id}/evidence-uploads",
  escrow_freeze: "/escrows/{escrow_id}/freeze",
  escrow_litecoin_address: "/escrows/{escrow_id}/litecoin-address",
  escrow_mark_paid: "/escrows/{escrow_id}/mark-paid",
  escrow_offer_split: "/escrows/{escrow_id}/offer-split",
  escrow_propose_partial: "/escrows/{escrow_id}/propose-partial",
  escrow_reject_decision: "/escrows/{escrow_id}/reject-decision",
  escrow_release: "/escrows/{escrow_id}/release",
  escrow_request_revision: "/escrows/{escrow_id}/request-revision",
  escrow_return_funds: "/escrows/{escrow_id}/return-funds",
  escrow_statement: "/escrows/{escrow_id}/statement",
  escrow_top_up: "/escrows/{escrow_id}/top-up",
  escrow_unfreeze: "/escrows/{escrow_id}/unfreeze",
  escrow_withdraw_offer: "/escrows/{escrow_id}/withdraw-offer",
  factor_reset_create: "/factor-resets",
  factor_reset_cancel: "/factor-resets/{reset_id}/cancel",
  fiat_rate_create: "/fiat-rates",
  guild_link_discord: "/guilds/{guild_id}/link-discord",
  halt_create: "/halts",
  halt_lift: "/halts/{halt_id}/lift",
  image_upload_create: "/image-uploads",
  image_create: "/images",
  invoice_payment_accept: "/invoice-payments/{payment_id}/accept",
  invoice_refund_cancel: "/invoice-refunds/{refund_id}/cancel",
  invoice_create: "/invoices",
  invoice_cancel: "/invoices/{invoice_id}/cancel",
  invoice_mark: "/invoices/{invoice_id}/mark",
  invoice_refunds: "/invoices/{invoice_id}/refunds",
  listing_offers: "/listings/{listing_id}/offers",
  litecoin_address_create: "/litecoin-addresses",
  merchant_create: "/merchants",
  merchant_close: "/merchants/{merchant_id}/close",
  merchant_invitations: "/merchants/{merchant_id}/invitations",
  merchant_join: "/merchants/{merchant_id}/join",
  merchant_remove_member: "/merchants/{merchant_id}/remove-member",
  merchant_verification: "/merchants/{merchant_id}/verification",
  offer_accept: "/offers/{offer_id}/accept",
  offer_counter: "/offers/{offer_id}/counter",
  offer_reject: "/offers/{offer_id}/reject",
  offer_withdraw: "/offers/{offer_id}/withdraw",
  operator_request_close: "/operator-requests/{request_id}/close",
  operator_request_confirm: "/operator-requests/{request_id}/confirm",
  order_cancel: "/orders/{order_id}/cancel",
  order_pause: "/orders/{order_id}/pause",
  order_publish: "/orders/{order_id}/publish",
  order_reprice: "/orders/{order_id}/reprice",
  order_resume: "/orders/{order_id}/resume",
  order_take: "/orders/{order_id}/take",
  outage_create: "/outages",
  party_erase: "/parties/{party_id}/erase",
  party_hold: "/parties/{party_id}/hold",
  party_open_file: "/parties/{party_id}/open-file",
  party_reset_factors: "/parties/{party_id}/reset-factors",
  party_restore: "/parties/{party_id}/restore",
  party_suspend: "/parties/{party_id}/suspend",
  payout_destination_create: "/payout-destinations",
  payout_destination_remove: "/payout-destinations/{destination_id}/remove",
  payout_keep: "/payouts/{payout_id}/keep",
  payout_retry: "/payouts/{payout_id}/retry",
  profile_grant_tier: "/profiles/{party_id}/grant-tier",
  profile_link_discord: "/profiles/{party_id}/link-discord",
  profile_revoke: "/profiles/{party_id}/revoke",
  profile_verify: "/profiles/{party_id}/verify",
  profile_withdraw_tier: "/profiles/{party_id}/withdraw-tier",
  quarantine_accept: "/quarantines/{quarantine_id}/accept",
  rail_difference_close: "/rail-differences/{rail_difference_id}/close",
  receivable_lift: "/receivables/{receivable_id}/lift",
  receivable_write_off: "/receivables/{receivable_id}/write-off",
  recovery_code_create: "/recovery-codes",
  recovery_code_use: "/recovery-codes/use",
  refused_report_close: "/refused-reports/{refused_report_id}/close",
  screening_clear: "/screenings/{screening_id}/clear",
  session_revoke_others: "/sessions/revoke-others",
  session_revoke: "/sessions/{session_id}/revoke",
  setback_create: "/setbacks",
  setting_create: "/settings",
  staff_grant: "/staff/{user_id}/grant",
  staff_withdraw: "/staff/{user_id}/withdraw",
  transfer_reverse: "/transfers/{transfer_id}/reverse",
  unmatched_deposit_send_back: "/unmatched-deposits/{deposit_id}/send-back",
  unmatched_deposit_take: "/unmatched-deposits/{deposit_id}/take",
  webhook_delivery_resend: "/webhook-deliveries/{delivery_id}/resend",
  webhook_endpoint_create: "/webhook-endpoints",
  webhook_endpoint_enable: "/webhook-endpoints/{endpoint_id}/enable",
  webhook_endpoint_ping: "/webhook-endpoints/{endpoint_id}/ping",
  webhook_endpoint_resend: "/webhook-endpoints/{endpoint_id}/resend",
  webhook_endpoint_rotate_secret: "/webhook-endpoints/{endpoint_id}/rotate-secret",
  withdrawal_request_create: "/withdrawal-requests",
  withdrawal_create: "/withdrawals",
};
