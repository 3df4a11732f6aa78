grant select on public.evidence_receipts to authenticated;

grant execute on function
private.evidence_files_of(uuid, text), public.evidence_files(uuid, text), public.evidence_receipt(uuid, text)
to authenticated;

grant execute on function service.evidence_upload(service.command) to service_role;
