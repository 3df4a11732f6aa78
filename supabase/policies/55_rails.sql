grant select on public.address_kinds, public.purposes to anon, authenticated;
create policy address_kinds_select_anyone on public.address_kinds for select to anon, authenticated
using (true);
create policy purposes_select_anyone on public.purposes for select to anon, authenticated
using (true);
grant select on public.rails to anon, authenticated;
create policy rails_select_anyone on public.rails for select to anon, authenticated
using (true);

-- NOTE: created_by is not granted: which member of a party named an address is the party's own affair.
grant select (
    id, party_id, rail, currency, address, created_at, usable_from, default_from, removed_at
) on public.payout_destinations to authenticated;
create policy payout_destinations_select_own on public.payout_destinations for select to authenticated
using (
    party_id = any(array(select private.my_parties()))
    or (select private.is_staff((select auth.uid()), 'operator'))
);

grant select on public.payouts to authenticated;
create policy payouts_select_own on public.payouts for select to authenticated
using (
    party_id = any(array(select private.my_parties()))
    or (select private.is_staff((select auth.uid()), 'operator'))
);
grant select on public.payout_events to authenticated;
create policy payout_events_select_own on public.payout_events for select to authenticated
using (exists (select from public.payouts as i where i.id = payout_events.payout_id));

grant select on public.receivables to authenticated;
create policy receivables_select_own on public.receivables for select to authenticated
using (
    party_id = any(array(select private.my_parties()))
    or (select private.is_staff((select auth.uid()), 'operator'))
);

-- Where an escrow is paid is known to who pays it: an address shown by the other side could be another one.
-- NOTE: key_id and address_index are not granted: what the addresses of others are derived from.
grant select (
    id, purpose, reference_id, party_id, rail, currency, amount, address, provider_reference, created_at, closed_at
) on public.deposit_requests to authenticated;
create policy deposit_requests_select_payer on public.deposit_requests for select to authenticated
using (
    party_id = any(array(select private.my_parties()))
    or (select private.is_staff((select auth.uid()), 'operator'))
);
grant select on public.deposit_keys to authenticated;
create policy deposit_keys_select_operator on public.deposit_keys for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));

grant select on public.webhook_event_work to authenticated;
create policy webhook_event_work_select_operator on public.webhook_event_work for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));
grant select on public.rail_reports to authenticated;
create policy rail_reports_select_operator on public.rail_reports for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));

grant execute on function
service.webhook_receive(service.command), service.webhook_events_due(text, integer),
service.webhook_events_done(text, service.command),
service.rail_report(service.command), service.rail_reports_due(integer), service.rail_report_applied(bigint, text),
service.rail_report_failed(bigint, text), service.rail_discrepancy(service.command),
service.refused_reports_remind(), service.refused_report_close(service.command),
service.receivable_write_off(service.command), service.receivable_lift(service.command),
service.rail_cost(service.command), service.escrow_rail_outcome(service.command),
service.escrow_deposit_begin(service.command), service.escrow_deposit_place(service.command),
service.wallet_deposit_begin(service.command), service.wallet_deposit_place(service.command),
service.unmatched_deposit_take(service.command), service.unmatched_deposits_remind(),
service.withdrawal_request(service.command), service.deposit_look(uuid, text), service.deposit_close(uuid),
service.payouts_claim(text, integer), service.payout_record(service.command),
service.payouts_expire(integer),
service.payout_destination_set(service.command), service.payout_destination_remove(service.command),
service.payout_retry(service.command), service.payout_keep(service.command)
to service_role;

grant select on public.payout_reserves to authenticated;
create policy payout_reserves_select_own on public.payout_reserves for select to authenticated
using (
    party_id is null or party_id = any(array(select private.my_parties()))
    or (select private.is_staff((select auth.uid()), 'operator'))
);

grant select on public.refused_reports to authenticated;
create policy refused_reports_select_operator on public.refused_reports for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));

grant select on public.withdrawal_policies to anon, authenticated;
create policy withdrawal_policies_select_anyone on public.withdrawal_policies for select to anon, authenticated
using (true);
-- NOTE: requested_by is not granted: which member of a party asked is the party's own affair.
grant select (
    id, party_id, rail, currency, amount, fee_amount, network_cost, destination_id, payout_id, created_at
) on public.withdrawals to authenticated;
create policy withdrawals_select_own on public.withdrawals for select to authenticated
using (
    party_id = any(array(select private.my_parties()))
    or (select private.is_staff((select auth.uid()), 'operator'))
);
grant select on public.float_needs to authenticated;
grant select on public.transaction_fees to authenticated;

grant select on public.rail_comparisons, public.rail_differences, public.deposit_balances to authenticated;
create policy rail_comparisons_select_operator on public.rail_comparisons for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));
create policy rail_differences_select_operator on public.rail_differences for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));
create policy deposit_balances_select_operator on public.deposit_balances for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));
grant execute on function
service.rail_position(text), service.rail_compare(service.command), service.rail_differences_remind(),
service.rail_difference_close(service.command), service.deposit_addresses(text, uuid, integer),
service.deposit_balances_record(service.command)
to service_role;
grant select on public.unmatched_deposits to authenticated;
create policy unmatched_deposits_select_own on public.unmatched_deposits for select to authenticated
using (
    party_id = any(array(select private.my_parties()))
    or (select private.is_staff((select auth.uid()), 'operator'))
);
