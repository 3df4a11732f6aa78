grant execute on function
service.chain(text), service.chain_due(bigint, integer),
service.chain_addresses(bigint, uuid, integer, integer, boolean), service.chain_scanned(service.command),
service.chain_slice_read(service.command), service.chain_reread(service.command), service.chain_cursors(bigint),
service.chain_rewind(bigint, bigint), service.chain_verdicts_record(bigint, service.command), service.chain_alarm(text)
to service_role;
