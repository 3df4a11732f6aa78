-- The catalogue is public.
grant select on public.payment_methods to anon, authenticated;
create policy payment_methods_select_all on public.payment_methods for select to anon, authenticated
using (true);
