-- What the policies themselves call.
grant execute on function private.my_parties() to anon, authenticated;

grant execute on function
private.parties_i_act_for(), private.is_staff(uuid, public.member_role),
private.is_acting_staff(public.member_role), private.operator_sees_from(),
private.operator_sees_to(), public.whoami(text, text), private.caller(), private.caller_aal(), private.session_alive()
to authenticated;

-- Nobody lists the parties: whoever was told an id asks public.party for its name.
grant select on public.parties to authenticated;
create policy parties_select_own_or_operator on public.parties for select to authenticated
using (
    id = any(array(select private.my_parties()))
    or id between (select private.operator_sees_from()) and (select private.operator_sees_to())
);

grant select (
    id, full_name, avatar_url, preferences, phone_verified, id_document_verified, address_verified,
    biometric_verified, granted_tier, verification_tier, discord_id, created_at, updated_at, deleted_at,
    erased_at
) on public.profiles to authenticated;
grant update (full_name, avatar_url, preferences) on public.profiles to authenticated;
create policy profiles_select_own_or_operator on public.profiles for select to authenticated
using (
    id = (select auth.uid())
    or (select private.is_acting_staff('operator'))
);
-- Here and below: a write meets what its author reads, and private.tg__own refuses what is not the own.
create policy profiles_update_own on public.profiles for update to authenticated
using (
    id = (select auth.uid())
    or (select private.is_acting_staff('operator'))
)
with check (
    id = (select auth.uid()) and deleted_at is null and (select private.may_write('profiles.write'))
);

grant select on public.party_members to authenticated;
create policy party_members_select_own_party on public.party_members for select to authenticated
using (
    user_id = (select auth.uid())
    or party_id = any(array(select private.my_parties()))
);

grant select on public.api_scopes to anon, authenticated;
create policy api_scopes_select_anyone on public.api_scopes for select to anon, authenticated using (true);

-- Members read which keys their party has; what a key is hashed to stands where nobody reads.
grant select on public.api_keys to authenticated;
create policy api_keys_select_own on public.api_keys for select to authenticated
using (party_id = any(array(select private.my_parties())));
