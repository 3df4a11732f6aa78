grant select on public.contract_documents to authenticated;
create policy contract_documents_select_involved on public.contract_documents for select to authenticated
using (exists (select from public.contracts as c where c.id = contract_documents.contract_id));

grant execute on function public.contract_document(uuid, text) to authenticated;

grant execute on function
service.contract_documents_due(integer), service.contract_document_record(uuid, text, text, text, integer)
to service_role;
