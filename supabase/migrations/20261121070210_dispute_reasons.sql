-- Why a dispute may be raised, and what may be found in it: a fixed table of
-- outcomes per reason, so that both sides know beforehand what a finding gives.

create table public.dispute_reasons (
    product public.escrow_product not null,
    code text not null check (code ~ '^[a-z][a-z_]{0,63}$'),
    name text not null check (length(name) between 1 and 120),
    open_to public.escrow_role[] not null check (open_to <@ '{payer,payee,timer,rail}' and open_to <> '{}'),
    from_states public.escrow_state[] not null check (from_states <@ '{funded,performed}' and from_states <> '{}'),
    weight integer not null check (weight between 0 and 50),
    primary key (product, code)
);
alter table public.dispute_reasons enable row level security;
select private.make_audited('public.dispute_reasons', 'code');
select private.make_setting('public.dispute_reasons', 'How pressing a dispute is, by its reason.', '{
    "weight": {"least": "0", "most": "50"}
}');
comment on table public.dispute_reasons is 'Catalogue of reasons for which a dispute may be raised, per product.';
comment on column public.dispute_reasons.product is 'Product whose escrows may be disputed for this reason.';
comment on column public.dispute_reasons.code is 'What a command names, such as not_paid.';
comment on column public.dispute_reasons.name is 'The reason in words, for people.';
comment on column public.dispute_reasons.open_to is 'Who may name it: payer, payee, only the timer when a side stayed silent, or only the rail when it took money back.';
comment on column public.dispute_reasons.from_states is 'States of the escrow in which it may be named.';
comment on column public.dispute_reasons.weight is 'Points of the reason towards the priority of the dispute, 0 to 50.';

create table public.dispute_reason_outcomes (
    product public.escrow_product not null,
    reason text not null,
    finding text not null check (finding ~ '^[a-z][a-z_]{0,63}$'),
    award text not null check (award in ('all_to_payer', 'all_to_payee', 'divided', 'any')),
    name text not null check (length(name) between 1 and 200),
    primary key (product, reason, finding),
    foreign key (product, reason) references public.dispute_reasons (product, code) on delete restrict
);
alter table public.dispute_reason_outcomes enable row level security;
select private.make_audited('public.dispute_reason_outcomes', 'reason');
comment on table public.dispute_reason_outcomes is
'What an arbiter may find in a dispute with this reason, and how the money is then awarded. Only the finding "other" leaves the award to the arbiter''s grounds.';
comment on column public.dispute_reason_outcomes.product is 'Product of the reason.';
comment on column public.dispute_reason_outcomes.reason is 'Reason of the dispute.';
comment on column public.dispute_reason_outcomes.finding is 'What a decision names as its reason.';
comment on column public.dispute_reason_outcomes.award is
'all_to_payer, all_to_payee, divided (both sides get a part), or any.';
comment on column public.dispute_reason_outcomes.name is 'The finding in words, for people.';

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into public.dispute_reasons (product, code, name, open_to, from_states, weight) values
('p2p', 'silence', 'The duty of a side was not done in time', '{timer}', '{funded,performed}', 15),
('p2p', 'rail_reversal', 'The payment rail took back a part of the money', '{rail}', '{funded,performed}', 35),
('p2p', 'not_paid', 'No payment has arrived', '{payer}', '{funded,performed}', 20),
('p2p', 'not_released', 'Paid, but the crypto is not released', '{payee}', '{performed}', 25),
('p2p', 'underpaid', 'Less was paid than agreed', '{payer}', '{performed}', 20),
('p2p', 'overpaid', 'More was paid than agreed', '{payee}', '{performed}', 15),
('p2p', 'wrong_amount', 'The amount paid is not the amount agreed', '{payer,payee}', '{performed}', 15),
('p2p', 'third_party_payer', 'The money came from somebody else''s account', '{payer}', '{performed}', 35),
('p2p', 'payment_reversed', 'The payment was called back, or is threatened to be', '{payer}', '{performed}', 40),
('p2p', 'account_frozen', 'A bank has frozen the account or the payment', '{payer,payee}', '{performed}', 40),
('p2p', 'wrong_account', 'The payment went to another account than the one named', '{payer,payee}', '{performed}', 20),
('p2p', 'fraud', 'Forged receipt, threat or deceit', '{payer,payee}', '{funded,performed}', 50),
('p2p', 'other', 'Something else', '{payer,payee}', '{funded,performed}', 10),
('market', 'silence', 'The duty of a side was not done in time', '{timer}', '{funded,performed}', 15),
('market', 'rail_reversal', 'The payment rail took back a part of the money', '{rail}', '{funded,performed}', 35),
('market', 'not_delivered', 'Nothing was delivered', '{payer}', '{funded,performed}', 20),
('market', 'not_as_described', 'What was delivered is not what was described', '{payer}', '{performed}', 20),
('market', 'incomplete', 'A part is missing', '{payer}', '{performed}', 15),
('market', 'defective', 'What was delivered does not work or is damaged', '{payer}', '{performed}', 20),
('market', 'rejected_without_cause', 'Delivered as agreed, but not accepted', '{payee}', '{funded,performed}', 20),
('market', 'no_cooperation', 'The other side does not do what the work needs', '{payer,payee}', '{funded,performed}', 15),
('market', 'access_taken_back', 'What was handed over was taken back', '{payer}', '{performed}', 35),
('market', 'fraud', 'Forgery, threat or deceit', '{payer,payee}', '{funded,performed}', 50),
('market', 'other', 'Something else', '{payer,payee}', '{funded,performed}', 10);

insert into public.dispute_reason_outcomes (product, reason, finding, award, name)
select 'p2p', r.code, o.finding, o.award, o.name
from public.dispute_reasons as r
cross join (values
    ('paid', 'all_to_payee', 'The agreed amount arrived from the payee''s own account'),
    ('not_paid', 'all_to_payer', 'No payment arrived, or it was sent back in full'),
    ('partly_paid', 'divided', 'A part arrived and stays; the rest goes back'),
    ('deceit_by_payee', 'all_to_payer', 'Receipt or payment was forged, called back, or came from a third party'),
    ('deceit_by_payer', 'all_to_payee', 'The payer denied or blocked a payment that had arrived'),
    ('other', 'any', 'None of these; the grounds say what and why')
) as o (finding, award, name)
where r.product = 'p2p';

insert into public.dispute_reason_outcomes (product, reason, finding, award, name)
select 'market', r.code, o.finding, o.award, o.name
from public.dispute_reasons as r
cross join (values
    ('delivered', 'all_to_payee', 'Delivered as agreed'),
    ('not_delivered', 'all_to_payer', 'Not delivered, or of no use to the payer'),
    ('partly_delivered', 'divided', 'A part was delivered, or it is worth less than agreed'),
    ('deceit_by_payee', 'all_to_payer', 'Forged, or taken back after the handover'),
    ('deceit_by_payer', 'all_to_payee', 'The payer denied a delivery or kept it from being made'),
    ('other', 'any', 'None of these; the grounds say what and why')
) as o (finding, award, name)
where r.product = 'market';
-- noqa: enable=LT05

insert into private.refusals (code, status, detail, hint) values
('reason_unknown', 422, 'No such reason for a dispute of this product.', 'See dispute_reasons.'),
('reason_not_fitting', 409, 'This reason is not open to this side in this state.', 'See dispute_reasons.'),
(
    'finding_unknown', 422, 'The reason of the decision is no finding of this dispute''s reason.',
    'See dispute_reason_outcomes, or decide with the reason other.'
),
(
    'award_differs_from_finding', 422, 'The finding gives another award than this.',
    'See dispute_reason_outcomes, or decide with the reason other.'
);

create function private.dispute_reason_refusal(
    p_product public.escrow_product, p_reason text, p_role public.escrow_role, p_state public.escrow_state
) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_reason public.dispute_reasons;
begin
    select * into v_reason from public.dispute_reasons where product = p_product and code = p_reason;
    if not found then
        return 'reason_unknown';
    elsif not (p_role = any (v_reason.open_to) and p_state = any (v_reason.from_states)) then
        return 'reason_not_fitting';
    end if;
    return null;
end
$$;
comment on function private.dispute_reason_refusal(
    public.escrow_product, text, public.escrow_role, public.escrow_state
) is 'Whether a side may dispute for this reason in this state: reason_unknown, reason_not_fitting, or null.';

create function private.finding_refusal(
    p_product public.escrow_product, p_reason text, p_finding text, p_payer_amount numeric, p_payee_amount numeric
) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_award text;
begin
    select award into v_award from public.dispute_reason_outcomes
    where product = p_product and reason = p_reason and finding = p_finding;
    if not found then
        return 'finding_unknown';
    elsif not (case v_award
        when 'all_to_payer' then p_payee_amount = 0
        when 'all_to_payee' then p_payer_amount = 0
        when 'divided' then p_payer_amount > 0 and p_payee_amount > 0
        else true
    end) then
        return 'award_differs_from_finding';
    end if;
    return null;
end
$$;
comment on function private.finding_refusal(public.escrow_product, text, text, numeric, numeric) is
'Whether a decision follows the table of outcomes: finding_unknown, award_differs_from_finding, or null.';
