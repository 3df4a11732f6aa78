"""Commands. Written by make gen from the OpenAPI document."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from holdfast.sender import Sender
from holdfast.types import Amount, Answer, Body


class ApiKey(Answer):
    """A key. prefix: the part of it that names it, after hf_live_. api_key: the whole key, in the
    first answer only; null in the answer of a command that is repeated: rotate it, or make
    another.
    """
    key_id: UUID
    party_id: UUID
    name: str
    prefix: str
    last4: str
    scopes: list[str]
    ip_allow: list[str]
    expires_at: datetime | None
    api_key: str | None


class ApiKeyCreate(Body):
    """party_id: for whom the key acts, the caller by default; of another party the caller is an
    owner. name: what its owner calls it. scopes: what it may do, rows of api_scopes. ip_allow:
    networks (CIDR) from which it is exchanged; left out: from everywhere. expires_at: when it
    ends; left out: when it is revoked.
    """
    name: str
    scopes: list[str]
    party_id: UUID | None = None
    ip_allow: list[str] | None = None
    expires_at: datetime | None = None


class ApiKeyRotate(Body):
    """overlap_seconds: how long the old secret lives on, at most seven days."""
    overlap_seconds: int | None = None


class AssetDifference(Answer):
    """See its fields."""
    field: str
    before: Any
    after: Any


class AssetProved(Answer):
    """differences: between the snapshot in the contract and this one."""
    escrow_id: UUID
    snapshot_id: UUID
    compared_to: UUID
    differences: list[AssetDifference]


class AssetSnapshotCreate(Body):
    """asset_id: as the provider counts; of a game its universe. party_id: whose snapshot it will
    be, by default the caller's.
    """
    provider: Literal['roblox'] | None = None
    kind: Literal['group', 'game', 'item', 'user']
    asset_id: str
    party_id: UUID | None = None


class CardPayment(Answer):
    """provider_reference: Stripe's PaymentIntent. client_secret: with it the payer's browser
    confirms the payment to Stripe; nobody else should have it.
    """
    escrow_id: UUID
    rail: str
    currency: str
    amount: str
    expires_at: str
    provider_reference: str
    client_secret: str


class CaseClose(Body):
    """amount: paid to the claimant from the loss account, when upheld."""
    event: str
    amount: Amount | None = None
    resolution: str


class CaseClosed(Answer):
    """See its fields."""
    case_id: UUID
    state: str


class CaseOpened(Answer):
    """See its fields."""
    case_id: UUID
    escrow_id: UUID
    state: str
    deadline_at: datetime


class ContractDocumentDownloads(Body):
    """edition: by default the signed one, when there is one."""
    edition: Literal['unsigned', 'signed'] | None = None


class ContractMoved(Answer):
    """The contract after the command. document_hash: what both sides sign."""
    contract_id: UUID
    document_hash: str
    total: Amount
    currency: str
    rail: str
    milestones: list[MilestoneState]


class ContractSign(Body):
    """document_hash: sha256 of the contract's document, as the signer has read it."""
    document_hash: str


class DebtDecided(Answer):
    """owed: what is still open of the debt. lifted_until: until then it keeps no money in other
    currencies.
    """
    receivable_id: UUID
    currency: str
    written_off_amount: str
    owed: str
    lifted_until: datetime | None


class DepositAddressCreate(Body):
    """party_id: whose wallet, the caller's own by default."""
    party_id: UUID | None = None
    rail: str
    currency: str


class DepositSentBack(Answer):
    """What waited in suspense is on its way. amount: what arrives; network_cost is off it.
    not_before: until then it waits, since the address is new; None: it is not. Until it is sent
    its payout can be kept (POST /payouts/{payout_id}/keep), and it waits in suspense anew.
    """
    deposit_id: UUID
    payout_id: UUID
    rail: str
    currency: str
    amount: str
    network_cost: str
    address: str
    not_before: datetime | None


class DepositTaken(Answer):
    """What waited in suspense is in the wallet now."""
    deposit_id: UUID
    currency: str
    amount: str
    outcome: str


class DestinationRemoved(Answer):
    """A destination that is used no more."""
    destination_id: UUID
    removed_at: datetime


class DestinationSet(Answer):
    """Where the money of a party may go on a rail. usable_from: the first of a rail at once, every
    other after a while (rails.destination_wait). default_from: None, when it is no default.
    """
    destination_id: UUID
    party_id: UUID
    rail: str
    currency: str | None
    address: str
    usable_from: datetime
    default_from: datetime | None


class DeviceName(Body):
    """name: what the owner calls the device; empty: nothing any more."""
    name: str


class DeviceNamed(Answer):
    """A device. name: what its owner calls it."""
    device_id: UUID
    name: str


class DeviceRevoked(Answer):
    """A device whose next sign-in is one from a new device. ended: how many sessions it had.
    """
    device_id: UUID
    ended: int


class DifferenceClosed(Answer):
    """outcome: explained or booked. rest_id: the difference that is left; null: none is."""
    rail_difference_id: UUID
    outcome: str
    closed_at: datetime
    rest_id: UUID | None


class DiscordLinked(Answer):
    """discord_id: of the person or the guild now."""
    party_id: UUID | None
    guild_id: UUID | None
    discord_id: str | None


class DocumentOpened(Answer):
    """url: read the PDF with method within expires_in seconds. sha256: of its bytes."""
    contract_id: UUID
    edition: Literal['unsigned', 'signed']
    sha256: str
    size_bytes: int
    method: str
    url: str
    expires_in: int


class DownloadOpened(Answer):
    """url: read with method within expires_in seconds."""
    method: str
    url: str
    expires_in: int


class EndpointEnabled(Answer):
    """The endpoint after the command."""
    endpoint_id: UUID
    status: str


class EndpointMade(Answer):
    """secret: signs every message; shown only in the answers to this command."""
    endpoint_id: UUID
    status: str
    secret_id: UUID
    secret: str | None


class Erasure(Answer):
    """A request to be erased. erasure_id: names it. erase_from: when it begins; until then it can
    be cancelled.
    """
    erasure_id: UUID
    state: str
    erase_from: datetime


class EscrowAcceptSplit(Body):
    """See its fields."""
    expected_version: int | None = None
    offer_id: UUID


class EscrowAddress(Answer):
    """Send exactly amount of token to address, on the chain of chain_id, before expires_at.
    address: of this escrow only. amount: in units of the token, as text.
    """
    rail: str
    currency: str
    address: str
    chain_id: int
    token: str
    escrow_id: UUID
    amount: str
    expires_at: datetime


class EscrowAssetProofs(Body):
    """snapshot_id: taken by a side since the contract was made."""
    snapshot_id: UUID


class EscrowAssign(Body):
    """See its fields."""
    expected_version: int | None = None
    arbiter_id: UUID


class EscrowClaim(Body):
    """See its fields."""
    reason: str
    description: str | None = None


class EscrowCoinAddress(Answer):
    """Send exactly amount to address before expires_at, as the chain's own median time counts.
    address: of this escrow only. amount: in units of the coin, as text.
    """
    rail: str
    currency: str
    address: str
    chain_id: int
    token: str
    escrow_id: UUID
    amount: str
    expires_at: datetime


class EscrowDecide(Body):
    """Parts before the fee; they sum to what is held."""
    expected_version: int | None = None
    payer_amount: Amount
    payee_amount: Amount
    reason: str
    grounds: str


class EscrowDeliver(Body):
    """note: where it is and how to check it. files: sha256 of what is handed over."""
    expected_version: int | None = None
    note: str
    files: list[str] | None = None


class EscrowDispute(Body):
    """See its fields."""
    expected_version: int | None = None
    reason: str
    description: str | None = None


class EscrowEvidence(Body):
    """A file that was announced and uploaded."""
    expected_version: int | None = None
    sha256: str


class EscrowEvidenceDownloads(Body):
    """See its fields."""
    sha256: str


class EscrowEvidenceUploads(Body):
    """What will be uploaded: sha256 and size of the exact bytes."""
    purpose: Literal['evidence', 'message'] | None = None
    sha256: str
    name: str
    media_type: str
    size_bytes: int


class EscrowFreeze(Body):
    """See its fields."""
    expected_version: int | None = None
    reason: str


class EscrowMarkPaid(Body):
    """See its fields."""
    expected_version: int | None = None
    reference: str | None = None


class EscrowMoved(Answer):
    """The escrow after the move. Amounts only when it settled; payee_amount is net of the fee.
    """
    escrow_id: UUID
    event: str
    version: int
    state: str
    phase: str
    deadline_at: datetime | None
    expires_at: datetime | None
    frozen: bool
    payer_amount: Amount | None
    payee_amount: Amount | None
    fee_amount: Amount | None


class EscrowOfferSplit(Body):
    """See its fields."""
    expected_version: int | None = None
    payee_amount: Amount


class EscrowRelease(Body):
    """confirm: releasing before payment. payer_name_matches: the bank money came from an account
    in the buyer's name.
    """
    expected_version: int | None = None
    confirm: bool | None = None
    payer_name_matches: bool | None = None


class EscrowRequestRevision(Body):
    """reason: what is missing."""
    expected_version: int | None = None
    reason: str


class EscrowStatement(Body):
    """See its fields."""
    expected_version: int | None = None
    body: str


class EscrowUnfreeze(Body):
    """hold_id: of escrow_holds; may be left out while only one reason of an operator is open.
    """
    expected_version: int | None = None
    hold_id: UUID | None = None


class EvidenceReceipt(Answer):
    """Proof that a file was received as it is: the event's hash is a link of the trade's chain.
    """
    escrow_id: UUID
    dispute_id: UUID
    author_role: str
    sha256: str
    name: str
    media_type: str
    size_bytes: int
    received_at: datetime
    event_version: int
    event_hash: str


class EvidenceReceived(Answer):
    """See its fields."""
    escrow_id: UUID
    event: str
    version: int
    state: str
    phase: str
    deadline_at: datetime | None
    expires_at: datetime | None
    frozen: bool
    payer_amount: Amount | None
    payee_amount: Amount | None
    fee_amount: Amount | None
    receipt: EvidenceReceipt


class Export(Answer):
    """An export that is being written. export_id: names it. deadline_at: when it is given up.
    """
    export_id: UUID
    state: str
    deadline_at: datetime


class ExportOpened(Answer):
    """export_id: names it. url: read the JSON with method within expires_in seconds. sha256: of
    its bytes. deadline_at: until when it is kept.
    """
    export_id: UUID
    sha256: str
    size_bytes: int
    deadline_at: datetime
    method: str
    url: str
    expires_in: int


class FactorReset(Answer):
    """A reset of the second factor. deadline_at: waiting: when the factors are removed; asked:
    until when operators answer; null once over.
    """
    reset_id: UUID
    state: str
    deadline_at: datetime | None


class FactorResetAgreed(Answer):
    """A reset of a second factor. deadline_at: when the factors are removed."""
    reset_id: UUID
    state: str
    deadline_at: datetime


class FiatRateCreate(Body):
    """rate: what one unit is worth in the reference currency (US dollars). as_of: of which moment,
    now if none is given. ends_at: from when it counts for nothing, within 31 days.
    """
    currency: str
    rate: Amount
    source: str
    as_of: datetime | None = None
    ends_at: datetime
    reason: str


class FiatRateSet(Answer):
    """The rate that stands now."""
    currency: str
    rate: str
    as_of: datetime
    ends_at: datetime


class HaltBegun(Answer):
    """kind, name: what is halted. ends_at: when it ends by itself."""
    halt_id: UUID
    kind: str
    name: str
    ends_at: datetime | None


class HaltCreate(Body):
    """kind: of what. name: which one, such as BTC/EUR, coinbase, stripe, base. ends_at: when it
    ends by itself, within 31 days; none: when two operators lift it. reason: for operators
    only.
    """
    kind: Literal['pair', 'price_source', 'rail', 'network']
    name: str
    reason: str
    ends_at: datetime | None = None


class HaltLift(Body):
    """reason: why it may go on; for operators only."""
    reason: str


class HaltLifted(Answer):
    """kind, name: of what. lifted_at: when. still_halted: another halt of it is open."""
    halt_id: UUID
    kind: str
    name: str
    lifted_at: datetime
    still_halted: bool


class ImageCreate(Body):
    """sha256: of the exact bytes. party_id: whose listing it is for, by default the caller's.
    """
    sha256: str
    party_id: UUID | None = None


class ImageUploadCreate(Body):
    """See its fields."""
    sha256: str
    party_id: UUID | None = None
    media_type: str
    size_bytes: int


class Invited(Answer):
    """user_id: who is invited. role: as what."""
    merchant_id: UUID
    user_id: UUID
    role: str
    expires_at: datetime


class InvoiceCreate(Body):
    """currency: of the price, bank money or crypto. amount: by default the sum of the lines.
    merchant_order_id: what the merchant calls its order; one invoice for each. metadata: what
    the merchant keeps with it, 4 kB at most. customer_email: where the payer is written to.
    lines: what it is made of. language: of the payer, ISO 639-1. currencies: in which it may be
    paid; by default as the settings of the merchant say. expires_in: seconds, by default as
    they say.
    """
    merchant_id: UUID
    currency: str
    amount: Amount | None = None
    merchant_order_id: str | None = None
    description: str | None = None
    metadata: dict[str, Any] | None = None
    customer_email: str | None = None
    language: str | None = None
    currencies: list[str] | None = None
    expires_in: int | None = None
    lines: list[NewLine] | None = None


class InvoiceMark(Body):
    """status: what the merchant says it is."""
    status: Literal['settled', 'invalid']
    reason: str


class InvoiceMoved(Answer):
    """An invoice. token: for whoever pays. number: with the merchant. status: open, processing,
    settled, expired, cancelled, invalid or refunded. exceptions: underpaid, overpaid, late,
    wrong_asset, reorged, marked_by_hand, as many as apply. sequence: grows with each change; an
    event with a smaller one is older. paid_amount, seen_amount: what sure money, and money that
    was only seen, is worth in the currency of the price. merchant_order_id: what the merchant
    calls its order. tax_amount: tax in the price. currencies: in which it may be paid.
    created_at: when it was made.
    """
    invoice_id: UUID
    token: str
    merchant_id: UUID
    number: str
    merchant_order_id: str | None
    status: str
    exceptions: list[str]
    sequence: int
    currency: str
    amount: str
    tax_amount: str
    paid_amount: str
    seen_amount: str
    currencies: list[str]
    expires_at: datetime
    created_at: datetime


class InvoiceRefunds(Body):
    """what: all that came (full), what came too much (overpaid), or an amount. amount: of that, in
    the currency of the invoice. rate_of: the rate at which it was paid (then), or that of now.
    currency: which of what came; by default the only one.
    """
    what: Literal['full', 'overpaid', 'amount']
    amount: Amount | None = None
    rate_of: Literal['then', 'now'] | None = None
    currency: str | None = None
    reason: str | None = None


class Joined(Answer):
    """user_id: who is a member now. role: as what."""
    merchant_id: UUID
    user_id: UUID
    role: str


class LegalHoldSet(Answer):
    """ends_at: until then the person is not erased."""
    party_id: UUID
    ends_at: datetime


class ListingOffers(Body):
    """party_id: who would buy, the caller by default."""
    amount: Amount
    milestones: list[Milestone]
    rail: str | None = None
    conditions: str | None = None
    expires_at: datetime | None = None
    party_id: UUID | None = None


class MerchantClosed(Answer):
    """deleted_at: since when it begins nothing new."""
    merchant_id: UUID
    deleted_at: datetime


class MerchantCreate(Body):
    """name: shown to payers. legal_name: as the register of companies has it. website: where it
    sells. tax_id: tax or VAT number. country: ISO 3166 alpha-2. support_email: whom a payer
    asks.
    """
    name: str
    legal_name: str
    website: str | None = None
    tax_id: str | None = None
    country: str
    support_email: str


class MerchantInvitations(Body):
    """user_id: who is invited. role: what the person would be."""
    user_id: UUID
    role: Literal['owner', 'admin', 'staff', 'viewer']


class MerchantMade(Answer):
    """A merchant. verification: how it stands with operators. role: of whoever made it."""
    merchant_id: UUID
    verification: str
    role: str


class MerchantRemoveMember(Body):
    """user_id: who leaves, or is put out."""
    user_id: UUID


class MerchantVerification(Body):
    """verification: what operators found."""
    verification: Literal['verified', 'rejected']
    reason: str


class MerchantVerified(Answer):
    """verification: how the merchant stands now."""
    merchant_id: UUID
    verification: str


class MessagesResent(Answer):
    """messages: how many are sent again, at most 1000 by one command. next: after of the command
    that goes on, null at the end.
    """
    endpoint_id: UUID
    messages: int
    next: UUID | None


class Milestone(Answer):
    """amount: in the currency of the listing. days: to deliver, from when it is paid in."""
    title: str
    description: str | None = None
    amount: Amount
    days: int


class MilestoneState(Answer):
    """Where one milestone stands; its id is that of its escrow."""
    milestone_id: UUID
    position: int
    version: int
    state: str
    phase: str
    deadline_at: datetime | None
    expires_at: datetime | None
    frozen: bool
    payer_amount: Amount | None
    payee_amount: Amount | None
    fee_amount: Amount | None


class MoveExternal(Body):
    """Money that came from, or goes to, the outside world. reference: what the bank or the rail
    calls the transfer; each is booked once, however it is spaced or spelled.
    """
    party_id: UUID
    currency: str
    amount: Amount
    reference: str
    memo: str | None = None


class NewCoinAddress(Body):
    """party_id: whose wallet, the caller's own by default."""
    party_id: UUID | None = None


class NewLine(Answer):
    """quantity: how many, or how much. unit_amount: price of one. tax_rate: in percent."""
    description: str
    quantity: Amount
    unit_amount: Amount
    tax_rate: str | None = None


class Nothing(Body):
    """For commands that say all in their address: {}, or no body at all."""


class OfDiscord(Body):
    """discord_id: a snowflake; null takes the link back."""
    reason: str
    discord_id: str | None


class OfFlag(Body):
    """name: on the document, of flag id_document: only this name is verified."""
    reason: str
    flag: str
    name: str | None = None


class OfferCounter(Body):
    """What one unit would be sold for: milestones that add up to the amount. rail: how the buyer
    pays, by default from the balance, or as the countered offer says. conditions: whatever else
    is asked for. expires_at: by default in 72 hours.
    """
    amount: Amount
    milestones: list[Milestone]
    rail: str | None = None
    conditions: str | None = None
    expires_at: datetime | None = None


class OfferMoved(Answer):
    """The offer after the command. listing_hash: sha256 of the copy of the listing it froze.
    """
    offer_id: UUID
    listing_id: UUID
    status: str
    author_role: str
    amount: Amount
    currency: str
    rail: str
    listing_hash: str
    expires_at: datetime


class OperatorRequestAsked(Answer):
    """Nothing is done yet: it is more than one operator does alone. A second one confirms it at
    /operator-requests/{request_id}/confirm with its command_hash, until deadline_at.
    """
    request_id: UUID
    state: str
    command_hash: str
    deadline_at: datetime


class OperatorRequestClose(Body):
    """See its fields."""
    reason: str


class OperatorRequestClosed(Answer):
    """state: rejected, or withdrawn when it was one's own."""
    request_id: UUID
    state: str


class OperatorRequestConfirm(Body):
    """command_hash: of the request as it was read."""
    command_hash: str


class OperatorRequestConfirmed(Answer):
    """answer: of the command that was confirmed."""
    request_id: UUID
    state: str
    answer: dict[str, Any]


class OrderMoved(Answer):
    """The order after the command. remaining: in the cryptocurrency."""
    order_id: UUID
    status: str
    version: int
    remaining: Amount
    expires_at: datetime


class OrderReprice(Body):
    """expected_version: of the order as its maker read it; stale_version when it has changed.
    price: fixed from now on. margin_bps: from now on the index and so many basis points;
    instead of a price. min_order_amount, max_order_amount: what one take may have. What is left
    out stays.
    """
    expected_version: int
    price: Amount | None = None
    margin_bps: int | None = None
    min_order_amount: Amount | None = None
    max_order_amount: Amount | None = None


class OrderTake(Body):
    """amount: in the cryptocurrency. expected_price: as the taker read it. max_slippage_bps: how
    much worse than expected the price may be; a better one is taken. payment_method: one of the
    order's; may be left out where it has only one. payment_account_id: where a taker who sells
    wants to be paid; may be left out by who has only one account of the method.
    """
    amount: Amount
    expected_price: Amount
    max_slippage_bps: int | None = None
    payment_method: str | None = None
    payment_account_id: UUID | None = None


class OutageCreate(Body):
    """When Holdfast itself was out of order, and why; everybody may read it."""
    from_at: datetime
    to_at: datetime
    reason: str


class OutageDeclared(Answer):
    """Its time is given back by the timer, before it acts on anything."""
    outage_id: UUID
    from_at: datetime
    to_at: datetime


class PartyErase(Body):
    """reason: how they asked, and how they were known; for operators only."""
    reason: str


class PartyErasure(Answer):
    """A request to be erased. erasure_id: names it. erase_from: when it begins."""
    erasure_id: UUID
    state: str
    erase_from: datetime


class PartyFile(Answer):
    """closes_at: until then this operator reads the money of the party."""
    file_id: UUID
    party_id: UUID
    closes_at: datetime


class PartyHold(Body):
    """until: when it ends by itself, ten years away at most; a time that is past ends it now.
    reason: for operators only.
    """
    until: datetime
    reason: str


class PartyOpenFile(Body):
    """reason: why it is looked at; kept for good, for operators only."""
    reason: str


class PartyResetFactors(Body):
    """reason: for operators only. evidence_hash: SHA-256 of what proved who asks, in hex."""
    reason: str
    evidence_hash: str


class PartyRestore(Body):
    """See its fields."""
    reason: str


class PartyStanding(Answer):
    """The party now. suspended_until: when it ends by itself."""
    party_id: UUID
    status: str
    suspended_until: datetime | None


class PartySuspend(Body):
    """until: when it ends by itself; none: when an operator ends it. reason: for operators only.
    """
    reason: str
    until: datetime | None = None


class PayoutDestinationCreate(Body):
    """party_id: whose money, the caller's own by default. address: as address_kinds of the rail
    says: an account of Stripe (acct_…), or an address on a chain. currency: for this one only;
    by default for every currency of the rail. is_default: whether money goes there for which no
    destination is named.
    """
    party_id: UUID | None = None
    rail: str
    currency: str | None = None
    address: str
    is_default: bool | None = None


class PayoutMoved(Answer):
    """A payout after a command."""
    payout_id: UUID
    state: str
    attempt: int | None = None


class PictureKept(Answer):
    """sha256 is what a listing names. key: where everybody reads it, in the public bucket, once it
    is submitted.
    """
    party_id: UUID
    sha256: str
    media_type: str
    size_bytes: int
    key: str


class PictureOpened(Answer):
    """url: send the bytes with method and exactly these headers within expires_in seconds. The
    store answers 412 when it has the picture already. What is not submitted within a week is
    forgotten.
    """
    party_id: UUID
    sha256: str
    media_type: str
    size_bytes: int
    key: str
    method: str
    url: str
    expires_in: int
    headers: dict[str, str]


class PingSent(Answer):
    """event_id: the webhook-id of the test message."""
    delivery_id: UUID
    event_id: UUID


class ProfileGrantTier(Body):
    """See its fields."""
    reason: str
    tier: int


class ProfileVerified(Answer):
    """The person now. granted_tier: what an operator gave in place of what the flags give.
    name_verified: whether the name the person goes by is the one on the document.
    """
    party_id: UUID
    verification_tier: int
    granted_tier: int | None
    flags: list[str]
    name_verified: bool


class QuarantineAccepted(Answer):
    """The deposit counts from now on. reference_id: what it was for. outcome: accepted."""
    quarantine_id: UUID
    purpose: str
    reference_id: UUID
    outcome: str


class RailDifferenceClose(Body):
    """event: explain, own money was put in or taken out, or it is booked by hand; book, it goes to
    losses. amount: how much of the difference, without its sign; the rest is one of its own.
    """
    event: Literal['explain', 'book']
    amount: Amount
    reason: str


class Reasoned(Body):
    """See its fields."""
    reason: str


class ReceivableLift(Body):
    """until: within 31 days."""
    until: datetime
    reason: str


class ReceivableWriteOff(Body):
    """amount: of what is still owed, in units of its currency."""
    amount: Amount
    reason: str


class RecoveryCodeUse(Body):
    """code: one of the ten, with or without its dashes, in large or small letters."""
    code: str


class RecoveryCodeUsed(Answer):
    """What a recovery code did. factors_removed: second factors that are gone. sessions_ended: the
    other sessions. codes_left: of those made with it. money_out_from: from when on money leaves
    again, and new destinations are named.
    """
    factors_removed: int
    sessions_ended: int
    codes_left: int
    money_out_from: datetime


class RecoveryCodes(Answer):
    """codes: shown once. Of a command that is repeated later they are empty: make new ones."""
    codes: list[str]


class RefundCancelled(Answer):
    """A refund that was taken back."""
    refund_id: UUID
    invoice_id: UUID
    state: str


class RefundMade(Answer):
    """Money that is set aside. claim_secret: hand it to the payer with the token; it is told this
    once. amount: what it gives back of the money that came. sent_amount: what arrives. worth:
    in the currency of the invoice. claim_by: until then.
    """
    refund_id: UUID
    invoice_id: UUID
    token: str
    claim_secret: str
    state: str
    rail: str
    currency: str
    amount: str
    sent_amount: str
    network_cost: str
    worth: str
    claim_by: datetime


class RefusedClosed(Answer):
    """outcome: dismissed or taken_up."""
    refused_report_id: UUID
    outcome: str
    closed_at: datetime


class RefusedReportClose(Body):
    """event: dismiss, it is not so or was settled by hand; take_up, it is written down as a report
    after all, if it can be so now.
    """
    event: Literal['dismiss', 'take_up']
    reason: str


class Removed(Answer):
    """user_id: who is no member any more."""
    merchant_id: UUID
    user_id: UUID
    removed_at: datetime


class RevokedApiKey(Answer):
    """A key that is good no more. revoked_at: since when."""
    key_id: UUID
    revoked_at: datetime


class RotatedApiKey(Answer):
    """A key with its new secret. old_until: until when the one before is good."""
    key_id: UUID
    party_id: UUID
    name: str
    prefix: str
    last4: str
    scopes: list[str]
    ip_allow: list[str]
    expires_at: datetime | None
    api_key: str | None
    old_until: datetime


class ScreeningCleared(Answer):
    """The address after the command. status: clear, hit (of another answer) or stale."""
    screening_id: UUID
    rail: str
    address: str
    status: str


class SecretRotated(Answer):
    """secret: the new one. The old one signs beside it until old_secret_expires_at."""
    endpoint_id: UUID
    secret_id: UUID
    secret: str | None
    old_secret_expires_at: datetime


class SessionRevoked(Answer):
    """A session that was ended."""
    session_id: UUID


class SessionsRevoked(Answer):
    """ended: how many sessions were."""
    ended: int


class SetbackCreate(Body):
    """Which work, by its row in setbacks, and what becomes of it. reason: needed to set aside.
    """
    queue: str
    subject: str
    event: Literal['set_aside', 'take_up']
    reason: str | None = None


class SetbackDecided(Answer):
    """set_aside: whether nobody tries it again."""
    queue: str
    subject: str
    set_aside: bool
    decided_at: datetime


class SettingChanged(Answer):
    """setting: name of the table. row: its key columns. before, after: what was changed of it.
    """
    setting: str
    row: dict[str, str]
    before: dict[str, str | None]
    after: dict[str, str | None]


class SettingCreate(Body):
    """setting: name of the table, as in settings. row: the row, by its key columns. values: what
    each column is set to from now on, as text; null: no limit.
    """
    setting: str
    row: dict[str, Any]
    values: dict[str, Any]
    reason: str


class SnapshotTaken(Answer):
    """document: canonical JSON of what the provider said, whose sha256 is told."""
    snapshot_id: UUID
    party_id: UUID
    provider: str
    kind: Literal['group', 'game', 'item', 'user']
    asset_id: str
    document: str
    sha256: str
    taken_at: datetime


class StaffMember(Answer):
    """user_id: the person. role: that was given or taken. roles: all that the person has now.
    """
    user_id: UUID
    role: str
    roles: list[str]


class StaffRole(Body):
    """role: what the person does for Holdfast. reason: for operators only."""
    role: Literal['operator', 'arbiter', 'dispute_reader']
    reason: str


class TradeBody(Body):
    """expected_version: refuse with stale_version when the escrow has moved on."""
    expected_version: int | None = None


class TradeOpened(Answer):
    """The trade. price: of one unit. fiat_amount: bank money to send before deadline_at."""
    trade_id: UUID
    order_id: UUID
    status: str
    version: int
    amount: Amount
    price: Amount
    fiat_amount: Amount
    deadline_at: datetime
    auto_reply: str


class TransferPosted(Answer):
    """transfer_id: what was posted."""
    transfer_id: UUID


class TransferReverse(Body):
    """See its fields."""
    reason: str


class UnmatchedDepositSendBack(Body):
    """address: where it goes, on the chain that it came over. Its sender's own, or any that its
    party has the key to.
    """
    address: str


class UploadOpened(Answer):
    """url: send the bytes with method and exactly these headers within expires_in seconds. The
    store answers 412 when it has the file already.
    """
    method: str
    url: str
    expires_in: int
    upload_id: UUID
    escrow_id: UUID
    author_role: str
    sha256: str
    media_type: str
    size_bytes: int
    headers: dict[str, str]


class WalletAddress(Answer):
    """Send any amount of token to address, on the chain of chain_id, at any time. address: of this
    party and currency only. min_amount: less counts only once an operator accepts it.
    """
    rail: str
    currency: str
    address: str
    chain_id: int
    token: str
    request_id: UUID
    party_id: UUID
    min_amount: str


class WalletCoinAddress(Answer):
    """Send any amount to address, at any time. address: of this party and currency only.
    min_amount: less counts only once an operator accepts it.
    """
    rail: str
    currency: str
    address: str
    chain_id: int
    token: str
    request_id: UUID
    party_id: UUID
    min_amount: str


class WebhookEndpointCreate(Body):
    """party_id: in whose name, the caller's own by default. event_types: names, families
    (escrow.*) or * for all, which is the default.
    """
    url: str
    party_id: UUID | None = None
    description: str | None = None
    event_types: list[str] | None = None


class WebhookEndpointResend(Body):
    """One of the three: event_ids, since and until, or all_failed. after: the next of the answer
    before, to go on from there.
    """
    event_ids: list[UUID] | None = None
    since: datetime | None = None
    until: datetime | None = None
    all_failed: bool | None = None
    after: UUID | None = None


class WithdrawalRequestCreate(Body):
    """party_id: whose wallet, the caller's own by default. destination_id: one of its own, and
    with it the rail. amount: what arrives; fee and network cost leave beside it.
    """
    party_id: UUID | None = None
    destination_id: UUID
    currency: str
    amount: Amount


class WithdrawalRequested(Answer):
    """A withdrawal that is ordered. not_before: until then it waits, and its payout can be kept
    (POST /payouts/{payout_id}/keep), which cancels it. fee_amount, network_cost: fixed now.
    """
    withdrawal_id: UUID
    payout_id: UUID
    party_id: UUID
    rail: str
    currency: str
    amount: str
    fee_amount: str
    network_cost: str
    address: str
    not_before: datetime


class Commands(Sender):
    """Each raises Problem."""

    def api_key_create(
        self, body: ApiKeyCreate, *, key: str | None = None
    ) -> ApiKey:
        """An owner of a party makes an API key for it (aal2)."""
        return self._send(
            f"/api-keys", body, key,
            ApiKey,
        )

    def api_key_revoke(
        self, key_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> RevokedApiKey:
        """An owner of its party ends an API key: its tokens do nothing from the next request on.
        """
        return self._send(
            f"/api-keys/{key_id}/revoke", body, key,
            RevokedApiKey,
        )

    def api_key_rotate(
        self, key_id: UUID | str, body: ApiKeyRotate | None = None, *, key: str | None = None
    ) -> RotatedApiKey:
        """An owner of its party gives an API key a new secret (aal2); the old one lives on for a
        while.
        """
        return self._send(
            f"/api-keys/{key_id}/rotate", body, key,
            RotatedApiKey,
        )

    def asset_snapshot_create(
        self, body: AssetSnapshotCreate, *, key: str | None = None
    ) -> SnapshotTaken:
        """Take a snapshot of an asset, as the provider shows it now."""
        return self._send(
            f"/asset-snapshots", body, key,
            SnapshotTaken,
        )

    def bitcoin_address_create(
        self, body: NewCoinAddress | None = None, *, key: str | None = None
    ) -> WalletCoinAddress:
        """A party asks where to pay bitcoin into its wallet: one address, for good."""
        return self._send(
            f"/bitcoin-addresses", body, key,
            WalletCoinAddress,
        )

    def case_close(
        self, case_id: UUID | str, body: CaseClose, *, key: str | None = None
    ) -> CaseClosed | OperatorRequestAsked:
        """An operator upholds or dismisses a case (aal2)."""
        return self._send(
            f"/cases/{case_id}/close", body, key,
            CaseClosed | OperatorRequestAsked,  # type: ignore[arg-type]
        )

    def contract_cancel(
        self, contract_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> ContractMoved:
        """A side cancels every milestone that is not paid in."""
        return self._send(
            f"/contracts/{contract_id}/cancel", body, key,
            ContractMoved,
        )

    def contract_document_downloads(
        self, contract_id: UUID | str, body: ContractDocumentDownloads | None = None, *, key: str | None = None
    ) -> DocumentOpened:
        """Get an address to download the PDF of a contract from."""
        return self._send(
            f"/contracts/{contract_id}/document-downloads", body, key,
            DocumentOpened,
        )

    def contract_fund(
        self, contract_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> ContractMoved:
        """The buyer pays all milestones in from the balance (aal2)."""
        return self._send(
            f"/contracts/{contract_id}/fund", body, key,
            ContractMoved,
        )

    def contract_sign(
        self, contract_id: UUID | str, body: ContractSign, *, key: str | None = None
    ) -> ContractMoved:
        """A side signs the document by its hash (aal2)."""
        return self._send(
            f"/contracts/{contract_id}/sign", body, key,
            ContractMoved,
        )

    def data_export_create(
        self, body: Nothing | None = None, *, key: str | None = None
    ) -> Export:
        """A person asks for all that is kept about them, as one JSON document (aal2)."""
        return self._send(
            f"/data-exports", body, key,
            Export,
        )

    def data_export_downloads(
        self, export_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> ExportOpened:
        """Get an address to download an export of one's own from (aal2)."""
        return self._send(
            f"/data-exports/{export_id}/downloads", body, key,
            ExportOpened,
        )

    def deposit_address_create(
        self, body: DepositAddressCreate, *, key: str | None = None
    ) -> WalletAddress:
        """A party asks where to pay into its wallet: one address for each currency, for good.
        """
        return self._send(
            f"/deposit-addresses", body, key,
            WalletAddress,
        )

    def deposit_create(
        self, body: MoveExternal, *, key: str | None = None
    ) -> TransferPosted | OperatorRequestAsked:
        """An operator books money that came in for a party (aal2)."""
        return self._send(
            f"/deposits", body, key,
            TransferPosted | OperatorRequestAsked,  # type: ignore[arg-type]
        )

    def device_name(
        self, device_id: UUID | str, body: DeviceName, *, key: str | None = None
    ) -> DeviceNamed:
        """A person names a device."""
        return self._send(
            f"/devices/{device_id}/name", body, key,
            DeviceNamed,
        )

    def device_revoke(
        self, device_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> DeviceRevoked:
        """A person ends every session from a device."""
        return self._send(
            f"/devices/{device_id}/revoke", body, key,
            DeviceRevoked,
        )

    def erasure_request_create(
        self, body: Nothing | None = None, *, key: str | None = None
    ) -> Erasure:
        """A person asks to be erased (aal2)."""
        return self._send(
            f"/erasure-requests", body, key,
            Erasure,
        )

    def erasure_request_cancel(
        self, erasure_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> Erasure:
        """A person takes back the request to be erased while it waits."""
        return self._send(
            f"/erasure-requests/{erasure_id}/cancel", body, key,
            Erasure,
        )

    def escrow_accept_decision(
        self, escrow_id: UUID | str, body: TradeBody | None = None, *, key: str | None = None
    ) -> EscrowMoved:
        """A party accepts the decision; when both have, it is carried out at once."""
        return self._send(
            f"/escrows/{escrow_id}/accept-decision", body, key,
            EscrowMoved,
        )

    def escrow_accept_partial(
        self, escrow_id: UUID | str, body: TradeBody | None = None, *, key: str | None = None
    ) -> EscrowMoved:
        """The other side agrees: what arrived is the amount."""
        return self._send(
            f"/escrows/{escrow_id}/accept-partial", body, key,
            EscrowMoved,
        )

    def escrow_accept_split(
        self, escrow_id: UUID | str, body: EscrowAcceptSplit, *, key: str | None = None
    ) -> EscrowMoved:
        """Settle on the other side's offer (a payer with aal2)."""
        return self._send(
            f"/escrows/{escrow_id}/accept-split", body, key,
            EscrowMoved,
        )

    def escrow_acknowledge(
        self, escrow_id: UUID | str, body: TradeBody | None = None, *, key: str | None = None
    ) -> EscrowMoved:
        """The assigned arbiter takes the case."""
        return self._send(
            f"/escrows/{escrow_id}/acknowledge", body, key,
            EscrowMoved,
        )

    def escrow_appeal(
        self, escrow_id: UUID | str, body: TradeBody | None = None, *, key: str | None = None
    ) -> EscrowMoved:
        """A party that did not get all appeals to another arbiter, once, with a bond."""
        return self._send(
            f"/escrows/{escrow_id}/appeal", body, key,
            EscrowMoved,
        )

    def escrow_approve_decision(
        self, escrow_id: UUID | str, body: TradeBody | None = None, *, key: str | None = None
    ) -> EscrowMoved:
        """The second arbiter agrees (aal2)."""
        return self._send(
            f"/escrows/{escrow_id}/approve-decision", body, key,
            EscrowMoved,
        )

    def escrow_asset_proofs(
        self, escrow_id: UUID | str, body: EscrowAssetProofs, *, key: str | None = None
    ) -> AssetProved:
        """A side compares a snapshot with the one in the contract."""
        return self._send(
            f"/escrows/{escrow_id}/asset-proofs", body, key,
            AssetProved,
        )

    def escrow_assign(
        self, escrow_id: UUID | str, body: EscrowAssign, *, key: str | None = None
    ) -> EscrowMoved:
        """An operator assigns the dispute to an arbiter."""
        return self._send(
            f"/escrows/{escrow_id}/assign", body, key,
            EscrowMoved,
        )

    def escrow_bitcoin_address(
        self, escrow_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> EscrowCoinAddress:
        """The payer asks where to send the bitcoin of an escrow: one address for each."""
        return self._send(
            f"/escrows/{escrow_id}/bitcoin-address", body, key,
            EscrowCoinAddress,
        )

    def escrow_cancel(
        self, escrow_id: UUID | str, body: TradeBody | None = None, *, key: str | None = None
    ) -> EscrowMoved:
        """Offer to end with nothing for the payee; it ends when the other side offers the same.
        """
        return self._send(
            f"/escrows/{escrow_id}/cancel", body, key,
            EscrowMoved,
        )

    def escrow_card_payment(
        self, escrow_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> CardPayment:
        """The payer asks to pay an escrow by card."""
        return self._send(
            f"/escrows/{escrow_id}/card-payment", body, key,
            CardPayment,
        )

    def escrow_claim(
        self, escrow_id: UUID | str, body: EscrowClaim, *, key: str | None = None
    ) -> CaseOpened:
        """A party claims after the end, inside the claim window."""
        return self._send(
            f"/escrows/{escrow_id}/claim", body, key,
            CaseOpened,
        )

    def escrow_concede(
        self, escrow_id: UUID | str, body: TradeBody | None = None, *, key: str | None = None
    ) -> EscrowMoved:
        """The payee gives all back."""
        return self._send(
            f"/escrows/{escrow_id}/concede", body, key,
            EscrowMoved,
        )

    def escrow_decide(
        self, escrow_id: UUID | str, body: EscrowDecide, *, key: str | None = None
    ) -> EscrowMoved:
        """The arbiter decides (aal2); above the policy's limit a second arbiter must approve.
        """
        return self._send(
            f"/escrows/{escrow_id}/decide", body, key,
            EscrowMoved,
        )

    def escrow_deliver(
        self, escrow_id: UUID | str, body: EscrowDeliver, *, key: str | None = None
    ) -> EscrowMoved:
        """The payee delivers a milestone."""
        return self._send(
            f"/escrows/{escrow_id}/deliver", body, key,
            EscrowMoved,
        )

    def escrow_deposit_address(
        self, escrow_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> EscrowAddress:
        """The payer asks where to send the money of an escrow: one address for each."""
        return self._send(
            f"/escrows/{escrow_id}/deposit-address", body, key,
            EscrowAddress,
        )

    def escrow_dispute(
        self, escrow_id: UUID | str, body: EscrowDispute, *, key: str | None = None
    ) -> EscrowMoved:
        """Open a dispute: an arbiter decides."""
        return self._send(
            f"/escrows/{escrow_id}/dispute", body, key,
            EscrowMoved,
        )

    def escrow_evidence(
        self, escrow_id: UUID | str, body: EscrowEvidence, *, key: str | None = None
    ) -> EvidenceReceived:
        """A side submits a file it has uploaded, as evidence; at most 20 a side."""
        return self._send(
            f"/escrows/{escrow_id}/evidence", body, key,
            EvidenceReceived,
        )

    def escrow_evidence_downloads(
        self, escrow_id: UUID | str, body: EscrowEvidenceDownloads, *, key: str | None = None
    ) -> DownloadOpened:
        """A side, or the arbiter of the dispute, gets an address to read a file from."""
        return self._send(
            f"/escrows/{escrow_id}/evidence-downloads", body, key,
            DownloadOpened,
        )

    def escrow_evidence_uploads(
        self, escrow_id: UUID | str, body: EscrowEvidenceUploads, *, key: str | None = None
    ) -> UploadOpened:
        """A side announces a file and gets an address to upload exactly these bytes to."""
        return self._send(
            f"/escrows/{escrow_id}/evidence-uploads", body, key,
            UploadOpened,
        )

    def escrow_freeze(
        self, escrow_id: UUID | str, body: EscrowFreeze, *, key: str | None = None
    ) -> EscrowMoved:
        """An operator freezes an escrow: no money moves, the clocks rest."""
        return self._send(
            f"/escrows/{escrow_id}/freeze", body, key,
            EscrowMoved,
        )

    def escrow_litecoin_address(
        self, escrow_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> EscrowCoinAddress:
        """The payer asks where to send the litecoin of an escrow: one address for each."""
        return self._send(
            f"/escrows/{escrow_id}/litecoin-address", body, key,
            EscrowCoinAddress,
        )

    def escrow_mark_paid(
        self, escrow_id: UUID | str, body: EscrowMarkPaid | None = None, *, key: str | None = None
    ) -> EscrowMoved:
        """The payee has sent the bank money."""
        return self._send(
            f"/escrows/{escrow_id}/mark-paid", body, key,
            EscrowMoved,
        )

    def escrow_offer_split(
        self, escrow_id: UUID | str, body: EscrowOfferSplit, *, key: str | None = None
    ) -> EscrowMoved:
        """Offer to divide (a payer with aal2); settles at once on an offer as good or better.
        """
        return self._send(
            f"/escrows/{escrow_id}/offer-split", body, key,
            EscrowMoved,
        )

    def escrow_propose_partial(
        self, escrow_id: UUID | str, body: TradeBody | None = None, *, key: str | None = None
    ) -> EscrowMoved:
        """A side would hold what arrived instead of what was agreed."""
        return self._send(
            f"/escrows/{escrow_id}/propose-partial", body, key,
            EscrowMoved,
        )

    def escrow_reject_decision(
        self, escrow_id: UUID | str, body: TradeBody | None = None, *, key: str | None = None
    ) -> EscrowMoved:
        """The second arbiter does not agree (aal2)."""
        return self._send(
            f"/escrows/{escrow_id}/reject-decision", body, key,
            EscrowMoved,
        )

    def escrow_release(
        self, escrow_id: UUID | str, body: EscrowRelease | None = None, *, key: str | None = None
    ) -> EscrowMoved:
        """The payer gives all to the payee (aal2)."""
        return self._send(
            f"/escrows/{escrow_id}/release", body, key,
            EscrowMoved,
        )

    def escrow_request_revision(
        self, escrow_id: UUID | str, body: EscrowRequestRevision, *, key: str | None = None
    ) -> EscrowMoved:
        """The payer asks for another delivery, as often as the policy allows."""
        return self._send(
            f"/escrows/{escrow_id}/request-revision", body, key,
            EscrowMoved,
        )

    def escrow_return_funds(
        self, escrow_id: UUID | str, body: TradeBody | None = None, *, key: str | None = None
    ) -> EscrowMoved:
        """The payer takes back money that did not match."""
        return self._send(
            f"/escrows/{escrow_id}/return-funds", body, key,
            EscrowMoved,
        )

    def escrow_statement(
        self, escrow_id: UUID | str, body: EscrowStatement, *, key: str | None = None
    ) -> EscrowMoved:
        """Submit one's statement, once; the other side reads it once statements are closed."""
        return self._send(
            f"/escrows/{escrow_id}/statement", body, key,
            EscrowMoved,
        )

    def escrow_top_up(
        self, escrow_id: UUID | str, body: TradeBody | None = None, *, key: str | None = None
    ) -> EscrowMoved:
        """The payer pays from the balance what is missing of money that did not match."""
        return self._send(
            f"/escrows/{escrow_id}/top-up", body, key,
            EscrowMoved,
        )

    def escrow_unfreeze(
        self, escrow_id: UUID | str, body: EscrowUnfreeze | None = None, *, key: str | None = None
    ) -> EscrowMoved:
        """An operator lifts a hold of an operator; without any hold the escrow goes on."""
        return self._send(
            f"/escrows/{escrow_id}/unfreeze", body, key,
            EscrowMoved,
        )

    def escrow_withdraw_offer(
        self, escrow_id: UUID | str, body: TradeBody | None = None, *, key: str | None = None
    ) -> EscrowMoved:
        """Withdraw one's offer."""
        return self._send(
            f"/escrows/{escrow_id}/withdraw-offer", body, key,
            EscrowMoved,
        )

    def factor_reset_create(
        self, body: Nothing | None = None, *, key: str | None = None
    ) -> FactorReset:
        """A person who is signed in without the second factor asks operators to take it off.
        """
        return self._send(
            f"/factor-resets", body, key,
            FactorReset,
        )

    def factor_reset_cancel(
        self, reset_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> FactorReset:
        """A person keeps the second factor: from any session that lives, with the factor or
        without.
        """
        return self._send(
            f"/factor-resets/{reset_id}/cancel", body, key,
            FactorReset,
        )

    def fiat_rate_create(
        self, body: FiatRateCreate, *, key: str | None = None
    ) -> FiatRateSet:
        """An operator records the rate of a fiat currency that no list has (aal2)."""
        return self._send(
            f"/fiat-rates", body, key,
            FiatRateSet,
        )

    def guild_link_discord(
        self, guild_id: UUID | str, body: OfDiscord, *, key: str | None = None
    ) -> DiscordLinked:
        """An operator links a Discord server to a guild (aal2)."""
        return self._send(
            f"/guilds/{guild_id}/link-discord", body, key,
            DiscordLinked,
        )

    def halt_create(
        self, body: HaltCreate, *, key: str | None = None
    ) -> HaltBegun:
        """An operator halts a pair, a price source, a rail or a network: nothing new begins, what
        runs goes on (aal2).
        """
        return self._send(
            f"/halts", body, key,
            HaltBegun,
        )

    def halt_lift(
        self, halt_id: UUID | str, body: HaltLift, *, key: str | None = None
    ) -> HaltLifted | OperatorRequestAsked:
        """Two operators end a halt (aal2)."""
        return self._send(
            f"/halts/{halt_id}/lift", body, key,
            HaltLifted | OperatorRequestAsked,  # type: ignore[arg-type]
        )

    def image_upload_create(
        self, body: ImageUploadCreate, *, key: str | None = None
    ) -> PictureOpened:
        """A seller announces a picture and gets an address to upload exactly these bytes to.
        """
        return self._send(
            f"/image-uploads", body, key,
            PictureOpened,
        )

    def image_create(
        self, body: ImageCreate, *, key: str | None = None
    ) -> PictureKept:
        """A seller submits an uploaded picture; from then on a listing may show it."""
        return self._send(
            f"/images", body, key,
            PictureKept,
        )

    def invoice_payment_accept(
        self, payment_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> InvoiceMoved:
        """An admin takes money that is held, such as late money, for what it was sent for: it
        counts from now on, at the rate that the payer was shown.
        """
        return self._send(
            f"/invoice-payments/{payment_id}/accept", body, key,
            InvoiceMoved,
        )

    def invoice_refund_cancel(
        self, refund_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> RefundCancelled:
        """An admin takes back a refund that nobody has claimed."""
        return self._send(
            f"/invoice-refunds/{refund_id}/cancel", body, key,
            RefundCancelled,
        )

    def invoice_create(
        self, body: InvoiceCreate, *, key: str | None = None
    ) -> InvoiceMoved:
        """A merchant asks for money."""
        return self._send(
            f"/invoices", body, key,
            InvoiceMoved,
        )

    def invoice_cancel(
        self, invoice_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> InvoiceMoved:
        """A merchant does not want an invoice paid any more: it never expires after that, and
        money of a later time is late, and held.
        """
        return self._send(
            f"/invoices/{invoice_id}/cancel", body, key,
            InvoiceMoved,
        )

    def invoice_mark(
        self, invoice_id: UUID | str, body: InvoiceMark, *, key: str | None = None
    ) -> InvoiceMoved:
        """An admin marks an invoice settled or invalid by hand, with a reason."""
        return self._send(
            f"/invoices/{invoice_id}/mark", body, key,
            InvoiceMoved,
        )

    def invoice_refunds(
        self, invoice_id: UUID | str, body: InvoiceRefunds, *, key: str | None = None
    ) -> RefundMade:
        """An admin refunds an invoice (aal2): all, a part, or what came too much."""
        return self._send(
            f"/invoices/{invoice_id}/refunds", body, key,
            RefundMade,
        )

    def listing_offers(
        self, listing_id: UUID | str, body: ListingOffers, *, key: str | None = None
    ) -> OfferMoved:
        """A buyer makes an offer for a unit, milestone by milestone."""
        return self._send(
            f"/listings/{listing_id}/offers", body, key,
            OfferMoved,
        )

    def litecoin_address_create(
        self, body: NewCoinAddress | None = None, *, key: str | None = None
    ) -> WalletCoinAddress:
        """A party asks where to pay litecoin into its wallet: one address, for good."""
        return self._send(
            f"/litecoin-addresses", body, key,
            WalletCoinAddress,
        )

    def merchant_create(
        self, body: MerchantCreate, *, key: str | None = None
    ) -> MerchantMade:
        """A person registers a merchant and becomes its owner; operators look at its papers.
        """
        return self._send(
            f"/merchants", body, key,
            MerchantMade,
        )

    def merchant_close(
        self, merchant_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> MerchantClosed:
        """An owner closes a merchant (aal2): no new invoice."""
        return self._send(
            f"/merchants/{merchant_id}/close", body, key,
            MerchantClosed,
        )

    def merchant_invitations(
        self, merchant_id: UUID | str, body: MerchantInvitations, *, key: str | None = None
    ) -> Invited:
        """Invite a person, or a member to another role (aal2)."""
        return self._send(
            f"/merchants/{merchant_id}/invitations", body, key,
            Invited,
        )

    def merchant_join(
        self, merchant_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> Joined:
        """Who was invited becomes a member, in place of the role of before."""
        return self._send(
            f"/merchants/{merchant_id}/join", body, key,
            Joined,
        )

    def merchant_remove_member(
        self, merchant_id: UUID | str, body: MerchantRemoveMember, *, key: str | None = None
    ) -> Removed:
        """Leave a merchant, decline its invitation, or put a member out (aal2)."""
        return self._send(
            f"/merchants/{merchant_id}/remove-member", body, key,
            Removed,
        )

    def merchant_verification(
        self, merchant_id: UUID | str, body: MerchantVerification, *, key: str | None = None
    ) -> MerchantVerified:
        """Operators verify or reject a merchant (aal2); the audit log keeps who and why."""
        return self._send(
            f"/merchants/{merchant_id}/verification", body, key,
            MerchantVerified,
        )

    def offer_accept(
        self, offer_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> ContractMoved:
        """The other side accepts the offer: the contract is made, with an escrow for each
        milestone.
        """
        return self._send(
            f"/offers/{offer_id}/accept", body, key,
            ContractMoved,
        )

    def offer_counter(
        self, offer_id: UUID | str, body: OfferCounter, *, key: str | None = None
    ) -> OfferMoved:
        """The other side makes a counter-offer."""
        return self._send(
            f"/offers/{offer_id}/counter", body, key,
            OfferMoved,
        )

    def offer_reject(
        self, offer_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> OfferMoved:
        """The other side rejects the offer."""
        return self._send(
            f"/offers/{offer_id}/reject", body, key,
            OfferMoved,
        )

    def offer_withdraw(
        self, offer_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> OfferMoved:
        """The author withdraws the offer."""
        return self._send(
            f"/offers/{offer_id}/withdraw", body, key,
            OfferMoved,
        )

    def operator_request_close(
        self, request_id: UUID | str, body: OperatorRequestClose, *, key: str | None = None
    ) -> OperatorRequestClosed:
        """An operator rejects a request, or withdraws their own (aal2); nothing is done."""
        return self._send(
            f"/operator-requests/{request_id}/close", body, key,
            OperatorRequestClosed,
        )

    def operator_request_confirm(
        self, request_id: UUID | str, body: OperatorRequestConfirm, *, key: str | None = None
    ) -> OperatorRequestConfirmed:
        """A second operator confirms exactly what the first one asked for, and it is done (aal2).
        """
        return self._send(
            f"/operator-requests/{request_id}/confirm", body, key,
            OperatorRequestConfirmed,
        )

    def order_cancel(
        self, order_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> OrderMoved:
        """The maker closes an order; what remains goes back, open trades go on."""
        return self._send(
            f"/orders/{order_id}/cancel", body, key,
            OrderMoved,
        )

    def order_pause(
        self, order_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> OrderMoved:
        """The maker takes an order out of the book; its money stays locked, open trades go on.
        """
        return self._send(
            f"/orders/{order_id}/pause", body, key,
            OrderMoved,
        )

    def order_publish(
        self, order_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> OrderMoved:
        """The maker opens a draft for takes; a sell order locks its amount."""
        return self._send(
            f"/orders/{order_id}/publish", body, key,
            OrderMoved,
        )

    def order_reprice(
        self, order_id: UUID | str, body: OrderReprice, *, key: str | None = None
    ) -> OrderMoved:
        """The maker changes the price of a published order, or how much one take may have; trades
        that run keep their price.
        """
        return self._send(
            f"/orders/{order_id}/reprice", body, key,
            OrderMoved,
        )

    def order_resume(
        self, order_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> OrderMoved:
        """The maker puts a paused order back into the book."""
        return self._send(
            f"/orders/{order_id}/resume", body, key,
            OrderMoved,
        )

    def order_take(
        self, order_id: UUID | str, body: OrderTake, *, key: str | None = None
    ) -> TradeOpened:
        """Open a trade over a part of an order; the crypto is held at once."""
        return self._send(
            f"/orders/{order_id}/take", body, key,
            TradeOpened,
        )

    def outage_create(
        self, body: OutageCreate, *, key: str | None = None
    ) -> OutageDeclared:
        """An operator declares an outage that is over: every clock gets its time back (aal2).
        """
        return self._send(
            f"/outages", body, key,
            OutageDeclared,
        )

    def party_erase(
        self, party_id: UUID | str, body: PartyErase, *, key: str | None = None
    ) -> PartyErasure | OperatorRequestAsked:
        """An operator has a person erased who has no sign-in to ask with (aal2); a second one
        confirms it.
        """
        return self._send(
            f"/parties/{party_id}/erase", body, key,
            PartyErasure | OperatorRequestAsked,  # type: ignore[arg-type]
        )

    def party_hold(
        self, party_id: UUID | str, body: PartyHold, *, key: str | None = None
    ) -> LegalHoldSet:
        """An operator keeps a person from being erased for a time (aal2)."""
        return self._send(
            f"/parties/{party_id}/hold", body, key,
            LegalHoldSet,
        )

    def party_open_file(
        self, party_id: UUID | str, body: PartyOpenFile, *, key: str | None = None
    ) -> PartyFile:
        """An operator reads the money of a party for 15 minutes: balances, entries, transfers,
        holds, payouts and deposits (aal2).
        """
        return self._send(
            f"/parties/{party_id}/open-file", body, key,
            PartyFile,
        )

    def party_reset_factors(
        self, party_id: UUID | str, body: PartyResetFactors, *, key: str | None = None
    ) -> FactorResetAgreed | OperatorRequestAsked:
        """An operator has a person's second factor taken off, whom its loss keeps out (aal2); a
        second one confirms it.
        """
        return self._send(
            f"/parties/{party_id}/reset-factors", body, key,
            FactorResetAgreed | OperatorRequestAsked,  # type: ignore[arg-type]
        )

    def party_restore(
        self, party_id: UUID | str, body: PartyRestore, *, key: str | None = None
    ) -> PartyStanding:
        """An operator ends the suspension of a party (aal2)."""
        return self._send(
            f"/parties/{party_id}/restore", body, key,
            PartyStanding,
        )

    def party_suspend(
        self, party_id: UUID | str, body: PartySuspend, *, key: str | None = None
    ) -> PartyStanding:
        """An operator stops a party: nothing new, no money out; what runs goes on to its end
        (aal2).
        """
        return self._send(
            f"/parties/{party_id}/suspend", body, key,
            PartyStanding,
        )

    def payout_destination_create(
        self, body: PayoutDestinationCreate, *, key: str | None = None
    ) -> DestinationSet:
        """A party names where its money may go on a rail (aal2); payouts that wait for it go as
        soon as it may be used.
        """
        return self._send(
            f"/payout-destinations", body, key,
            DestinationSet,
        )

    def payout_destination_remove(
        self, destination_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> DestinationRemoved:
        """A party removes a destination (aal2); payouts that were claimed or withdrawn to it go
        on.
        """
        return self._send(
            f"/payout-destinations/{destination_id}/remove", body, key,
            DestinationRemoved,
        )

    def payout_keep(
        self, payout_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> PayoutMoved:
        """A party takes what has not been sent into its balance (aal2)."""
        return self._send(
            f"/payouts/{payout_id}/keep", body, key,
            PayoutMoved,
        )

    def payout_retry(
        self, payout_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> PayoutMoved:
        """Pay again what the rail has provably refused, to where the party wants it now (aal2).
        """
        return self._send(
            f"/payouts/{payout_id}/retry", body, key,
            PayoutMoved,
        )

    def profile_grant_tier(
        self, party_id: UUID | str, body: ProfileGrantTier, *, key: str | None = None
    ) -> ProfileVerified:
        """An operator gives a person a tier, whatever the flags say (aal2)."""
        return self._send(
            f"/profiles/{party_id}/grant-tier", body, key,
            ProfileVerified,
        )

    def profile_link_discord(
        self, party_id: UUID | str, body: OfDiscord, *, key: str | None = None
    ) -> DiscordLinked:
        """An operator links a Discord account to a person (aal2)."""
        return self._send(
            f"/profiles/{party_id}/link-discord", body, key,
            DiscordLinked,
        )

    def profile_revoke(
        self, party_id: UUID | str, body: OfFlag, *, key: str | None = None
    ) -> ProfileVerified:
        """An operator revokes a verification (aal2)."""
        return self._send(
            f"/profiles/{party_id}/revoke", body, key,
            ProfileVerified,
        )

    def profile_verify(
        self, party_id: UUID | str, body: OfFlag, *, key: str | None = None
    ) -> ProfileVerified:
        """An operator records a verification of a person (aal2)."""
        return self._send(
            f"/profiles/{party_id}/verify", body, key,
            ProfileVerified,
        )

    def profile_withdraw_tier(
        self, party_id: UUID | str, body: Reasoned, *, key: str | None = None
    ) -> ProfileVerified:
        """An operator withdraws a granted tier: the flags decide again (aal2)."""
        return self._send(
            f"/profiles/{party_id}/withdraw-tier", body, key,
            ProfileVerified,
        )

    def quarantine_accept(
        self, quarantine_id: UUID | str, body: Reasoned, *, key: str | None = None
    ) -> QuarantineAccepted | OperatorRequestAsked:
        """An operator accepts one deposit (aal2)."""
        return self._send(
            f"/quarantines/{quarantine_id}/accept", body, key,
            QuarantineAccepted | OperatorRequestAsked,  # type: ignore[arg-type]
        )

    def rail_difference_close(
        self, rail_difference_id: UUID | str, body: RailDifferenceClose, *, key: str | None = None
    ) -> DifferenceClosed | OperatorRequestAsked:
        """An operator explains a difference between books and a rail, or books it to losses
        (aal2).
        """
        return self._send(
            f"/rail-differences/{rail_difference_id}/close", body, key,
            DifferenceClosed | OperatorRequestAsked,  # type: ignore[arg-type]
        )

    def receivable_lift(
        self, receivable_id: UUID | str, body: ReceivableLift, *, key: str | None = None
    ) -> DebtDecided | OperatorRequestAsked:
        """Two operators let money in other currencies leave beside a debt until a time (aal2).
        """
        return self._send(
            f"/receivables/{receivable_id}/lift", body, key,
            DebtDecided | OperatorRequestAsked,  # type: ignore[arg-type]
        )

    def receivable_write_off(
        self, receivable_id: UUID | str, body: ReceivableWriteOff, *, key: str | None = None
    ) -> DebtDecided | OperatorRequestAsked:
        """Two operators write off an amount of a debt: it is booked to losses (aal2)."""
        return self._send(
            f"/receivables/{receivable_id}/write-off", body, key,
            DebtDecided | OperatorRequestAsked,  # type: ignore[arg-type]
        )

    def recovery_code_create(
        self, body: Nothing | None = None, *, key: str | None = None
    ) -> RecoveryCodes:
        """A person makes ten recovery codes (aal2); those from before are void."""
        return self._send(
            f"/recovery-codes", body, key,
            RecoveryCodes,
        )

    def recovery_code_use(
        self, body: RecoveryCodeUse, *, key: str | None = None
    ) -> RecoveryCodeUsed:
        """A person who has lost the second factor signs in without it and gives a recovery code:
        every factor is removed, the other sessions end, and for 72 hours no money leaves.
        """
        return self._send(
            f"/recovery-codes/use", body, key,
            RecoveryCodeUsed,
        )

    def refused_report_close(
        self, refused_report_id: UUID | str, body: RefusedReportClose, *, key: str | None = None
    ) -> RefusedClosed | OperatorRequestAsked:
        """An operator closes a report that was not believed, or has it taken up after all (aal2).
        """
        return self._send(
            f"/refused-reports/{refused_report_id}/close", body, key,
            RefusedClosed | OperatorRequestAsked,  # type: ignore[arg-type]
        )

    def screening_clear(
        self, screening_id: UUID | str, body: Reasoned, *, key: str | None = None
    ) -> ScreeningCleared:
        """An operator found a hit to be none (aal2)."""
        return self._send(
            f"/screenings/{screening_id}/clear", body, key,
            ScreeningCleared,
        )

    def session_revoke_others(
        self, body: Nothing | None = None, *, key: str | None = None
    ) -> SessionsRevoked:
        """A person ends every session of theirs but the one that asks."""
        return self._send(
            f"/sessions/revoke-others", body, key,
            SessionsRevoked,
        )

    def session_revoke(
        self, session_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> SessionRevoked:
        """A person ends a session of theirs: it commands nothing from then on."""
        return self._send(
            f"/sessions/{session_id}/revoke", body, key,
            SessionRevoked,
        )

    def setback_create(
        self, body: SetbackCreate, *, key: str | None = None
    ) -> SetbackDecided:
        """An operator sets aside work that fails, or has it tried at the next run (aal2)."""
        return self._send(
            f"/setbacks", body, key,
            SetbackDecided,
        )

    def setting_create(
        self, body: SettingCreate, *, key: str | None = None
    ) -> SettingChanged | OperatorRequestAsked:
        """An operator changes a row of a setting; a second one confirms it where money is at stake
        (aal2).
        """
        return self._send(
            f"/settings", body, key,
            SettingChanged | OperatorRequestAsked,  # type: ignore[arg-type]
        )

    def staff_grant(
        self, user_id: UUID | str, body: StaffRole, *, key: str | None = None
    ) -> StaffMember | OperatorRequestAsked:
        """Two operators, neither of them the person, give a person a role among the staff (aal2).
        """
        return self._send(
            f"/staff/{user_id}/grant", body, key,
            StaffMember | OperatorRequestAsked,  # type: ignore[arg-type]
        )

    def staff_withdraw(
        self, user_id: UUID | str, body: StaffRole, *, key: str | None = None
    ) -> StaffMember | OperatorRequestAsked:
        """Two operators take a role among the staff away from a person, who may be the one that
        asks (aal2).
        """
        return self._send(
            f"/staff/{user_id}/withdraw", body, key,
            StaffMember | OperatorRequestAsked,  # type: ignore[arg-type]
        )

    def transfer_reverse(
        self, transfer_id: UUID | str, body: TransferReverse, *, key: str | None = None
    ) -> TransferPosted | OperatorRequestAsked:
        """An operator reverses a deposit or a withdrawal with a new transfer (aal2)."""
        return self._send(
            f"/transfers/{transfer_id}/reverse", body, key,
            TransferPosted | OperatorRequestAsked,  # type: ignore[arg-type]
        )

    def unmatched_deposit_send_back(
        self, deposit_id: UUID | str, body: UnmatchedDepositSendBack, *, key: str | None = None
    ) -> DepositSentBack:
        """A party sends back what came to its address and nobody asked for (aal2), whatever
        currency it is of.
        """
        return self._send(
            f"/unmatched-deposits/{deposit_id}/send-back", body, key,
            DepositSentBack,
        )

    def unmatched_deposit_take(
        self, deposit_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> DepositTaken:
        """A party takes into its wallet what came to its address and nobody asked for: another
        currency than the address is for.
        """
        return self._send(
            f"/unmatched-deposits/{deposit_id}/take", body, key,
            DepositTaken,
        )

    def webhook_delivery_resend(
        self, delivery_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> MessagesResent:
        """Send one message again."""
        return self._send(
            f"/webhook-deliveries/{delivery_id}/resend", body, key,
            MessagesResent,
        )

    def webhook_endpoint_create(
        self, body: WebhookEndpointCreate, *, key: str | None = None
    ) -> EndpointMade:
        """Send a party's events to an address from now on."""
        return self._send(
            f"/webhook-endpoints", body, key,
            EndpointMade,
        )

    def webhook_endpoint_enable(
        self, endpoint_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> EndpointEnabled:
        """Switch a disabled endpoint on again."""
        return self._send(
            f"/webhook-endpoints/{endpoint_id}/enable", body, key,
            EndpointEnabled,
        )

    def webhook_endpoint_ping(
        self, endpoint_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> PingSent:
        """Send a test message."""
        return self._send(
            f"/webhook-endpoints/{endpoint_id}/ping", body, key,
            PingSent,
        )

    def webhook_endpoint_resend(
        self, endpoint_id: UUID | str, body: WebhookEndpointResend | None = None, *, key: str | None = None
    ) -> MessagesResent:
        """Send some messages again: named ones, those of a time, or all that failed."""
        return self._send(
            f"/webhook-endpoints/{endpoint_id}/resend", body, key,
            MessagesResent,
        )

    def webhook_endpoint_rotate_secret(
        self, endpoint_id: UUID | str, body: Nothing | None = None, *, key: str | None = None
    ) -> SecretRotated:
        """Give an endpoint a new secret; the old one signs beside it for 24 hours."""
        return self._send(
            f"/webhook-endpoints/{endpoint_id}/rotate-secret", body, key,
            SecretRotated,
        )

    def withdrawal_request_create(
        self, body: WithdrawalRequestCreate, *, key: str | None = None
    ) -> WithdrawalRequested:
        """A party sends money out of its wallet (aal2), within withdrawal_policies and the limits
        of its tier.
        """
        return self._send(
            f"/withdrawal-requests", body, key,
            WithdrawalRequested,
        )

    def withdrawal_create(
        self, body: MoveExternal, *, key: str | None = None
    ) -> TransferPosted | OperatorRequestAsked:
        """An operator books money that went out for a party (aal2)."""
        return self._send(
            f"/withdrawals", body, key,
            TransferPosted | OperatorRequestAsked,  # type: ignore[arg-type]
        )
