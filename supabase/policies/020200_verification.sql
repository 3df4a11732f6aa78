-- What each tier may do is public.
grant select on public.verification_tiers to anon, authenticated;
create policy verification_tiers_select_anyone on public.verification_tiers for select to anon, authenticated
using (true);

grant select on public.profile_verifications to authenticated;
create policy profile_verifications_select_own_or_operator on public.profile_verifications for select to authenticated
using (
    party_id = (select auth.uid())
    or (select private.is_acting_staff('operator'))
);

grant execute on function private.tier_row(uuid) to authenticated;
