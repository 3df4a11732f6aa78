grant select on public.wallets to authenticated;
create policy wallets_select_own on public.wallets for select to authenticated
using (party_id = any(array(select private.readable_parties())));

grant select (
    id, transfer_id, wallet_id, currency, bucket, amount, hold_id, seq, balance_after, hash, created_at
) on public.ledger_entries to authenticated;
create policy ledger_entries_select_own on public.ledger_entries for select to authenticated
using (
    wallet_id = any(array(
        select w.id from public.wallets as w where w.party_id = any(array(select private.readable_parties()))
    ))
);

-- NOTE: created_by and request_id of a transfer are not granted, nor in the view: they name the other side's people.
grant select (id, kind, reference_type, reference_id, memo, reverses, created_at)
on private.ledger_transfers to authenticated;
grant select on public.ledger_transfers to authenticated;
create policy ledger_transfers_select_own on private.ledger_transfers for select to authenticated
using (
    exists (
        select from public.ledger_entries as e
        where e.transfer_id = ledger_transfers.id
            and e.wallet_id = any(array(
                select w.id from public.wallets as w where w.party_id = any(array(select private.readable_parties()))
            ))
    )
);

grant select on public.ledger_holds to authenticated;
create policy ledger_holds_select_own on public.ledger_holds for select to authenticated
using (
    wallet_id = any(array(
        select w.id from public.wallets as w where w.party_id = any(array(select private.readable_parties()))
    ))
);

grant select on public.ledger_reversals to authenticated;
create policy ledger_reversals_select_operator on public.ledger_reversals for select to authenticated
using ((select private.is_acting_staff('operator')));

select private.open_to_keys('public.wallets', 'wallets:read');
select private.open_to_keys('public.ledger_entries', 'wallets:read');
select private.open_to_keys('private.ledger_transfers', 'wallets:read');
select private.open_to_keys('public.ledger_transfers', 'wallets:read');
select private.open_to_keys('public.ledger_holds', 'wallets:read');
