grant select on public.party_files to authenticated;
create policy party_files_select_operator on public.party_files for select to authenticated
using ((select private.is_acting_staff('operator')));

grant execute on function private.readable_parties() to authenticated;
