grant select on public.discord_links to authenticated;
create policy discord_links_select_own_or_operator on public.discord_links for select to authenticated
using (
    party_id = (select auth.uid())
    or guild_id = any(array(select private.guilds_i_keep()))
    or (select private.is_acting_staff('operator'))
);

grant execute on function service.discord_link(service.command), service.discord_event(service.command) to service_role;
