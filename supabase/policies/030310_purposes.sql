grant select on public.purposes to anon, authenticated;
create policy purposes_select_anyone on public.purposes for select to anon, authenticated
using (true);
