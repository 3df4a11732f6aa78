grant select on public.payout_destinations to authenticated;
create policy payout_destinations_select_own on public.payout_destinations for select to authenticated
using (party_id = any(array(select private.readable_parties())));

grant select on public.payouts to authenticated;
-- Operators see what needs one of them; all else of a party once its file is open.
create policy payouts_select_own on public.payouts for select to authenticated
using (
    party_id = any(array(select private.readable_parties()))
    or (select private.is_acting_staff('operator')) and (
        state in ('failed_final', 'unknown') or waits_for_float_since is not null
        or next_at is not null and tries >= 6
        or state in ('claimed', 'submitted') and updated_at < (select private.clock()) - interval '1 hour'
    )
);

grant select on public.payout_events to authenticated;
create policy payout_events_select_own on public.payout_events for select to authenticated
using (exists (select from public.payouts as i where i.id = payout_events.payout_id));

grant select on public.payout_reserves to authenticated;
create policy payout_reserves_select_own on public.payout_reserves for select to authenticated
using (
    party_id is null or party_id = any(array(select private.my_parties()))
    or (select private.is_acting_staff('operator'))
);

select private.open_to_keys('public.payout_destinations', 'withdrawals:read');
select private.open_to_keys('public.payouts', 'withdrawals:read');
select private.open_to_keys('public.payout_events', 'withdrawals:read');
