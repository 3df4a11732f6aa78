-- What each tier may do is public.
grant select on public.verification_tiers to anon, authenticated;
create policy verification_tiers_select_anyone on public.verification_tiers for select to anon, authenticated
using (true);

-- NOTE: actor_id, reason and provider_reference are not granted: they are for the staff, in the audit log.
grant select (id, party_id, sequence, change, flag, tier, compared_name, source, occurred_at, created_at)
on public.profile_verifications to authenticated;
create policy profile_verifications_select_own_or_operator on public.profile_verifications for select to authenticated
using (
    party_id = (select auth.uid())
    or (select private.is_staff((select auth.uid()), 'operator'))
);

grant execute on function private.tier_row(uuid) to authenticated;
