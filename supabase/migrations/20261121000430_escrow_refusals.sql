-- Why a command is refused: one stable code each, with its HTTP status.

create table private.refusals (
    code text primary key,
    status integer not null check (status between 400 and 499),
    detail text not null,
    hint text not null default ''
);
alter table private.refusals enable row level security;
comment on table private.refusals is 'Stable codes with which commands are refused; the page docs/errors.md is made from it.';

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.refusals (code, status, detail, hint) values
('escrow_not_found', 404, 'No such escrow.', ''),
('other_rail', 409, 'This is not how the escrow is paid.', 'See its rail.'),
('idempotency_key_required', 400, 'A command carries an Idempotency-Key.', 'Send a new key with each new command.'),
('idempotency_key_reused', 409, 'This Idempotency-Key was used for another request.', 'Send each new command with a new key.'),
('stale_version', 409, 'The escrow has moved on since it was read.', 'Read it again and decide anew.'),
('escrow_closed', 409, 'The escrow is closed; its money is settled.', ''),
('illegal_move', 409, 'This move does not exist in the present state.', 'See the table of moves.'),
('not_your_move', 403, 'This move belongs to somebody else.', ''),
('escrow_frozen', 409, 'The escrow is frozen: no money moves, no clock runs.', 'See its escrow_holds: what for, and until when.'),
('step_up_required', 403, 'This command needs a second factor.', 'Sign in again with your second factor (aal2).'),
('funds_pending', 409, 'Money for this escrow is on its way.', 'Wait until it has arrived; it can be returned then.'),
('party_suspended', 403, 'This party is suspended: it begins nothing new, moves no money out and names no destination.', 'What runs can be ended, answered and read.'),
('party_closed', 403, 'This party is closed: it begins nothing new, moves no money out and names no destination.', 'What runs can be ended, answered and read.'),
('user_banned', 403, 'This user may not sign in for now.', 'What runs can be ended, answered and read.'),
('sign_in_required', 403, 'An anonymous sign-in may only look around.', 'Sign in with an account of your own.'),
('not_due', 409, 'The time of this move has not come.', ''),
('policy_mismatch', 409, 'The policy wants another move here.', ''),
('deadline_passed', 409, 'The deadline of this move has passed.', ''),
('dispute_window_closed', 409, 'A dispute may not be raised now.', 'The payee may raise one some time after performing.'),
('no_revisions_left', 409, 'No further revision may be asked for.', ''),
('confirmation_required', 422, 'Releasing before performance needs an explicit confirmation.', 'Send confirm: true.'),
('attestation_required', 422, 'Say that the money came from an account in the name of your counterparty.', 'Send payer_name_matches: true, or raise a dispute for third_party_payer.'),
('appeal_not_open', 409, 'This decision cannot be appealed by this party.', 'One appeal, by a party that did not get all.'),
('already_accepted', 409, 'This party has accepted the decision before.', ''),
('other_side_pending', 409, 'The other side has not accepted yet.', ''),
('second_approval_required', 409, 'Above this amount a second arbiter must agree.', 'Propose the decision instead.'),
('second_approval_not_needed', 409, 'Below this amount the arbiter decides alone.', 'Decide directly.'),
('arbiters_left', 409, 'There are arbiters left to ask.', ''),
('no_arbiters_left', 409, 'The dispute was reassigned as often as the policy allows.', ''),
('statement_exists', 409, 'This side has handed in its statement.', ''),
('statement_order', 409, 'The other side''s statement decides which move this is.', 'Read the escrow again.'),
('already_signed', 409, 'This party has signed.', ''),
('terms_differ', 409, 'The signed hash is not the hash of these terms.', 'A changed document is a new contract.'),
('award_not_exact', 422, 'The awarded parts must sum exactly to what is held, in the decimals of the currency.', ''),
('settlement_not_exact', 422, 'Payer part, payee part and fee must sum exactly to what is held.', ''),
('fee_not_exact', 422, 'The fee is not the fee of the released part.', ''),
('settlement_not_as_ruled', 409, 'The parts differ from what the move''s rule gives.', ''),
('offer_not_open', 409, 'The offer is withdrawn, expired, or was made in another state.', 'Read the open offers again.'),
('offer_out_of_range', 422, 'The payee part of an offer lies between nothing and what is held, in the decimals of the currency.', ''),
('deadline_missing', 422, 'A live state needs a deadline in the future.', ''),
('rail_hold_too_short', 409, 'The rail cannot hold the money until this deadline.', ''),
('funds_not_exact', 409, 'The amount does not match; report it as a mismatch.', ''),
('funds_late', 409, 'The money arrived after the deadline by the provider''s clock; report it as a mismatch.', ''),
('reason_required', 422, 'Say why.', ''),
('reference_required', 422, 'Name the payment as the bank or the rail calls it.', ''),
('reference_too_long', 422, 'A reference has at most 140 characters.', ''),
('reference_used', 409, 'This outside transfer is booked already.', 'Undo the booking first if it was wrong.'),
('grounds_required', 422, 'A decision has a reason and written grounds of at least 20 characters.', ''),
('hash_required', 422, 'Name the sha256 of what is handed in, as 64 hexadecimal digits.', ''),
('evidence_limit', 409, 'No more files are accepted from this side.', ''),
('arbiter_not_eligible', 409, 'This arbiter is a party, was on the case before, or is no arbiter.', '');

create function private.refuse(p_code text) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_refusal private.refusals;
begin
    select * into strict v_refusal from private.refusals where code = p_code;
    raise exception using
        errcode = 'PT' || v_refusal.status, message = v_refusal.code,
        detail = v_refusal.detail, hint = v_refusal.hint;
end
$$;
comment on function private.refuse(text) is 'Raises a refusal with its HTTP status, sentence and hint.';

create function private.refuse(p_code text, p_detail text, p_members jsonb) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_refusal private.refusals;
begin
    select * into strict v_refusal from private.refusals where code = p_code;
    raise exception using
        errcode = 'PT' || v_refusal.status, message = v_refusal.code,
        detail = (jsonb_build_object('detail', p_detail) || p_members)::text, hint = v_refusal.hint;
end
$$;
comment on function private.refuse(text, text, jsonb) is
'Raises a refusal with a sentence of its own, and members that the problem document carries beside it: the detail of the error is then an object {detail, ...members}.';
