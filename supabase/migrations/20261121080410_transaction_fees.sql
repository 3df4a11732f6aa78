-- What the platform earned, fee by fee: read from the ledger, so that it cannot differ from it.

create view public.transaction_fees with (security_invoker = true) as
select
    t.id as transfer_id,
    case t.reference_type when 'payout' then 'withdrawal' else t.reference_type end as category,
    coalesce(w.id, t.reference_id) as reference_id,
    e.currency,
    (e.amount)::public.money_amount as fee_amount,
    coalesce(x.payee_amount + x.fee_amount, w.amount)::public.money_amount as base_amount,
    coalesce(x.fee_bps, case when w.amount > 0 then round(w.fee_amount / w.amount * 10000)::integer end) as rate_bps,
    jsonb_build_object(
        'fee', trim_scale(e.amount)::text, 'network_cost', trim_scale(coalesce(w.network_cost, 0))::text
    ) as parts,
    t.created_at
from public.wallets as f
inner join public.ledger_entries as e on f.id = e.wallet_id
inner join private.ledger_transfers as t on e.transfer_id = t.id
left join private.escrow_transactions as x on t.reference_type = 'escrow' and t.reference_id = x.id
left join public.payouts as p on t.reference_type = 'payout' and t.reference_id = p.id
left join public.withdrawals as w on p.purpose = 'withdrawal' and p.reference_id = w.id
where f.type = 'fees';
comment on view public.transaction_fees is
'Fees as the ledger has them, one row for each entry of the accounts of fees; below zero, one that was given back. For operators.';
comment on column public.transaction_fees.transfer_id is 'Transfer that posted it.';
comment on column public.transaction_fees.category is 'What it was taken for: escrow, case, withdrawal.';
comment on column public.transaction_fees.reference_id is 'Which one of that.';
comment on column public.transaction_fees.currency is 'Currency of the amounts.';
comment on column public.transaction_fees.fee_amount is 'The fee.';
comment on column public.transaction_fees.base_amount is
'What it is a share of: what an escrow released with its fee; what a withdrawal sends. Null where there is none.';
comment on column public.transaction_fees.rate_bps is
'Its share in basis points: of an escrow as agreed, of a withdrawal what its fee came to.';
comment on column public.transaction_fees.parts is 'fee and network_cost; all of it is the platform''s as long as nobody shares a fee.';
comment on column public.transaction_fees.created_at is 'When it was posted.';
