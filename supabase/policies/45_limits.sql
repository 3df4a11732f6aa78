-- What each tier may do is public.
grant select on public.verification_tiers to anon, authenticated;
create policy verification_tiers_select_anyone on public.verification_tiers for select to anon, authenticated
using (true);

grant select on public.take_cooldowns, public.trade_minimums to anon, authenticated;
create policy take_cooldowns_select_anyone on public.take_cooldowns for select to anon, authenticated
using (true);
create policy trade_minimums_select_anyone on public.trade_minimums for select to anon, authenticated
using (true);

grant select on public.rail_payment_ranges to anon, authenticated;
create policy rail_payment_ranges_select_anyone on public.rail_payment_ranges for select to anon, authenticated
using (true);

grant select on public.rail_limits to anon, authenticated;
create policy rail_limits_select_anyone on public.rail_limits for select to anon, authenticated
using (true);

-- NOTE: actor_id, reason and provider_reference are not granted: they are for the staff, in the audit log.
grant select (id, party_id, sequence, change, flag, tier, compared_name, source, occurred_at, created_at)
on public.profile_verifications to authenticated;
create policy profile_verifications_select_own_or_operator on public.profile_verifications for select to authenticated
using (
    party_id = (select auth.uid())
    or (select private.is_staff((select auth.uid()), 'operator'))
);

grant select on public.webhook_events to authenticated;
create policy webhook_events_select_operator on public.webhook_events for select to authenticated
using ((select private.is_staff((select auth.uid()), 'operator')));

grant execute on function
private.tier_row(uuid), private.limits_of(uuid, timestamptz), private.reference_currency(), public.my_limits(),
private.order_limits_of(uuid), private.cooldown_until(uuid, timestamptz),
private.limit_uses(uuid, timestamptz), private.open_uses(uuid),
private.p2p_limit_uses(uuid, timestamptz), private.p2p_open_uses(uuid),
private.contract_limit_uses(uuid, timestamptz), private.open_contracts(uuid)
to authenticated;
grant execute on function service.profile_verify(service.command), service.verification_event(service.command)
to service_role;
