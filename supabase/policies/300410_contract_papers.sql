grant select on public.contract_papers to authenticated;
create policy contract_papers_select_involved on public.contract_papers for select to authenticated
using (exists (select from public.contracts as c where c.id = contract_papers.contract_id));

grant execute on function public.contract_paper(uuid, text) to authenticated;

grant execute on function
service.contract_papers_due(integer), service.contract_paper_record(uuid, text, text, text, integer)
to service_role;
