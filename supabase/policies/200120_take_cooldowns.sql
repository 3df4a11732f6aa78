grant select on public.take_cooldowns to anon, authenticated;
create policy take_cooldowns_select_anyone on public.take_cooldowns for select to anon, authenticated
using (true);

grant execute on function private.cooldown_until(uuid, timestamptz) to authenticated;
